"""A file carried into the register: new, changed, unchanged, refused."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.actions.models import ActionItem
from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import Forbidden
from riskreg.imports.remarks import gathered, in_words, spread
from riskreg.imports.services import Refused
from riskreg.lib.dates import now
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import CloseReason, Kind, Status
from riskreg.risks.models import Risk
from riskreg.risks.scoring import rating_of
from riskreg.risks.services import close_risk, update_risk
from tests.factories import make_person, make_system, make_team
from tests.imports.registers import (
    HEADER,
    brought,
    brought_file,
    counts,
    risks,
    trail_length,
    tried_file,
    warned,
)
from tests.imports.tables import csv_bytes
from tests.risks.factories import make_risk

ROWS = (HEADER, ("A-1", "The queue stalls", 4, 5, "operational"), ("A-2", "Keys leak", 2, 3, ""))
LATER = (now() + timedelta(days=90)).date()


def acts(risk: Risk) -> list[str]:
    query = select(AuditEntry.action).where(
        AuditEntry.subject_type == "risk", AuditEntry.subject_id == risk.id
    )
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_stores_every_row_with_its_rating_and_trail(app: Flask) -> None:
    done = brought(make_team(), *ROWS)
    first, second = risks()
    assert counts(done) == (2, 0, 0)
    assert (first.title, first.external_ref, first.band_rank) == ("The queue stalls", "A-1", 4)
    assert (first.kind, second.kind) == (Kind.OPERATIONAL, Kind.SECURITY)
    assert acts(first) == ["risk.create"]
    assert [(a.tier, a.likelihood, a.impact) for a in first.assessments] == [("current", 4, 5)]
    assert first.assessments[0].why == "Imported from register.csv."


def test_the_same_file_twice_adds_and_writes_nothing(app: Flask) -> None:
    team = make_team()
    brought(team, *ROWS)
    before = trail_length()
    assert counts(brought(team, *ROWS)) == (0, 0, 2)
    assert (len(risks()), trail_length()) == (2, before)


def test_a_changed_cell_changes_one_field_of_one_risk(app: Flask) -> None:
    team = make_team()
    brought(team, *ROWS)
    untouched = risks()[0].version
    changed = (HEADER, ROWS[1], ("A-2", "Keys leak often", 5, 3, ""))
    assert counts(brought(team, *changed)) == (0, 1, 1)
    first, second = risks()
    assert (first.version, second.title) == (untouched, "Keys leak often")
    assert acts(second) == ["risk.create", "risk.update"]
    assert rating_of(second, "current") == Rating(likelihood=5, impact=3)  # type: ignore[arg-type]
    assert len(second.assessments) == 2


def test_leaves_alone_what_the_file_does_not_say(app: Flask) -> None:
    team = make_team()
    brought(team, *ROWS)
    with transaction():
        risk = db.session.get_one(Risk, risks()[0].id)
        update_risk(SYSTEM_ACTOR, risk, {"controls": "A second consumer", "category": "Queues"})
    again = (("id", "title", "category"), ("A-1", "The queue stalls", ""))
    assert counts(brought(team, *again)) == (0, 0, 1)
    first = risks()[0]
    assert (first.controls, first.category, first.band_rank) == ("A second consumer", "Queues", 4)


def test_one_bad_row_stores_none(app: Flask) -> None:
    team = make_team()
    for position in range(3):
        rows: list[tuple[object, ...]] = [("1", "One", 1, 1), ("2", "Two", 1, 1), ("3", "Three")]
        rows[position] = (str(position + 1), "", 1, 1)
        with pytest.raises(Refused) as refused:
            brought(team, HEADER, *rows)
        assert [note["line"] for note in refused.value.report["errors"]] == [position + 2]
        assert refused.value.report["created"] == 0
        assert risks() == []


def test_a_text_too_long_is_named_by_line_and_column(app: Flask) -> None:
    rows = (("title", "description"), ("One", "x" * 20_001))
    with pytest.raises(Refused) as refused:
        brought(make_team(), *rows)
    assert [(e["line"], e["column"]) for e in refused.value.report["errors"]] == [
        (2, "description")
    ]


def test_a_trial_says_the_same_and_leaves_nothing(app: Flask) -> None:
    team = make_team()
    before = trail_length()
    tried = tried_file(team, csv_bytes(*ROWS))
    assert (risks(), trail_length()) == ([], before + 1)  # the matrix
    done = brought_file(team, csv_bytes(*ROWS))
    assert tried.report == done.report


def test_a_trial_uses_up_no_numbers(app: Flask) -> None:
    team = make_team()
    number = make_risk(team).id
    tried_file(team, csv_bytes(*ROWS))
    assert make_risk(team).id == number + 1


def test_people_and_systems_are_found_by_what_is_theirs(app: Flask) -> None:
    team = make_team()
    ada = make_person(team, name="Ada Quill")
    system = make_system(team, key="ledger", name="The Ledger")
    header = ("title", "owner", "system", "knowledge holders", "kind")
    rows = (("One", ada.email.upper(), "ledger", "Ada Quill", "both"),)
    more = (("Two", "ada quill", "the ledger", ada.email, "both"),)
    done = brought(team, header, *rows, *more)
    assert done.report["warnings"] == []
    for risk in risks():
        assert (risk.owner, risk.system, risk.knowers) == (ada, system, [ada])


def test_who_is_not_known_is_left_out_told_once_and_kept_in_words(app: Flask) -> None:
    rows = [("title", "owner", "kind"), *((f"Risk {n}", "Some Body", "both") for n in range(12))]
    done = brought(make_team(), *rows)
    assert warned(done) == [(line, "owner") for line in range(2, 14)]
    (told,) = gathered(done.report["warnings"])
    assert "Also in line 3, 4, 5, 6, 7, 8, 9, 10 and 3 more" in in_words(told)
    assert spread([told]) == done.report["warnings"]
    assert risks()[0].owner is None
    assert "- owner: Some Body" in risks()[0].description


def test_two_people_of_one_name_are_nobody(app: Flask) -> None:
    team = make_team()
    make_person(team, name="Ada Quill")
    make_person(team, name="Ada Quill")
    done = brought(team, ("title", "owner", "kind"), ("One", "Ada Quill", "both"))
    assert (warned(done), risks()[0].owner) == ([(2, "owner")], None)


def test_a_named_team_is_taken_where_one_may_file(app: Flask) -> None:
    root = make_team("Root")
    mine, other = make_team("Mine", parent=root), make_team("Other", parent=root)
    person = make_person(mine)
    rows = (("title", "team", "kind"), ("One", "Other", "both"), ("Two", "mine", "both"))
    done = brought(mine, *rows, by=person)
    assert {risk.team_id for risk in risks()} == {mine.id}
    assert warned(done) == [(2, "team")]
    assert "no team in which you may file" in done.report["warnings"][0]["message"]
    assert other.name not in risks()[0].team.name


def test_a_stranger_may_not_import(app: Flask) -> None:
    root = make_team("Root")
    team = make_team("Team", parent=root)
    viewer = make_person(team, Role.VIEWER)
    with pytest.raises(Forbidden):
        brought(team, *ROWS, by=viewer)
    assert risks() == []


def test_two_registers_with_the_same_ids_stay_apart(app: Flask) -> None:
    team = make_team()
    other = (HEADER, ("A-1", "Flooded cellar", 1, 1, "both"), ("A-2", "Strike", 1, 2, "both"))
    brought(team, *ROWS)
    done = brought(team, *other)
    assert (counts(done), warned(done)) == ((2, 0, 0), [(2, ""), (3, "")])
    assert counts(brought(team, *other)) == (0, 0, 2)
    assert counts(brought(team, *ROWS)) == (0, 0, 2)


def test_a_new_title_under_a_known_id_is_a_change_with_a_warning(app: Flask) -> None:
    team = make_team()
    more = [(f"B-{n}", f"Something number {n}", 1, 1, "both") for n in range(3)]
    brought(team, *ROWS, *more)
    changed = (HEADER, ("A-1", "Flooded cellar", 4, 5, ""), *more)
    done = brought(team, *changed)
    assert (counts(done), warned(done)) == ((0, 1, 3), [(2, "")])
    assert "the title differs a lot" in done.report["warnings"][0]["message"]


def test_a_moved_risk_is_still_the_same(app: Flask) -> None:
    root = make_team("Root")
    below = make_team("Below", parent=root)
    brought(root, *ROWS)
    with transaction():
        update_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risks()[0].id), {"team": below})
    assert counts(brought(root, *ROWS)) == (0, 0, 2)


def test_a_closed_row_is_filed_as_closed(app: Flask) -> None:
    rows = (("title", "status", "resolution", "kind"), ("One", "Closed", "Duplicate", "both"))
    brought(make_team(), *rows, ("Two", "Done", "", "both"))
    first, second = risks()
    assert (first.status, first.close_reason) == (Status.CLOSED, CloseReason.DUPLICATE)
    assert (second.close_reason, second.review_due_on) == (CloseReason.GONE, None)
    assert acts(first) == ["risk.create", "risk.close"]


def test_a_closed_risk_is_opened_and_closed_as_the_file_says(app: Flask) -> None:
    team = make_team()
    header = ("title", "status", "likelihood", "impact", "kind")
    brought(team, header, ("One", "open", 2, 2, "both"))
    assert counts(brought(team, header, ("One", "closed", 2, 2, "both"))) == (0, 1, 0)
    assert risks()[0].status == Status.CLOSED
    assert counts(brought(team, header, ("One", "open", 3, 2, "both"))) == (0, 1, 0)
    assert (risks()[0].status, risks()[0].current_likelihood) == (Status.OPEN, 3)


def test_a_closed_risk_keeps_its_rating(app: Flask) -> None:
    team = make_team()
    brought(team, *ROWS)
    with transaction():
        risk = db.session.get_one(Risk, risks()[0].id)
        close_risk(SYSTEM_ACTOR, risk, reason=CloseReason.GONE, note="Switched off.")
    done = brought(team, HEADER, ("A-1", "The queue stalls", 1, 1, ""))
    assert (counts(done), warned(done)) == ((0, 0, 1), [(2, "impact")])
    assert risks()[0].current_likelihood == 4


def test_actions_with_a_day_to_come_become_action_items(app: Flask) -> None:
    team = make_team()
    rows = (("title", "actions", "due date", "kind"), ("One", "Do this; Do that", LATER, "both"))
    brought(team, *rows)
    actions = db.session.scalars(select(ActionItem).order_by(ActionItem.id)).all()
    assert [(a.title, a.due_on, a.owner_id) for a in actions] == [
        ("Do this", LATER, None),
        ("Do that", LATER, None),
    ]
    assert risks()[0].description == ""
    assert counts(brought(team, *rows)) == (0, 0, 1)
    moved = ("One", "Do this; Do that", LATER + timedelta(days=9), "both")
    assert counts(brought(team, rows[0], moved)) == (0, 1, 0)
    assert counts(brought(team, rows[0], moved)) == (0, 0, 1)


@pytest.mark.parametrize("due", ["", "2026-01-31"])
def test_other_plans_are_kept_in_words(app: Flask, due: str) -> None:
    team = make_team()
    rows = (("title", "actions", "due date", "kind"), ("One", "Do this; Do that", due, "both"))
    done = brought(team, *rows)
    assert db.session.scalars(select(ActionItem)).all() == []
    assert risks()[0].description.startswith("### Planned\n\n- Do this\n- Do that")
    assert warned(done) == ([(2, "actions")] if due else [])
    assert counts(brought(team, *rows)) == (0, 0, 1)


def test_nothing_of_a_row_is_lost(app: Flask) -> None:
    header = ("title", "description", "notes", "cost", "shoe size", "links", "kind")
    row = ("One", "The text.", "A note.", "10 EUR", "42", "see the wiki", "both")
    brought(make_team(), header, row)
    assert risks()[0].description == (
        "The text.\n\n### Notes\n\nA note.\n\nCost: 10 EUR\n\n"
        "### Also in the file\n\n- shoe size: 42\n- links: see the wiki"
    )


def test_what_people_wrote_here_stays_beside_the_parts_of_the_file(app: Flask) -> None:
    team = make_team()
    header = ("title", "notes", "kind")
    brought(team, header, ("One", "Old note", "both"))
    with transaction():
        risk = db.session.get_one(Risk, risks()[0].id)
        update_risk(SYSTEM_ACTOR, risk, {"description": f"Mine.\n\n{risk.description}"})
    brought(team, header, ("One", "New note", "both"))
    assert risks()[0].description == "Mine.\n\n### Notes\n\nNew note"


def test_the_day_it_was_identified_is_kept(app: Flask) -> None:
    brought(make_team(), ("title", "date identified", "kind"), ("One", "2025-03-04", "both"))
    assert risks()[0].identified_on == date(2025, 3, 4)


def test_the_kind_is_concluded_from_words_and_said_by_line(app: Flask) -> None:
    rows = (("title",), ("Phishing of staff accounts",), ("Data centre outage",), ("Reputation",))
    done = brought(make_team(), *rows)
    assert warned(done) == [(2, "title"), (3, "title"), (4, "title")]
    assert "filed as operational" in done.report["warnings"][1]["message"]
    assert [risk.kind for risk in risks()] == [Kind.BOTH, Kind.OPERATIONAL, Kind.BOTH]
