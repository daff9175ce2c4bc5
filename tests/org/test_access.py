"""Roles are inherited down the tree; the stranger finds nothing, the reader changes nothing."""

from itertools import pairwise

import pytest
from flask import Flask

from riskreg.errors import Forbidden, NotFound
from riskreg.org.access import can, require, visible
from riskreg.org.kinds import Role
from riskreg.org.models import System
from riskreg.org.permissions import ALLOWED, SYSTEM_ACTOR, Permission
from riskreg.org.queries import systems_for, teams_for
from tests.client import RegisterClient
from tests.factories import actor, give_role, make_person, make_system, make_team


def test_a_role_counts_below_its_team_and_nowhere_else(app: Flask) -> None:
    root = make_team()
    mine, beside = make_team(parent=root), make_team(parent=root)
    below = make_team(parent=make_team(parent=mine))
    me = actor(make_person(mine))
    edit = Permission.SYSTEM_EDIT
    assert [can(me, edit, team) for team in (mine, below, beside, root)] == [
        True,
        True,
        False,
        False,
    ]


def test_the_number_of_a_team_is_not_mistaken_for_the_beginning_of_another(app: Flask) -> None:
    root = make_team()
    teams = [make_team(parent=root) for _number in range(12)]
    me = actor(make_person(teams[0]))
    assert teams_for(me) == [teams[0]]


def test_roles_add_up(app: Flask) -> None:
    root = make_team()
    team = make_team(parent=root)
    person = make_person(root, Role.VIEWER)
    give_role(person, team, Role.MANAGER)
    me = actor(person)
    assert can(me, Permission.REVIEW_SIGN, team)
    assert not can(me, Permission.REVIEW_SIGN, root)
    assert can(me, Permission.REVIEW_VIEW, root)


def test_each_role_includes_the_ones_before() -> None:
    roles = list(Role)
    for lower, higher in pairwise(roles):
        assert ALLOWED[lower] < ALLOWED[higher]


@pytest.mark.asvs("v5.0.0-8.3.1")
def test_unseen_is_not_found_and_seen_is_forbidden(app: Flask) -> None:
    root = make_team()
    team = make_team(parent=root)
    system = make_system(team)
    edit, view = Permission.SYSTEM_EDIT, Permission.SYSTEM_VIEW
    with pytest.raises(NotFound):
        require(actor(make_person(make_team(parent=root))), edit, system, view=view)
    with pytest.raises(Forbidden):
        require(actor(make_person(team, Role.VIEWER)), edit, system, view=view)
    with pytest.raises(NotFound):
        require(SYSTEM_ACTOR, edit, None, view=view)
    require(actor(make_person(team)), edit, system, view=view)


def test_lists_hold_what_may_be_seen_within_the_chosen_team(app: Flask) -> None:
    root = make_team()
    mine, beside = make_team(parent=root), make_team(parent=root)
    below = make_team(parent=mine)
    for team in (root, mine, beside, below):
        make_system(team, name=team.name)
    me = actor(make_person(mine))
    assert {system.team for system in systems_for(me)} == {mine, below}
    assert {system.team for system in systems_for(me, below=below)} == {below}
    assert systems_for(me, below=beside) == []
    assert len(systems_for(actor(make_person(root)))) == 4
    assert str(visible(SYSTEM_ACTOR, Permission.SYSTEM_VIEW, System.team_id)) == "true"


def test_somebody_without_a_role_sees_nothing(client: RegisterClient) -> None:
    team = make_team()
    system = make_system(team)
    client.sign_in(make_person(home_team_id=team.id))
    assert client.get("/me").status_code == 200
    assert "You have no role on any team yet" in client.get("/me").text
    for path in ("/systems", f"/systems/{system.key}", "/teams", f"/teams/{team.slug}"):
        assert client.get(path).status_code == 403
