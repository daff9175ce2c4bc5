"""riskreg top and riskreg plan suggest."""

import json
from typing import Any

import pytest

from riskreg.cli import build_parser
from riskreg.errors import Invalid, NotFound
from tests.risks.conftest import Company
from tests.risks.factories import make_risk


def run(*words: str) -> int:
    """Run a command inside the application of the test."""
    chosen = build_parser().parse_args(words)
    return int(chosen.run(chosen))


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """What the last command printed, as JSON."""
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def register(company: Company) -> Company:
    """A few risks of a team, and one of another."""
    make_risk(company.team, 4, 5, title="Big", kind="security", effort_days=100)
    make_risk(company.team, 4, 4, title="Good value", effort_days=10)
    make_risk(company.team, 3, 4, title="Also good", effort_days=5)
    make_risk(company.team, 5, 5, title="Hungry")
    make_risk(company.other, 5, 5, title="Elsewhere", effort_days=1)
    return company


def test_top_as_json(register: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("top", "--team", "payments", "--format", "json") == 0
    found = printed(capsys)
    assert [row["title"] for row in found["data"]] == ["Big", "Hungry", "Good value", "Also good"]
    first = found["data"][0]
    assert (first["band"], first["exposure"], first["value"]) == ("Critical", 625, 6.25)
    assert found["missing_kinds"] == []
    assert run("top", "--by", "value", "--format", "json") == 0
    assert [row["title"] for row in printed(capsys)["data"]][:2] == ["Elsewhere", "Good value"]


def test_top_as_a_table(register: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("top", "--team", "search") == 0
    shown = capsys.readouterr()
    assert "Elsewhere" in shown.out
    assert "There is no security risk among the ten." in shown.err


def test_suggests_a_plan(register: Company, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("plan", "suggest", "--team", "payments", "--capacity", "3w", "--format", "json")
    assert run(*words) == 0
    found = printed(capsys)
    assert (found["capacity_days"], found["effort_days"]) == (15, 15)
    assert {row["title"] for row in found["items"]} == {"Good value", "Also good"}
    assert (found["gain"], found["greedy_gain"]) == (162.5, 162.5)
    assert found["next"]["title"] == "Big"
    assert run(*words[:-2], "--items", "1") == 0
    assert "Good value" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("plan", "suggest", "--team", "payments", "--capacity", "soon"), Invalid),
        (("plan", "suggest", "--team", "payments", "--capacity", "5d", "--items", "0"), Invalid),
        (("plan", "suggest", "--team", "nowhere", "--capacity", "5d"), NotFound),
        (("top", "--team", "nowhere"), NotFound),
    ],
)
def test_says_what_is_wrong(
    register: Company, words: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(*words)
