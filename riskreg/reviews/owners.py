"""Who would own the risk of a statement: the person closest to the system, and why."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, System
from riskreg.org.permissions import Permission
from riskreg.org.sessions import actor_of
from riskreg.reviews.models import Review


@dataclass(frozen=True, kw_only=True)
class Fitting:
    """A person and the sentence that says why it is they."""

    person: Person
    why: str


def fitting_owner(review: Review) -> Fitting | None:
    """Who operates the system, at home in its team before others; else the team's one manager.

    Only people who are here and may see the system's risks, and the review where it is
    confidential; None where nobody stands out.
    """
    system = review.system
    operators = [person for person in system.operators if _may_own(person, review)]
    if operators:
        person = min(operators, key=lambda each: (each.home_team_id != system.team_id, each.name))
        words = _("%(name)s operates %(system)s.", name=person.name, system=system.name)
        return Fitting(person=person, why=words)
    managers = [person for person in _managers(system) if _may_own(person, review)]
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


def _may_own(person: Person, review: Review) -> bool:
    if not person.is_active:
        return False
    actor = actor_of(person)
    is_reader = review.secret is None or review.secret in actor.privy
    return is_reader and actor.may(Permission.RISK_VIEW, review.system.team.path)
