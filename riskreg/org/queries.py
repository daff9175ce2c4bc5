"""Reads of the organisation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, bindparam, func, literal, or_, select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.db import db
from riskreg.errors import NotFound
from riskreg.metrics.reviews import Requirement, required_level
from riskreg.org.access import inside, require, team_ids, visible
from riskreg.org.kinds import DataClass, Hours
from riskreg.org.models import Grant, Person, System, SystemOperator, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch, as_read


def root_team() -> Team | None:
    """The top of the tree; None before set-up."""
    return db.session.scalar(
        select(Team).where(Team.parent_id.is_(None)).order_by(Team.id).limit(1)
    )


def team_for(actor: Actor, slug: str, permission: Permission = Permission.TEAM_VIEW) -> Team:
    """A team by its slug; NotFound or Forbidden as the actor's roles say.

    The slug of one that was merged leads on to the team that has its things now.
    """
    team = db.session.scalar(_TEAM, {"slug": slug})
    while team is not None and team.merged_into is not None:
        team = team.merged_into
    require(actor, permission, team, view=Permission.TEAM_VIEW)
    assert team is not None
    return team


def teams_for(actor: Actor, permission: Permission = Permission.TEAM_VIEW) -> list[Team]:
    """The teams where the actor may do this, as the tree reads: each followed by those below it.

    Those that were merged into others are left out: they take nothing new.
    """
    paths = actor.paths(permission)
    return as_read(list(db.session.scalars(_teams_inside(paths)))) if paths else []


def ancestors(team: Branch) -> list[Team]:
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
    actor: Actor, *, below: Branch | None = None, permission: Permission = Permission.SYSTEM_VIEW
) -> Sequence[System]:
    """Systems the actor may see, by name."""
    return db.session.scalars(
        select(System)
        .where(visible(actor, permission, System.team_id, below=below))
        .options(joinedload(System.team))
        .order_by(System.name, System.id)
    ).all()


def requirement_of(system: System) -> Requirement:
    """The level a system has to reach as it runs today, and why."""
    return required_level(
        slo_target_milli=system.slo_target_milli,
        around_the_clock=system.hours == Hours.ALWAYS,
        sensitive_data=system.data_class is not None and DataClass(system.data_class).is_sensitive,
        pages=system.pages,
    )


@dataclass(frozen=True, kw_only=True)
class SystemFilter:
    """What a list of systems shows; None and "" are no limit. `rescuers`: how many operate it."""

    below: Branch | None = None
    tier: int | None = None
    hours: Hours | None = None
    data_class: DataClass | None = None
    rescuers: int | None = None
    text: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether it says more than a team."""
        return self != SystemFilter(below=self.below)


def list_systems(
    actor: Actor, wanted: SystemFilter, *, limit: int, offset: int = 0
) -> Sequence[System]:
    """A stretch of the filtered list, by name."""
    query = select(System).where(*_systems_wanted(actor, wanted))
    query = query.options(joinedload(System.team), selectinload(System.operators))
    ordered = query.order_by(System.name, System.id)
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def count_systems(actor: Actor, wanted: SystemFilter) -> int:
    """How many rows the filtered list has."""
    query = select(func.count(System.id)).where(*_systems_wanted(actor, wanted))
    return db.session.scalar(query) or 0


def _systems_wanted(actor: Actor, wanted: SystemFilter) -> list[ColumnElement[bool]]:
    conditions = [visible(actor, Permission.SYSTEM_VIEW, System.team_id, below=wanted.below)]
    conditions += [
        getattr(System, name) == value
        for name in ("tier", "hours", "data_class")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.rescuers is not None:
        able = select(func.count()).where(
            SystemOperator.system_id == System.id,
            SystemOperator.person_id == Person.id,
            Person.is_active,
        )
        conditions.append(able.correlate(System).scalar_subquery() == wanted.rescuers)
    if wanted.text:
        named = System.name.icontains(wanted.text, autoescape=True)
        conditions.append(or_(named, System.key.icontains(wanted.text, autoescape=True)))
    return conditions


def counts_of_teams() -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Systems and people at home in each team, not below it: ({team id: n}, {team id: n})."""
    systems = select(System.team_id, func.count()).group_by(System.team_id)
    homes = (
        select(Person.home_team_id, func.count())
        .where(Person.is_active, Person.home_team_id.is_not(None))
        .group_by(Person.home_team_id)
    )
    return (
        {team_id: n for team_id, n in db.session.execute(systems)},  # noqa: C416 - rows, not pairs
        {team_id: n for team_id, n in db.session.execute(homes) if team_id},
    )


def holders_of(team: Branch) -> Sequence[Grant]:
    """The roles that count on a team: its own, then those inherited from further and further up."""
    above = [int(part) for part in team.path.strip("/").split("/")]
    rows = db.session.scalars(
        select(Grant)
        .join(Grant.person)
        .join(Grant.team)
        .where(Grant.team_id.in_(above), Person.is_active)
        .options(joinedload(Grant.person), joinedload(Grant.team))
        .order_by(Team.depth.desc(), Person.name, Grant.id)
    )
    return rows.all()


def children_of(actor: Actor, team: Branch) -> Sequence[Team]:
    """The teams right below, by name, then those merged into it; who sees it sees all of them."""
    merged_last = Team.merged_into_id.is_not(None)
    rows = db.session.scalars(
        select(Team).where(Team.parent_id == team.id).order_by(merged_last, Team.name, Team.id)
    )
    return [child for child in rows if actor.may(Permission.TEAM_VIEW, child.path)]


def list_people(
    *, text: str = "", active: bool | None = None, offset: int = 0, size: int
) -> Sequence[Person]:
    """Up to `size` people, for those who manage them: by name, with roles."""
    query = select(Person).options(
        selectinload(Person.grants).joinedload(Grant.team), joinedload(Person.home_team)
    )
    named = query.where(*_among_people(text, active)).order_by(Person.name, Person.id)
    return db.session.scalars(named.limit(size).offset(offset)).all()


def count_people(*, text: str = "", active: bool | None = None) -> int:
    """How many people the same list has."""
    query = select(func.count(Person.id)).where(*_among_people(text, active))
    return db.session.scalar(query) or 0


def _among_people(text: str, active: bool | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if active is not None:
        conditions.append(Person.is_active.is_(active))
    if text:
        named = Person.name.icontains(text, autoescape=True)
        conditions.append(or_(named, Person.email.icontains(text, autoescape=True)))
    return conditions


def people() -> Sequence[Person]:
    """Everybody who is active, by name: names are not a secret inside an organisation."""
    return db.session.scalars(
        select(Person).where(Person.is_active).order_by(Person.name, Person.id)
    ).all()


def people_by_id(ids: Iterable[int]) -> dict[int, Person]:
    """Some people by id."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = db.session.scalars(select(Person).where(Person.id.in_(wanted)))
    return {person.id: person for person in rows}


def people_names() -> list[tuple[int, str]]:
    """(id, name) of everybody who is active, by name, for forms."""
    return [(number, name) for number, name in db.session.connection().execute(_NAMES)]


def system_names(actor: Actor) -> list[tuple[str, str]]:
    """(key, name) of the systems the actor may see, by name, for forms."""
    ids = team_ids(actor, Permission.SYSTEM_VIEW)
    query = _systems_of(None if ids is None else tuple(ids))
    return [(key, name) for key, name in db.session.connection().execute(query)]


def people_of(team: Branch) -> Sequence[Person]:
    """Everybody active with a role on the team or above it, by name."""
    above = select(Team.id).where(literal(team.path).startswith(Team.path))
    holders = select(Grant.person_id).where(Grant.team_id.in_(above))
    return db.session.scalars(
        select(Person)
        .where(Person.is_active, Person.id.in_(holders))
        .order_by(Person.name, Person.id)
    ).all()


def person_with_email(email: str) -> Person | None:
    """Who has an e-mail, whatever its case; None for nobody."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


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


# Statements that forms ask again and again, built once.
_TEAM = select(Team).where(Team.slug == bindparam("slug"))
_NAMES = select(Person.id, Person.name).where(Person.is_active).order_by(Person.name, Person.id)


@lru_cache(maxsize=128)
def _systems_of(teams: tuple[int, ...] | None) -> Select[str, str]:
    query = select(System.key, System.name).order_by(System.name, System.id)
    return query if teams is None else query.where(System.team_id.in_(teams))


@lru_cache(maxsize=256)
def _teams_inside(paths: tuple[str, ...]) -> Select[Team]:
    """Built once: every page asks it."""
    return select(Team).where(inside(paths), Team.merged_into_id.is_(None)).order_by(Team.id)
