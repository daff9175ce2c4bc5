"""What a write of an action item keeps, changes and refuses."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from riskreg.actions import services
from riskreg.actions.kinds import ActionStatus, Priority
from riskreg.actions.models import ActionItem
from riskreg.actions.queries import action_for, actions_of, slips_of
from riskreg.audit.queries import entries_of
from riskreg.db import db, transaction
from riskreg.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from riskreg.org.kinds import Role
from tests.actions.factories import make_action
from tests.factories import actor, make_person, make_team

PROMISED = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _acts(action: ActionItem) -> list[str]:
    db.session.commit()  # the trail is written as the last thing
    return [entry.action for entry in entries_of("action_item", action.id)]


@pytest.mark.parametrize(
    ("priority", "due_on"),
    [
        (Priority.P0, date(2026, 3, 17)),
        (Priority.P1, date(2026, 4, 1)),
        (Priority.P2, date(2026, 5, 1)),
        (Priority.P3, date(2026, 5, 31)),
    ],
)
def test_the_priority_sets_the_due_date(app: Flask, priority: Priority, due_on: date) -> None:
    team = make_team()
    action = make_action(team, make_person(team), priority=priority, committed_at=PROMISED)
    assert (action.due_on, action.original_due_on) == (due_on, due_on)
    assert _acts(action) == ["action.create"]


def test_the_promise_is_made_on_the_persons_day(app: Flask) -> None:
    team = make_team()
    person = make_person(team, timezone="Pacific/Auckland")
    late = datetime(2026, 3, 2, 12, tzinfo=UTC)  # 3 March in Auckland
    action = make_action(team, person, priority=Priority.P0, committed_at=late)
    assert action.due_on == date(2026, 3, 18)


def test_refuses_a_due_date_before_the_promise(app: Flask) -> None:
    team = make_team()
    with pytest.raises(Invalid) as refused:
        make_action(team, make_person(team), committed_at=PROMISED, due_on=date(2026, 3, 1))
    assert refused.value.field == "due_on"
    assert db.session.query(ActionItem).count() == 0


def test_refuses_an_owner_who_could_not_see_it(app: Flask) -> None:
    root = make_team("Company")
    team, other = make_team("Here", parent=root), make_team("There", parent=root)
    action = make_action(team, make_person(team))
    outsider = make_person(other)
    with pytest.raises(Invalid) as refused:
        services.reassign(actor(make_person(root, Role.MANAGER)), action, outsider)
    assert refused.value.field == "owner"


def test_two_origins_are_one_too_many(app: Flask) -> None:
    team = make_team()
    with pytest.raises(Invalid) as refused:
        make_action(team, make_person(team), risk_id=1, incident_id=1)
    assert refused.value.field == "origin"


def test_closing_needs_a_word_of_evidence(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person)
    with pytest.raises(Invalid):
        services.close_action(actor(person), action, "  ")
    with transaction():
        services.close_action(actor(person), _again(action), "Alarm fired in the drill.")
    assert _again(action).status == ActionStatus.DONE
    assert _again(action).closed_by_id == person.id
    assert _acts(action) == ["action.close", "action.create"]


def test_a_closed_action_is_not_closed_twice(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person)
    services.close_action(actor(person), action, "The alarm fired in the drill.")
    with pytest.raises(Conflict):
        services.wont_do(actor(person), action, "The system is switched off in May.")
    with pytest.raises(Conflict):
        services.close_action(actor(person), action, "Done.")


def test_rescheduling_keeps_the_original_date_and_the_reason(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person, committed_at=PROMISED)
    with transaction():
        services.reschedule_action(actor(person), _again(action), date(2026, 6, 1), "Parts late.")
    action = _again(action)
    assert (action.original_due_on, action.due_on) == (date(2026, 5, 1), date(2026, 6, 1))
    assert [slip.reason for slip in action.slips] == ["Parts late."]
    assert slips_of(action) == 1
    assert _acts(action)[0] == "action.reschedule"


def test_rescheduling_needs_a_reason_and_another_day(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person, committed_at=PROMISED)
    for to_on, reason in (
        (date(2026, 6, 1), " "),
        (action.due_on, "Why?"),
        (date(2026, 1, 1), "x"),
    ):
        with pytest.raises(Invalid):
            services.reschedule_action(actor(person), action, to_on, reason)


@pytest.mark.parametrize(
    ("old", "new", "due_on"),
    [
        (Priority.P2, Priority.P0, date(2026, 3, 17)),  # brought forward
        (Priority.P0, Priority.P3, date(2026, 3, 17)),  # never put back
        (Priority.P2, Priority.P2, date(2026, 5, 1)),
    ],
)
def test_a_raised_priority_takes_the_earlier_date(
    app: Flask, old: Priority, new: Priority, due_on: date
) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person, priority=old, committed_at=PROMISED)
    services.update_action(actor(person), action, {"priority": new})
    assert action.due_on == due_on


def test_an_early_date_stays_when_the_priority_is_raised(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person, committed_at=PROMISED, due_on=date(2026, 3, 4))
    services.update_action(actor(person), action, {"priority": Priority.P0})
    assert action.due_on == date(2026, 3, 4)
    assert action.slips == []


def test_an_edit_of_an_older_version_is_refused_with_both(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person, title="Old")
    with transaction():
        services.update_action(actor(person), _again(action), {"title": "Theirs"}, version=1)
    with pytest.raises(Stale) as refused:
        services.update_action(actor(person), _again(action), {"title": "Mine"}, version=1)
    assert (refused.value.theirs, refused.value.yours) == ({"title": "Theirs"}, {"title": "Mine"})


def test_reopening_takes_the_closure_back(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    action = make_action(team, person)
    services.close_action(actor(person), action, "Done.")
    services.reopen_action(actor(person), action, reason="It came back.")
    assert (action.status, action.closed_at, action.evidence) == (ActionStatus.OPEN, None, "")
    assert _acts(action)[0] == "action.reopen"


def test_a_viewer_may_look_and_a_stranger_may_not_know(app: Flask) -> None:
    root = make_team("Company")
    team, other = make_team("Here", parent=root), make_team("There", parent=root)
    action = make_action(team, make_person(team))
    viewer, stranger = make_person(team, Role.VIEWER), make_person(other)
    with pytest.raises(Forbidden):
        services.close_action(actor(viewer), action, "Done.")
    with pytest.raises(NotFound):
        services.close_action(actor(stranger), action, "Done.")
    with pytest.raises(NotFound):
        action_for(actor(stranger), action.ref)
    assert action_for(actor(viewer), "a" + str(action.id)) is action


def test_the_actions_of_nothing_are_none(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    make_action(team, person)
    assert list(actions_of(actor(person), risk_id=1)) == []
    assert list(actions_of(actor(person), system_id=1)) == []


def _again(action: ActionItem) -> ActionItem:
    return db.session.get_one(ActionItem, action.id)
