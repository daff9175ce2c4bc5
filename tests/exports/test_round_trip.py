"""A register that is taken away can be read again, and says the same."""

from datetime import date

import pytest
from flask import Flask

from riskreg.exports.kinds import Asked
from riskreg.exports.queries import book_of, known_formats, known_tables
from riskreg.exports.tables.risks import COLUMNS
from riskreg.imports.cells import fold
from riskreg.imports.dialects.own import DIALECT
from riskreg.imports.kinds import RiskRow
from riskreg.imports.reading import likeliest, read
from riskreg.imports.understand import Understood, understand
from riskreg.metrics.default_matrix import DEFAULT_MATRIX
from riskreg.metrics.matrix import Rating
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import Kind, Size, Status, Treatment
from riskreg.risks.models import Risk
from tests.factories import make_person, make_system, make_team
from tests.risks.factories import make_risk


def again(format_name: str) -> Understood:
    asked = Asked(
        actor=SYSTEM_ACTOR, team=None, today=date(2026, 11, 23), filters={"status": "all"}
    )
    book = book_of("risks", asked)
    data = b"".join(known_formats()[format_name].write(book))
    return understand(likeliest(read(data, f"risks.{format_name}")), DEFAULT_MATRIX)


def test_the_import_knows_every_column() -> None:
    unknown = [name for name in COLUMNS if fold(name) not in DIALECT.aliases]
    assert unknown == []


def _full_risk(team: Team) -> Risk:
    """A risk with every field filled, some with values that files spoil."""
    owner, knower = make_person(team), make_person(team)
    system = make_system(team)
    return make_risk(
        team,
        4,
        5,
        title="=A title that looks like a formula, “quoted”; and more",
        kind=Kind.BOTH,
        category="Access",
        cause="n/a",
        event="none",
        consequence="Two lines\nof text",
        description="- a list\n- of two",
        controls="@channel",
        system=system,
        owner=owner,
        knowers=[knower],
        treatment=Treatment.MITIGATE,
        target=Rating(likelihood=2, impact=4),
        inherent=Rating(likelihood=5, impact=5),
        effort_size=Size.M,
        tags=["pci", "two words"],
        links=[("https://example.org/a?b=1,2", "A page")],
        external_ref="0012",
        identified_on=date(2026, 2, 3),
        stated_score="20",
    )


@pytest.mark.parametrize("format_name", ["csv", "xlsx", "json"])
def test_every_field_comes_back(app: Flask, format_name: str) -> None:
    team = make_team()
    risk = _full_risk(team)
    system, owner, (knower,) = risk.system, risk.owner, risk.knowers
    assert system is not None
    assert owner is not None
    found = again(format_name)
    assert (found.warnings, found.errors, found.skipped) == ((), (), 0)
    (row,) = found.rows
    expected = {
        **{name: getattr(risk, name) for name in ("ref", "title", "category", "cause", "event")},
        **{name: getattr(risk, name) for name in ("consequence", "description", "controls")},
        "kind": Kind.BOTH,
        "treatment": Treatment.MITIGATE,
        "status": Status.OPEN,
        "team": team.slug,
        "system": system.key,
        "owner": owner.email,
        "knowers": (knower.email,),
        "tags": ("pci", "two words"),
        "links": ("https://example.org/a?b=1,2",),
        "external_ref": "0012",
        "current": Rating(likelihood=4, impact=5),
        "target": Rating(likelihood=2, impact=4),
        "inherent": Rating(likelihood=5, impact=5),
        "effort_days": 25,
        "effort_size": Size.M,
        "stated_score": "20",
        "identified_on": date(2026, 2, 3),
        "review_due_on": risk.review_due_on,
    }
    assert {name: getattr(row, name) for name in expected} == expected
    assert row.extra == ()


@pytest.mark.parametrize("format_name", ["csv", "xlsx", "json"])
def test_what_is_not_known_stays_unknown(app: Flask, format_name: str) -> None:
    risk = make_risk(make_team())
    (row,) = again(format_name).rows
    assert isinstance(row, RiskRow)
    assert row.ref == risk.ref
    assert (row.current, row.effort_days, row.owner, row.system) == (Rating(), None, "", "")


def test_a_workbook_explains_its_codes(app: Flask) -> None:
    risk = make_risk(make_team(), 2, 3)
    asked = Asked(actor=SYSTEM_ACTOR, team=None, today=date(2026, 11, 23))
    data = b"".join(known_formats()["xlsx"].write(book_of("risks", asked)))
    sheets = {table.name: table for table in read(data, "risks.xlsx")}
    assert list(sheets) == ["data", "matrix", "history"]
    labels = sheets["matrix"].column("label")
    assert {level.label for level in DEFAULT_MATRIX.likelihoods} <= set(labels)
    assert sheets["history"].column("ref") == [risk.ref]


def test_every_row_of_every_export_has_a_name() -> None:
    for name, table in known_tables().items():
        module = __import__(table.read.__module__, fromlist=["COLUMNS"])
        assert {"ref", "slug"} & set(module.COLUMNS), name
