"""Who would own the risk of a statement: the person closest to the system, and why."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, System
from riskreg.org.permissions import Permission
from riskreg.org.sessions import actor_of


@dataclass(frozen=True, kw_only=True)
class Fitting:
    """A person and the sentence that says why it is they."""

    person: Person
    why: str


def fitting_owner(system: System) -> Fitting | None:
    """Who operates the system, at home in its team before others; else the team's one manager.

    Only people who are here and may see the system's risks; None where nobody stands out.
    """
    operators = [person for person in system.operators if _may_own(person, system)]
    if operators:
        person = min(operators, key=lambda each: (each.home_team_id != system.team_id, each.name))
        words = _("%(name)s operates %(system)s.", name=person.name, system=system.name)
        return Fitting(person=person, why=words)
    managers = [person for person in _managers(system) if _may_own(person, system)]
    if len(managers) != 1:
        return None
    names = {"name": managers[0].name, "team": system.team.name}
    return Fitting(person=managers[0], why=_("%(name)s is the manager of %(team)s.", **names))


def _managers(system: System) -> list[Person]:
    query = (
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.team_id == system.team_id, Grant.role == Role.MANAGER)
        .order_by(Person.name, Person.id)
    )
    return list(db.session.scalars(query))


def _may_own(person: Person, system: System) -> bool:
    return person.is_active and actor_of(person).may(Permission.RISK_VIEW, system.team.path)
