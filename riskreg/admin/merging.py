"""Merge a team into another: what is open goes over, what is closed stays, the address leads on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.audit.services import record, record_all
from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.lib.dates import now
from riskreg.org.access import require, visible
from riskreg.org.history import remember_teams
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.places import (
    checked_day,
    demand_both,
    demand_version,
    put_under,
    refuse_merged,
    take_turn,
)
from riskreg.org.services import RANK, grant_role, revoke_role
from riskreg.postmortems.kinds import PostmortemStatus
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.models import Review
from riskreg.risks.kinds import Status
from riskreg.risks.models import Risk

# An incident goes over with its post-mortem, and so long as either is not at its end.
_INCIDENT_OPEN = or_(
    Incident.resolved_at.is_(None),
    Incident.postmortem.has(Postmortem.status != PostmortemStatus.CLOSED),
)
# What belongs to a team, in the order of telling: model, permission to see it, when it is open.
_THINGS: tuple[tuple[type[Any], Permission, ColumnElement[bool] | None], ...] = (
    (System, Permission.SYSTEM_VIEW, None),
    (Risk, Permission.RISK_VIEW, Risk.status == Status.OPEN),
    (ActionItem, Permission.ACTION_VIEW, ActionItem.status == ActionStatus.OPEN),
    (Incident, Permission.INCIDENT_VIEW, _INCIDENT_OPEN),
    (Review, Permission.REVIEW_VIEW, Review.status != ReviewStatus.SIGNED_OFF),
)

_CALLED: Mapping[type[Any], str] = {ActionItem: "action", Review: "review"}  # in the trail


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """How much a team has that would go over, of what the actor may see."""

    things: Mapping[str, int]  # table: how many
    teams: int
    people: int
    roles: int


def belongings_of(actor: Actor, team: Team) -> Belongings:
    """What a merger would move."""
    things = {
        model.__tablename__: _count(
            model, _of(team, model, is_open), visible(actor, may, model.team_id)
        )
        for model, may, is_open in _THINGS
    }
    return Belongings(
        things=things,
        teams=_count(Team, Team.parent_id == team.id, Team.merged_into_id.is_(None)),
        people=_count(Person, Person.home_team_id == team.id, Person.is_active),
        roles=_count(Grant, Grant.team_id == team.id),
    )


def merge_team(actor: Actor, team: Team, into: Team, *, version: int | None = None) -> Team:
    """Give everything open of a team to another and end it; returns the other.

    Teams below, systems, people at home and roles go over; where somebody has a role there
    already the higher one counts. What is closed stays with the team, which from now on stands
    below the other, so that figures about the past stay what they were. Only an administrator of
    both places may. Raises Stale when `version` is not the stored one.
    """
    take_turn(team, into)
    require(actor, Permission.TEAM_VIEW, team, view=Permission.TEAM_VIEW)
    demand_version(team, version, yours={_("Below"): into.name, _("Merged into"): into.name})
    if team.parent is None:
        raise Conflict(_("The top of the tree cannot be merged into another team."))
    if team.merged_into_id is not None:
        raise Conflict(_("%(team)s was merged already.", team=team.name))
    demand_both(actor, team.parent, into)
    refuse_merged(into)
    if into.path.startswith(team.path):
        message = _("%(team)s cannot be merged into itself or a team below it.", team=team.name)
        raise Invalid(message, field="parent")
    day = checked_day(actor, None)
    for below in db.session.scalars(select(Team).where(Team.parent_id == team.id)).all():
        put_under(below, into, on=day)
    if team.parent_id != into.id:
        put_under(team, into, on=day)
    for model, _may, is_open in _THINGS:
        _give(actor, db.session.scalars(select(model).where(_of(team, model, is_open))).all(), into)
    _give_people(actor, team, into)
    team.merged_into, team.merged_on = into, day
    db.session.flush()
    changes = {"merged_into": [None, into.slug]}
    record(actor=actor, action="team.merge", subject=team, changes=changes)
    return into


def _of(team: Team, model: type[Any], is_open: ColumnElement[bool] | None) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = model.team_id == team.id
    return mine if is_open is None else and_(mine, is_open)


def _give(actor: Actor, rows: Sequence[Any], into: Team) -> None:
    """Things of one kind and team; also those that the actor may not read, without showing them."""
    if not rows:
        return
    old = rows[0].team
    remember_teams(rows, old, on=checked_day(actor, None))
    for row in rows:
        row.team = into
        if isinstance(row, Risk):
            row.updated_at = now()
        if isinstance(row, Incident) and row.postmortem is not None:
            row.postmortem.team_id = into.id
    db.session.flush()
    names = {"team": [old.slug, into.slug]}
    kind = _CALLED.get(type(rows[0]), rows[0].__tablename__)
    record_all(actor=actor, action=f"{kind}.move", acts=[(row, names) for row in rows])


def _give_people(actor: Actor, team: Team, into: Team) -> None:
    """Homes and roles."""
    for person in db.session.scalars(select(Person).where(Person.home_team_id == team.id)).all():
        person.home_team = into
        db.session.flush()
        changes = {"home_team": [team.slug, into.slug]}
        record(actor=actor, action="person.update", subject=person, changes=changes)
    for grant in db.session.scalars(select(Grant).where(Grant.team_id == team.id)).all():
        person, role = grant.person, Role(grant.role)
        held = [each.role for each in person.grants if each.team_id == into.id]
        revoke_role(actor, person, team)
        if not held or RANK[held[0]] < RANK[role]:
            grant_role(actor, person, into, role)


def _count(model: type[Any], *where: Any) -> int:
    return db.session.scalar(select(func.count(model.id)).where(*where)) or 0
