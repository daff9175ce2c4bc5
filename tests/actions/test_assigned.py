"""Whoever an action is assigned to sees it, and what it belongs to, without a role on that team."""

from datetime import date

import pytest
from flask import Flask

from riskreg.actions.models import ActionItem
from riskreg.dashboard.needs import needs_of
from riskreg.db import db, transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Person
from riskreg.org.queries import teams_for
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_team
from tests.postmortems.factories import make_risk


@pytest.fixture
def assigned(app: Flask) -> tuple[Person, ActionItem]:
    """An engineer of another team, with an action of a risk of a team they have no role on."""
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    doer, person = make_person(team, Role.MANAGER), make_person(other)
    risk = make_risk(team, doer, title="The queue has no limit")
    action = make_action(team, doer, title="Set a limit", risk_id=risk.id)
    make_action(team, doer, title="Somebody else's")
    with transaction():
        row = db.session.get_one(ActionItem, action.id)
        row.owner_id, row.due_on = person.id, date(2020, 1, 1)
    return person, action


@pytest.mark.parametrize("path", ["/actions", "/actions?view=mine", "/actions/{ref}", "/"])
def test_sees_the_action_and_what_it_belongs_to(
    client: RegisterClient, assigned: tuple[Person, ActionItem], path: str
) -> None:
    person, action = assigned
    client.sign_in(person)
    page = client.get(path.format(ref=action.ref)).text
    assert "Set a limit" in page or path == "/actions"
    assert "Somebody else" not in page
    if path != "/":
        assert ("The queue has no limit" in page) == ("Set a limit" in page)
    assert f'href="/risks/R-{action.risk_id}"' not in page


def test_sees_it_when_the_last_role_was_taken_away(
    client: RegisterClient, assigned: tuple[Person, ActionItem]
) -> None:
    person, action = assigned
    with transaction():
        db.session.get_one(Person, person.id).grants.clear()
    client.sign_in(person)
    assert "The queue has no limit" in client.get(f"/actions/{action.ref}").text
    assert "Set a limit" in client.get("/actions?view=mine").text
    assert client.get("/risks").status_code == 403


def test_finds_it_by_words_and_by_name(
    client: RegisterClient, assigned: tuple[Person, ActionItem]
) -> None:
    person, action = assigned
    client.sign_in(person)
    assert client.get(f"/search?q={action.ref}").location.endswith(f"/actions/{action.ref}")
    assert f"/actions/{action.ref}" in client.get("/search?q=limit").text


def test_it_is_among_what_needs_them(assigned: tuple[Person, ActionItem]) -> None:
    person, action = assigned
    me = actor(person)
    found = needs_of(me, day=date(2020, 1, 2), known=teams_for(me))
    assert [(need.id, need.title) for need in found] == [(action.id, "Set a limit")]


def test_sees_it_and_may_not_change_it(
    client: RegisterClient, assigned: tuple[Person, ActionItem]
) -> None:
    person, action = assigned
    client.sign_in(person)
    assert client.get(f"/actions/{action.ref}/edit").status_code == 403
    assert client.get(f"/risks/R-{action.risk_id}").status_code == 404
