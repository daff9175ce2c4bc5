"""What riskreg exported comes back as no change, whatever the format and the database."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from riskreg.db import db, transaction
from riskreg.exports.kinds import Asked
from riskreg.exports.queries import book_of, known_formats
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import CloseReason, Kind, Size, Treatment
from riskreg.risks.models import Risk
from riskreg.risks.services import close_risk
from tests.factories import actor, make_person, make_system, make_team
from tests.imports.registers import brought, brought_file, counts, risks, trail_length
from tests.risks.factories import make_risk

FORMATS = ("csv", "xlsx", "json")


def exported(form: str, team: Team | None = None) -> bytes:
    asked = Asked(
        actor=SYSTEM_ACTOR, team=team, today=date(2026, 11, 23), filters={"status": "all"}
    )
    return b"".join(known_formats()[form].write(book_of("risks", asked)))


@pytest.fixture
def team(app: Flask) -> Team:
    """A register with a bit of everything, some of it in teams below and some imported."""
    root = make_team("Root")
    below = make_team("Below", parent=root)
    owner = make_person(below)
    values: dict[str, Any] = {
        "title": "=A title that looks like a formula, “quoted”; and more",
        "kind": Kind.BOTH,
        "category": "Access",
        "cause": "n/a",
        "event": "none",
        "consequence": "Two lines\nof text",
        "description": "- a list\n\n### Notes\n\n\nwith a heading of ours",
        "system": make_system(below),
        "owner": owner,
        "knowers": [owner, make_person(below)],
        "treatment": Treatment.ACCEPT,
        "target": Rating(likelihood=2, impact=None),
        "inherent": Rating(likelihood=5, impact=5),
        "tags": ["two words", "pci"],
        "links": [("https://example.org/a?b=1,2", "A page"), ("https://example.org/b", "")],
        "identified_on": date(2026, 2, 3),
        "stated_score": "20 of 25",
        "external_ref": "0012",
    }
    make_risk(below, 4, 5, effort_days=25, **values)
    make_risk(root, effort_size=Size.M)
    closed = make_risk(root, 1, 1, effort_days=7)
    with transaction():
        risk = db.session.get_one(Risk, closed.id)
        close_risk(SYSTEM_ACTOR, risk, reason=CloseReason.MISTAKE, note="It never was one.")
        db.session.get_one(Person, owner.id).is_active = False
    brought(root, ("id", "title", "notes", "kind"), ("X-1", "From a file", "With a note", "both"))
    return db.session.get_one(Team, root.id)


@pytest.mark.parametrize("form", FORMATS)
def test_our_own_export_changes_nothing(team: Team, form: str) -> None:
    before = trail_length()
    done = brought_file(team, exported(form), f"risks.{form}")
    assert counts(done) == (0, 0, 4)
    assert (done.report["warnings"], done.report["skipped"]) == ([], 0)
    assert trail_length() == before


def test_a_cell_changed_in_the_export_changes_its_risk(team: Team) -> None:
    data = exported("csv").replace(b"From a file", b"From a file again")
    assert counts(brought_file(team, data, "risks.csv")) == (0, 1, 3)
    assert risks()[-1].title == "From a file again"


def test_another_installations_export_writes_over_nothing(team: Team) -> None:
    text = exported("csv").decode("utf-8-sig")
    header, *_rest = text.splitlines()
    cells = dict.fromkeys(header.split(","), "")
    cells |= {"ref": risks()[0].ref, "title": "Strike of the ferrymen", "kind": "operational"}
    data = f"{header}\r\n{','.join(cells.values())}\r\n".encode()
    for expected in ((1, 0, 0), (0, 0, 1)):
        assert counts(brought_file(team, data, "risks.csv")) == expected


def test_rows_of_teams_one_may_only_look_at_are_skipped(team: Team) -> None:
    person = make_person(team, Role.VIEWER)
    below = next(risk.team for risk in risks() if risk.team_id != team.id)
    with transaction():
        from riskreg.lib.dates import now  # noqa: PLC0415 - beside its only use
        from riskreg.org.models import Grant  # noqa: PLC0415

        kept = db.session.get_one(Person, person.id)
        kept.grants.append(Grant(team_id=below.id, role=Role.ENGINEER, created_at=now()))
    assert actor(person).grants
    done = brought_file(below, exported("csv"), "risks.csv", by=person)
    assert (counts(done), done.report["skipped"]) == ((0, 0, 1), 3)
