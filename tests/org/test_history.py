"""The tree as it changes: no cycle, every path right, and every day as it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import Conflict, Forbidden, Invalid, Stale
from riskreg.lib.dates import now
from riskreg.org.history import teams_before, was_below
from riskreg.org.kinds import Role
from riskreg.org.models import FormerPlace, FormerTeam, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.places import move_team
from riskreg.org.services import create_team, update_system
from riskreg.org.tree import Branch
from tests.conftest import _empty_tables
from tests.factories import actor, give_role, make_person, make_system, make_team

# (what, which team, which other one) on one day after the other.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "move", "move", "give"]), st.integers(0, 9), st.integers(0, 9)
    ),
    max_size=8,
)
Parents = dict[int, int | None]


def all_teams() -> list[Team]:
    return list(db.session.scalars(select(Team).order_by(Team.id)))


def below(parents: Parents, top: int) -> set[int]:
    """The team and all below it, found by walking."""
    found, size = {top}, 0
    while size != len(found):
        size = len(found)
        found |= {team for team, parent in parents.items() if parent in found}
    return found


def seen_below(top: Branch, when: date) -> set[int]:
    """Systems that belonged to the team or one below it, as the database says."""
    query = select(System.id).where(was_below(System, when, top))
    return set(db.session.scalars(query))


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_every_day_stays_as_it_was(app: Flask, steps: list[tuple[str, int, int]]) -> None:
    _empty_tables()
    db.session.expunge_all()
    with transaction():
        root = create_team(SYSTEM_ACTOR, name="Company", parent=None)
        for name in ("a", "b", "c"):
            create_team(SYSTEM_ACTOR, name=name, parent=root)
    make_system(root)
    days: dict[date, tuple[Parents, dict[int, int]]] = {}
    for number, (what, one, other) in enumerate(steps):
        with time_machine.travel(now() + timedelta(days=number), tick=False):
            _step(what, one, other)
            db.session.expire_all()
            _check_paths()
            parents = {team.id: team.parent_id for team in all_teams()}
            owners = {system.id: system.team_id for system in db.session.scalars(select(System))}
            days[now().date()] = (parents, owners)
    for day, (parents, owners) in days.items():
        for team in all_teams():
            if team.id in parents and team.parent_id is not None:
                inside = below(parents, team.id)
                expected = {system for system, owner in owners.items() if owner in inside}
                assert seen_below(team, day) & set(owners) == expected


def _step(what: str, one: int, other: int) -> None:
    teams = all_teams()
    team, target = teams[one % len(teams)], teams[other % len(teams)]
    try:
        with transaction():
            if what == "create":
                create_team(SYSTEM_ACTOR, name=f"n{len(teams)}", parent=target)
            elif what == "move":
                move_team(SYSTEM_ACTOR, team, target)
            else:
                system = db.session.scalars(select(System)).first()
                assert system is not None
                update_system(SYSTEM_ACTOR, system, {"team": target})
    except (Conflict, Invalid):
        pass


def _check_paths() -> None:
    teams = {team.id: team for team in all_teams()}
    parents = {team.id: team.parent_id for team in teams.values()}
    for team in teams.values():
        above = teams[team.parent_id].path if team.parent_id else "/"
        assert team.path == f"{above}{team.id}/"
        assert team.depth == team.path.count("/") - 2
        by_path = {each.id for each in teams.values() if each.path.startswith(team.path)}
        assert by_path == below(parents, team.id)


def test_refuses_a_cycle_and_leaves_no_trace(app: Flask) -> None:
    root = make_team("Company")
    team = make_team("Payments", parent=root)
    inner = make_team("Checkout", parent=team)
    for target in (team, inner):
        with pytest.raises(Invalid), transaction():
            move_team(SYSTEM_ACTOR, db.session.get_one(Team, team.id), target)
    with pytest.raises(Conflict), transaction():
        move_team(SYSTEM_ACTOR, db.session.get_one(Team, root.id), inner)
    assert db.session.scalars(select(FormerPlace)).all() == []


def test_a_move_may_have_happened_earlier_but_not_before_the_last(app: Flask) -> None:
    root = make_team("Company")
    one, two = make_team("One", parent=root), make_team("Two", parent=root)
    team = make_team("Moved", parent=one)
    today = now().date()
    with transaction():
        move_team(SYSTEM_ACTOR, team, two, on=today - timedelta(days=5))
    for wrong in (today - timedelta(days=6), today + timedelta(days=1)):
        with pytest.raises(Invalid), transaction():
            move_team(SYSTEM_ACTOR, db.session.get_one(Team, team.id), root, on=wrong)
    system = make_system(team)
    days = [today - timedelta(days=n) for n in (6, 5, 0)]
    assert [bool(seen_below(one, day)) for day in days] == [True, False, False]
    assert [bool(seen_below(two, day)) for day in days] == [False, True, True]
    assert seen_below(root, days[0]) == {system.id}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "team.move")).one()
    assert entry.changes["parent"] == ["one", "two"]


def test_twice_on_a_day_counts_as_once(app: Flask) -> None:
    root = make_team("Company")
    one, two = make_team("One", parent=root), make_team("Two", parent=root)
    system = make_system(one)
    with transaction():
        for target in (two, root):
            update_system(SYSTEM_ACTOR, db.session.get_one(System, system.id), {"team": target})
    rows = db.session.scalars(select(FormerTeam)).all()
    assert [(row.team_id, row.from_on, row.until_on) for row in rows] == [
        (one.id, None, now().date())
    ]
    assert [row.team.name for row in teams_before(system)] == ["One"]


def test_only_an_administrator_of_both_places_moves_a_team(app: Flask) -> None:
    root = make_team("Company")
    one, two = make_team("One", parent=root), make_team("Two", parent=root)
    team = make_team("Moved", parent=one)
    person = make_person(one, Role.ADMIN)
    give_role(person, two, Role.MANAGER)
    with pytest.raises(Forbidden):
        move_team(actor(person), team, two)
    half = make_person(team, Role.ADMIN)
    give_role(half, two, Role.ADMIN)
    with pytest.raises(Forbidden):
        move_team(actor(half), team, two)
    both = make_person(one, Role.ADMIN)
    give_role(both, two, Role.ADMIN)
    with pytest.raises(Stale):
        move_team(actor(both), team, two, version=team.version + 1)
    with transaction():
        move_team(actor(both), team, two, version=team.version)
    assert db.session.get_one(Team, team.id).parent_id == two.id


def test_of_two_moves_at_once_that_would_make_a_circle_one_is_refused(app: Flask) -> None:
    root = make_team("Company")
    pair = [make_team("One", parent=root).id, make_team("Two", parent=root).id]
    gate = Barrier(2)
    db.session.rollback()

    def attempt(one: int, other: int) -> bool:
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    team, below = (db.session.get_one(Team, each) for each in (one, other))
                    move_team(SYSTEM_ACTOR, team, below)
            except Invalid:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, pair, pair[::-1])) == [False, True]
    _check_paths()
