"""What waits for one person, from every feature, in one statement."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    Date,
    Select,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.dashboard.kinds import Need, Sort
from riskreg.db import db
from riskreg.metrics.actions import next_week_start
from riskreg.org.access import visible_among
from riskreg.org.models import System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.models import Review
from riskreg.risks.kinds import Status
from riskreg.risks.models import Risk

SHOWN_MAX = 20
Part = Select[int, str, date | None]


def needs_of(actor: Actor, *, day: date, known: Sequence[Team]) -> list[Need]:
    """What the actor has to do by the end of the week, in every team, the longest due first.

    Their open actions, the risks they own whose review is due, the reviews that wait for a
    signature they may give, their post-mortems that are not reviewed. `known` are the teams they
    may look at. At most 20 of each sort.
    """
    if actor.person_id is None:
        return []
    monday = next_week_start(day)
    parts = {
        Sort.ACTION: _actions(actor, actor.person_id, monday),
        Sort.RISK: _risks(actor.person_id, day),
        Sort.REVIEW: _reviews(actor, actor.person_id),
        Sort.POSTMORTEM: _postmortems(actor.person_id, monday),
    }
    columns = {
        Sort.ACTION: (ActionItem.team_id, Permission.ACTION_VIEW),
        Sort.RISK: (Risk.team_id, Permission.RISK_VIEW),
        Sort.REVIEW: (Review.team_id, Permission.REVIEW_SIGN),
        Sort.POSTMORTEM: (Postmortem.team_id, Permission.INCIDENT_VIEW),
    }
    allowed = {
        sort: part.where(visible_among(actor, permission, column, known))
        .limit(SHOWN_MAX)
        .subquery()
        for (sort, part), (column, permission) in zip(parts.items(), columns.values(), strict=True)
    }
    rows = db.session.execute(
        union_all(*[select(literal(sort.value), part) for sort, part in allowed.items()])
    )
    found = [
        Need(sort=Sort(sort), id=number, title=title, day=on) for sort, number, title, on in rows
    ]
    return sorted(
        found, key=lambda need: (list(Sort).index(need.sort), need.day or date.max, need.id)
    )


def _actions(actor: Actor, person_id: int, monday: date) -> Part:
    return (
        select(ActionItem.id, ActionItem.title, ActionItem.due_on)
        .where(
            ActionItem.owner_id == person_id,
            ActionItem.status == ActionStatus.OPEN,
            ActionItem.due_on < monday,
        )
        .order_by(ActionItem.due_on, ActionItem.id)
    )


def _risks(person_id: int, day: date) -> Part:
    return (
        select(Risk.id, Risk.title, Risk.review_due_on)
        .where(Risk.owner_id == person_id, Risk.status == Status.OPEN, Risk.review_due_on <= day)
        .order_by(Risk.review_due_on, Risk.id)
    )


def _reviews(actor: Actor, person_id: int) -> Part:
    """Nobody signs what they submitted themselves."""
    return (
        select(Review.id, System.name, cast(null(), Date))
        .join(System, System.id == Review.system_id)
        .where(
            Review.status == ReviewStatus.SUBMITTED,
            or_(Review.submitted_by_id.is_(None), Review.submitted_by_id != person_id),
        )
        .order_by(Review.submitted_at, Review.id)
    )


def _postmortems(person_id: int, monday: date) -> Part:
    return (
        select(Incident.id, Incident.title, Postmortem.review_due_on)
        .join(Incident, Incident.id == Postmortem.incident_id)
        .where(
            Postmortem.owner_id == person_id,
            Postmortem.reviewed_at.is_(None),
            Postmortem.review_due_on < monday,
        )
        .order_by(Postmortem.review_due_on, Incident.id)
    )
