"""The people of the demonstration as its sign-in page offers them: where to start, and everyone."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.labels import ROLE
from riskreg.org.models import Grant, Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.queries import teams_for

RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One person with the highest of their roles; `why` says what is worth trying as them."""

    person: Person
    role: Role | None
    why: LazyString | str = ""

    @property
    def role_label(self) -> LazyString | str:
        """The role in a word."""
        return ROLE[self.role] if self.role else ""

    @property
    def initials(self) -> str:
        """First letters of the name."""
        return "".join(part[:1] for part in self.person.name.split()[:2]).upper()


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Everybody: a few good places to start, then all of them by team."""

    start: Sequence[Desk]
    teams: Sequence[tuple[Team, Sequence[Desk]]]


def demo_crew() -> Crew | None:
    """The people who can be signed in as; None when there is nobody."""
    people = db.session.scalars(
        select(Person)
        .where(Person.is_active, Person.home_team_id.is_not(None))
        .options(selectinload(Person.grants).joinedload(Grant.team), joinedload(Person.home_team))
        .order_by(Person.name, Person.id)
    ).all()
    if not people:
        return None
    teams = teams_for(SYSTEM_ACTOR)
    desks = [Desk(person=person, role=_highest(person)) for person in people]
    desks.sort(key=lambda desk: -RANK[desk.role] if desk.role else 1)
    grouped = [(team, [d for d in desks if d.person.home_team_id == team.id]) for team in teams]
    return Crew(start=_starts(desks, teams), teams=[group for group in grouped if group[1]])


def _starts(desks: Sequence[Desk], teams: Sequence[Team]) -> list[Desk]:
    """One line manager, an engineer beside them, somebody above both, an administrator."""
    parents = {team.parent_id for team in teams}
    leaves = {team.id for team in teams if team.id not in parents}
    manager = _first(desks, Role.MANAGER, leaves)
    home = {manager.person.home_team_id} if manager and manager.person.home_team_id else leaves
    chosen = [
        (
            manager,
            _l("Runs one team: looks at its top ten, signs a review, makes a pack for leadership."),
        ),
        (
            _first(desks, Role.ENGINEER, home),
            _l("Works in that team: files a risk in a minute, answers a review, closes an action."),
        ),
        (
            _first(desks, Role.MANAGER, {team.id for team in teams} - leaves),
            _l("Answers for many teams: sees the same data from further away."),
        ),
        (_first(desks, Role.ADMIN, None), _l("Manages people, teams and roles as well.")),
    ]
    found = [Desk(person=desk.person, role=desk.role, why=why) for desk, why in chosen if desk]
    return found or [desks[0]]


def _first(desks: Sequence[Desk], role: Role, homes: set[int] | None) -> Desk | None:
    """The first person whose highest role is this one, at home in one of the teams."""
    for desk in desks:
        if desk.role == role and (homes is None or desk.person.home_team_id in homes):
            return desk
    return None


def _highest(person: Person) -> Role | None:
    return max((grant.role for grant in person.grants), key=RANK.__getitem__, default=None)
