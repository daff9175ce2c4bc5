"""Reads of the organisation."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import literal, select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.db import db
from riskreg.errors import NotFound
from riskreg.org.access import require, team_ids, visible
from riskreg.org.models import Grant, Person, System, Team
from riskreg.org.permissions import Actor, Permission


def root_team() -> Team | None:
    """The top of the tree; None before set-up."""
    return db.session.scalar(
        select(Team).where(Team.parent_id.is_(None)).order_by(Team.id).limit(1)
    )


def team_for(actor: Actor, slug: str, permission: Permission = Permission.TEAM_VIEW) -> Team:
    """A team by its slug; NotFound or Forbidden as the actor's roles say."""
    team = db.session.scalar(select(Team).where(Team.slug == slug))
    require(actor, permission, team, view=Permission.TEAM_VIEW)
    assert team is not None
    return team


def teams_for(actor: Actor, permission: Permission = Permission.TEAM_VIEW) -> list[Team]:
    """The teams where the actor may do this, as the tree reads: each followed by those below it."""
    ids = team_ids(actor, permission)
    query = select(Team).order_by(Team.id)
    teams = list(db.session.scalars(query if ids is None else query.where(Team.id.in_(ids))))
    by_id = {team.id: team for team in teams}
    return sorted(teams, key=lambda team: _reading_key(team, by_id))


def ancestors(team: Team) -> list[Team]:
    """From the root down to the team itself."""
    ids = [int(part) for part in team.path.strip("/").split("/")]
    by_id = {row.id: row for row in db.session.scalars(select(Team).where(Team.id.in_(ids)))}
    return [by_id[team_id] for team_id in ids]


def system_for(actor: Actor, key: str, permission: Permission = Permission.SYSTEM_VIEW) -> System:
    """A system by its key with team and operators."""
    system = db.session.scalar(
        select(System)
        .where(System.key == key)
        .options(joinedload(System.team), selectinload(System.operators))
    )
    require(actor, permission, system, view=Permission.SYSTEM_VIEW)
    assert system is not None
    return system


def systems_for(
    actor: Actor, *, below: Team | None = None, permission: Permission = Permission.SYSTEM_VIEW
) -> Sequence[System]:
    """Systems the actor may see, by name."""
    return db.session.scalars(
        select(System)
        .where(visible(actor, permission, System.team_id, below=below))
        .options(joinedload(System.team))
        .order_by(System.name, System.id)
    ).all()


def people() -> Sequence[Person]:
    """Everybody who is active, by name: names are not a secret inside an organisation."""
    return db.session.scalars(
        select(Person).where(Person.is_active).order_by(Person.name, Person.id)
    ).all()


def people_of(team: Team) -> Sequence[Person]:
    """Everybody active with a role on the team or above it, by name."""
    above = select(Team.id).where(literal(team.path).startswith(Team.path))
    holders = select(Grant.person_id).where(Grant.team_id.in_(above))
    return db.session.scalars(
        select(Person)
        .where(Person.is_active, Person.id.in_(holders))
        .order_by(Person.name, Person.id)
    ).all()


def person_by_id(person_id: int) -> Person:
    """A person with their roles; NotFound when there is none."""
    person = db.session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .options(selectinload(Person.grants).joinedload(Grant.team))
    )
    if person is None:
        raise NotFound(_("There is no such person."))
    return person


def _reading_key(team: Team, by_id: dict[int, Team]) -> tuple[tuple[str, int], ...]:
    parts = [by_id.get(int(part)) for part in team.path.strip("/").split("/")]
    return tuple((part.name.lower(), part.id) for part in parts if part is not None)
