"""The writes of the register, below the pages."""

from typing import Any

import pytest
from sqlalchemy import func, select

from riskreg.audit.queries import entries_of
from riskreg.db import db, transaction
from riskreg.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import CloseReason, Tier
from riskreg.risks.models import Assessment, MatrixVersion, Risk
from riskreg.risks.services import (
    assess_risk,
    close_risk,
    create_risk,
    install_matrix,
    mark_reviewed,
    pin_risk,
    recompute_all,
    reopen_risk,
    unpin_risk,
    update_risk,
)
from tests.factories import actor, make_person, make_team
from tests.risks.factories import make_risk

pytestmark = pytest.mark.usefixtures("app")


def stored(risk: Risk) -> Risk:
    """The risk as it is in the database."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Risk, risk.id)


def test_installs_the_matrix_once() -> None:
    with transaction():
        first = install_matrix(SYSTEM_ACTOR)
        again = install_matrix(SYSTEM_ACTOR)
        assert first is again
    assert db.session.scalar(select(func.count(MatrixVersion.id))) == 1


def test_derives_what_is_sorted_by() -> None:
    team = make_team()
    risk = stored(make_risk(team, 4, 4, effort_size="M", target=Rating(likelihood=2, impact=4)))
    assert (risk.effort_days, risk.effort_size) == (25, "M")
    assert (risk.band_rank, risk.exposure_milli, risk.gain_milli) == (3, 125_000, 112_500)
    assert (risk.value_rate, risk.order_band, risk.order_value) == (4_500_000, -3, -4_500_000)


def test_keeps_unrated_unknown() -> None:
    risk = stored(make_risk(make_team(), effort_days=3))
    assert (risk.band_rank, risk.exposure_milli, risk.value_rate, risk.review_due_on) == (None,) * 4
    assert risk.order_band == risk.order_value == risk.order_exposure == 2**62


def test_each_rating_given_is_an_assessment() -> None:
    risk = make_risk(make_team(), 3, 3, inherent=Rating(likelihood=5, impact=3))
    rows = db.session.scalars(select(Assessment).where(Assessment.risk_id == risk.id)).all()
    assert {(row.tier, row.likelihood, row.why) for row in rows} == {
        ("current", 3, "Made for a test."),
        ("inherent", 5, "Made for a test."),
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"current": Rating(likelihood=6, impact=1)}, "current"),
        ({"current": Rating(likelihood=0, impact=None)}, "current"),
        ({"effort_days": 0}, "effort_days"),
        ({"effort_days": 100_001}, "effort_days"),
        ({"tags": ["x" * 61]}, "tags"),
        ({"links": [("javascript:alert(1)", "")]}, "links"),
    ],
)
def test_refuses_bad_values(values: dict[str, Any], field: str) -> None:
    team = make_team()
    with pytest.raises(Invalid) as caught:
        make_risk(team, **values)
    assert caught.value.field == field
    assert db.session.scalar(select(func.count(Risk.id))) == 0


def test_one_form_files_one_risk() -> None:
    team = make_team()
    ids = []
    for _turn in range(2):
        with transaction():
            install_matrix(SYSTEM_ACTOR)
            here = db.session.get_one(Team, team.id)
            values = {"title": "Twice", "kind": "both"}
            ids.append(create_risk(SYSTEM_ACTOR, team=here, values=values, form_key="k1").id)
    assert ids[0] == ids[1]
    assert db.session.scalar(select(func.count(Risk.id))) == 1


def test_files_again_after_a_savepoint_was_rolled_back() -> None:
    team = make_team()
    links = [("https://example.org/a", "A")]
    with transaction():
        install_matrix(SYSTEM_ACTOR)
        savepoint = db.session.begin_nested()
        values: dict[str, Any] = {"title": "Lost", "kind": "security", "tags": ["lost"]}
        first = create_risk(SYSTEM_ACTOR, team=team, values=values)
        savepoint.rollback()
        values = {"title": "Kept", "kind": "security", "tags": ["kept"], "links": links}
        second = create_risk(SYSTEM_ACTOR, team=team, values=values)
        assert second is not first
    kept = stored(second)
    assert [entry.tag for entry in kept.tags] == ["kept"]
    assert [(link.url, link.label) for link in kept.links] == links
    assert db.session.scalar(select(func.count(Risk.id))) == 1
    with transaction():
        update_risk(SYSTEM_ACTOR, kept, {"title": "Named anew"}, version=1)
    assert stored(kept).title == "Named anew"


def test_updates_what_is_given_and_writes_the_trail() -> None:
    team = make_team()
    person = make_person(team)
    risk = make_risk(team, 2, 2, tags=["old", "kept"])
    with transaction():
        here = db.session.get_one(Risk, risk.id)
        update_risk(
            actor(person),
            here,
            {"tags": ["Kept", "#new"], "owner": person, "current": Rating(likelihood=5, impact=5)},
            why="It got worse.",
        )
    after = stored(risk)
    assert [entry.tag for entry in after.tags] == ["kept", "new"]
    assert (after.owner_id, after.band_rank) == (person.id, 4)
    entry = entries_of("risk", risk.id)[0]
    assert entry.changes["owner"] == ["", person.name]
    assert entry.changes["tags"] == [["kept", "old"], ["kept", "new"]]
    assert entry.changes["current_impact"] == [2, 5]
    assert entry.note == "It got worse."


def test_an_update_that_changes_nothing_leaves_no_trace() -> None:
    risk = make_risk(
        make_team(), 2, 2, tags=["a"], effort_size="S", links=[("https://a.example/", "A")]
    )
    version, entries = risk.version, len(entries_of("risk", risk.id))
    with transaction():
        here = db.session.get_one(Risk, risk.id)
        same = {"title": risk.title, "tags": ["a"], "effort_days": 10, "effort_size": "S"}
        more = {"links": [("https://a.example/", "A")], "current": Rating(likelihood=2, impact=2)}
        update_risk(SYSTEM_ACTOR, here, {**same, **more})
    assert (stored(risk).version, len(entries_of("risk", risk.id))) == (version, entries)


def test_refuses_a_stale_update_and_shows_both_sides() -> None:
    risk = make_risk(make_team(), 2, 2)
    with pytest.raises(Stale) as caught:
        update_risk(SYSTEM_ACTOR, risk, {"title": "Mine", "kind": "both"}, version=risk.version - 1)
    assert caught.value.yours == {"title": "Mine", "kind": "both"}
    assert caught.value.theirs["kind"] == "operational"
    assert stored(risk).title != "Mine"


def test_assessing_keeps_history_and_dates_the_next_review() -> None:
    risk = make_risk(make_team(), 2, 2)
    with transaction():
        here = db.session.get_one(Risk, risk.id)
        rating = Rating(likelihood=5, impact=5)
        assess_risk(
            SYSTEM_ACTOR, here, tier=Tier.CURRENT, rating=rating, why="An attempt was seen."
        )
    after = stored(risk)
    assert after.reviewed_on is not None
    assert after.review_due_on is not None
    assert (after.review_due_on - after.reviewed_on).days == 30
    assert [row.band_rank for row in after.assessments] == [4, 1]


def test_assessing_wants_a_reason() -> None:
    risk = make_risk(make_team(), 2, 2)
    with pytest.raises(Invalid) as caught:
        assess_risk(SYSTEM_ACTOR, risk, tier=Tier.TARGET, rating=Rating(), why=" ")
    assert caught.value.field == "why"


def test_closes_and_reopens() -> None:
    risk = make_risk(make_team(), 4, 4)
    with transaction():
        here = db.session.get_one(Risk, risk.id)
        pin_risk(SYSTEM_ACTOR, here, reason="The board asked.")
        close_risk(SYSTEM_ACTOR, here, reason=CloseReason.MITIGATED, note="Failover drill passed.")
    closed = stored(risk)
    assert (closed.status, closed.close_reason, closed.pin_reason) == ("closed", "mitigated", "")
    assert closed.review_due_on is None
    with pytest.raises(Conflict):
        assess_risk(SYSTEM_ACTOR, closed, tier=Tier.CURRENT, rating=Rating(), why="Again.")
    with transaction():
        reopen_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), why="The drill failed.")
    opened = stored(risk)
    assert (opened.status, opened.close_reason, opened.close_note) == ("open", None, "")
    assert opened.review_due_on is not None
    actions = [entry.action for entry in entries_of("risk", risk.id)]
    assert actions == ["risk.reopen", "risk.close", "risk.pin", "risk.create"]


def test_a_closed_risk_takes_no_new_rating_but_a_word() -> None:
    risk = make_risk(make_team(), 4, 4)
    with transaction():
        close_risk(
            SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), reason=CloseReason.GONE, note="Sold."
        )
    with transaction():
        update_risk(
            SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), {"description": "Sold in May."}
        )
    closed = db.session.get_one(Risk, risk.id)
    with pytest.raises(Conflict):
        update_risk(SYSTEM_ACTOR, closed, {"current": Rating(likelihood=1, impact=1)})


def test_pins_need_a_manager_and_a_reason() -> None:
    team = make_team()
    risk = make_risk(team, 3, 3)
    with pytest.raises(Forbidden):
        pin_risk(actor(make_person(team)), risk, reason="Because.")
    manager = actor(make_person(team, Role.MANAGER))
    with pytest.raises(Invalid):
        pin_risk(manager, risk, reason="")
    pin_risk(manager, risk, reason="The auditor asked.")
    assert risk.pinned_at is not None
    unpin_risk(manager, risk)
    assert not risk.pin_reason


def test_a_review_keeps_the_score_and_dates_the_next() -> None:
    risk = make_risk(make_team(), 4, 4)
    with transaction():
        here = db.session.get_one(Risk, risk.id)
        mark_reviewed(SYSTEM_ACTOR, here, sentence="Nothing moved since spring.")
    after = stored(risk)
    assert after.reviewed_on is not None
    assert after.review_due_on is not None
    assert (after.review_due_on - after.reviewed_on).days == 90
    assert len(after.assessments) == 1


def test_refuses_the_stranger_and_the_neighbour() -> None:
    root = make_team()
    team, other = make_team(parent=root), make_team(parent=root)
    risk = make_risk(team, 1, 1)
    stranger = actor(make_person(other))
    for write in (
        lambda: update_risk(stranger, risk, {"title": "Mine"}),
        lambda: assess_risk(stranger, risk, tier=Tier.CURRENT, rating=Rating(), why="So."),
        lambda: close_risk(stranger, risk, reason=CloseReason.GONE, note="So."),
        lambda: mark_reviewed(stranger, risk, sentence="So."),
        lambda: pin_risk(stranger, risk, reason="So."),
        lambda: create_risk(stranger, team=team, values={"title": "A", "kind": "both"}),
    ):
        with pytest.raises(NotFound):
            write()
    viewer = actor(make_person(team, Role.VIEWER))
    with pytest.raises(Forbidden):
        update_risk(viewer, risk, {"title": "Mine"})


def test_moves_only_where_the_actor_may_edit() -> None:
    root = make_team()
    team, other = make_team(parent=root), make_team(parent=root)
    risk = make_risk(team, 1, 1)
    with pytest.raises(NotFound):
        update_risk(actor(make_person(team)), risk, {"team": other})
    update_risk(SYSTEM_ACTOR, risk, {"team": other})
    assert risk.team_id == other.id


def test_recomputes_all() -> None:
    risk = make_risk(make_team(), 4, 4)
    with transaction():
        db.session.get_one(Risk, risk.id).band_rank = 1
    with transaction():
        assert recompute_all() == 1
        assert recompute_all() == 0
    assert stored(risk).band_rank == 3
