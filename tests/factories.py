"""Things to test with, with sensible defaults; every factory commits."""

from itertools import count
from typing import Any

from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, System, Team
from riskreg.org.permissions import Actor
from riskreg.org.sessions import actor_of

_numbers = count(1)


def make_team(name: str | None = None, *, parent: Team | None = None) -> Team:
    """A team; without a parent, the root (made once) is its parent, or it is the root."""
    number = next(_numbers)
    name = name or f"Team {number}"
    with transaction():
        team = Team(
            slug=f"{name.lower().replace(' ', '-')}",
            name=name,
            parent_id=parent.id if parent else None,
            depth=parent.depth + 1 if parent else 0,
            path=f"new-{number}",
            created_at=now(),
        )
        db.session.add(team)
        db.session.flush()
        team.path = f"{parent.path if parent else '/'}{team.id}/"
    return db.session.get_one(Team, team.id)


def make_person(team: Team | None = None, role: Role = Role.ENGINEER, **values: Any) -> Person:
    """A person with a role on a team (none without a team)."""
    number = next(_numbers)
    defaults = {
        "name": f"Person {number}",
        "email": f"person{number}@example.org",
        "created_at": now(),
    }
    with transaction():
        person = Person(**{**defaults, **values})
        if team is not None:
            person.home_team_id = team.id
            person.grants.append(Grant(team_id=team.id, role=role, created_at=now()))
        db.session.add(person)
    return db.session.get_one(Person, person.id)


def give_role(person: Person, team: Team, role: Role) -> None:
    """A further role of a person."""
    with transaction():
        db.session.add(Grant(person_id=person.id, team_id=team.id, role=role, created_at=now()))


def make_system(team: Team, **values: Any) -> System:
    """A system of a team."""
    number = next(_numbers)
    defaults = {
        "key": f"system-{number}",
        "name": f"System {number}",
        "created_at": now(),
        "tier": 2,
    }
    with transaction():
        system = System(team_id=team.id, **{**defaults, **values})
        db.session.add(system)
    return db.session.get_one(System, system.id)


def actor(person: Person) -> Actor:
    """The person as an actor."""
    return actor_of(db.session.get_one(Person, person.id))
