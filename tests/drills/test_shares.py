"""A short share of each drill: with the smallest size it does something and breaks no promise."""

import re

import pytest

from drills import table
from drills.outcome import Outcome, compare, total
from drills.runner import drill_named, names, perform
from tests.rules.sources import ROOT


def test_every_drill_says_what_it_is_about() -> None:
    assert len(names()) > 8
    for name in names():
        drill = drill_named(name)
        assert drill.PROMISE.endswith(".")
        assert drill.CONTROL
        assert drill.TRIES
        assert drill.ACKED
        assert set(drill.DATABASES) <= {"sqlite", "postgresql"}
        assert 0 < drill.SHORT <= drill.LONG


def test_what_is_lost_or_doubled_is_counted() -> None:
    seen = compare(1, ["a", "b", "b"], ["b", "b", "c"], wrong=2)
    assert seen == Outcome(n=1, acked=2, lost=1, duplicated=1, wrong=2)
    assert seen.is_red
    assert not compare(1, ["a"], ["a", "b"]).is_red
    assert total(9, [seen, seen]) == Outcome(n=9, acked=4, lost=2, duplicated=2, wrong=4)


def test_a_drill_that_did_nothing_is_red() -> None:
    nothing = compare(1, [], [])
    assert nothing.is_red
    assert not nothing.has_bitten


@pytest.fixture
def kind(database: str) -> str:
    """The kind of database."""
    return "sqlite" if database.startswith("sqlite") else "postgresql"


# What has no share here has one beside what it is about, as in tests/audit and tests/imports.
SHARES = [("kill-9", 1), ("power-cut", 60)]


@pytest.mark.parametrize(("name", "size"), SHARES)
def test_its_shortest_form_breaks_no_promise(kind: str, name: str, size: int) -> None:
    assert not perform(name, _applies(name, kind), size).is_red


@pytest.mark.parametrize(("name", "size"), SHARES)
def test_its_control_is_red(name: str, size: int) -> None:
    assert perform(name, "sqlite", size, control=True).has_bitten


def _applies(name: str, kind: str) -> str:
    if kind not in drill_named(name).DATABASES:
        pytest.skip(f"{name} is not about {kind}")
    return kind


def test_the_page_says_what_was_measured() -> None:
    assert table.written(table.PAGE.read_text()) == table.PAGE.read_text(), "python -m drills.table"


def test_the_threat_model_names_tests_and_drills_that_there_are() -> None:
    page = (ROOT / "docs/operators/threat-model.md").read_text()
    shown = [line.rsplit("|", 2)[1] for line in page.splitlines() if line.startswith("| ")]
    named = [name for cell in shown for name in re.findall("`([^`]+)`", cell)]
    assert len(named) > 50
    for name in named:
        path, _, test = name.partition("::")
        assert name in names() or f"def {test}(" in (ROOT / path).read_text(), name
