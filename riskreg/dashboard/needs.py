"""What waits for one person, from every feature, in one statement."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Date,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.dashboard.kinds import Need, Sort
from riskreg.db import db
from riskreg.metrics.actions import next_week_start
from riskreg.org.access import ids_among
from riskreg.org.confidential import REVIEW, numbers_in
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.models import Review
from riskreg.risks.kinds import Status
from riskreg.risks.models import Risk

SHOWN_MAX = 20
ORDER = {sort: at for at, sort in enumerate(Sort)}
# Whose list is asked for, and the days it depends on.
ME: BindParameter[int] = bindparam("me")
PRIVY: BindParameter[Any] = bindparam("privy", expanding=True)  # the confidential reviews they read
TODAY, MONDAY = bindparam("today", type_=Date), bindparam("monday", type_=Date)
SEEN_BY = {
    Sort.ACTION: (Permission.ACTION_VIEW, ActionItem.team_id),
    Sort.RISK: (Permission.RISK_VIEW, Risk.team_id),
    Sort.REVIEW: (Permission.REVIEW_SIGN, Review.team_id),
    Sort.POSTMORTEM: (Permission.INCIDENT_VIEW, Postmortem.team_id),
}
# What is theirs whatever their roles are: they own it already, by the statement itself.
OWN = {
    Sort.ACTION: true(),
    Sort.RISK: Risk.is_confidential,
    Sort.POSTMORTEM: Incident.is_confidential,
}


def needs_of(actor: Actor, *, day: date, known: Sequence[Branch]) -> list[Need]:
    """What the actor has to do by the end of the week, in every team, the longest due first.

    Their open actions, the risks they own whose review is due, the reviews that wait for a
    signature they may give, their post-mortems that are not reviewed. `known` are the teams they
    may look at. At most 20 of each sort.
    """
    if actor.person_id is None:
        return []
    teams = {sort: ids_among(actor, permission, known) for sort, (permission, _) in SEEN_BY.items()}
    within = {sort: ids for sort, ids in teams.items() if ids is not None}
    values = {
        "me": actor.person_id,
        "privy": numbers_in(actor.privy, REVIEW),
        "today": day,
        "monday": next_week_start(day),
        **{f"teams_{sort}": ids for sort, ids in within.items()},
    }
    rows = db.session.connection().execute(_statement(frozenset(within)), values)
    found = [
        Need(sort=Sort(sort), id=number, title=title, day=on) for sort, number, title, on in rows
    ]
    return sorted(found, key=lambda need: (ORDER[need.sort], need.day or date.max, need.id))


@cache
def _statement(narrowed: frozenset[Sort]) -> Any:
    """Built once for each set of sorts of which the actor may not see every team."""
    parts = []
    for sort, part in _PARTS.items():
        if sort in narrowed:
            ids: BindParameter[int] = bindparam(f"teams_{sort}", expanding=True)
            within = SEEN_BY[sort][1].in_(ids)
            part = part.where(or_(within, OWN[sort]) if sort in OWN else within)
        parts.append(select(literal(sort.value), part.limit(SHOWN_MAX).subquery()))
    return union_all(*parts)


_PARTS: dict[Sort, Any] = {
    Sort.ACTION: select(ActionItem.id, ActionItem.title, ActionItem.due_on)
    .where(
        ActionItem.owner_id == ME,
        ActionItem.status == ActionStatus.OPEN,
        ActionItem.due_on < MONDAY,
    )
    .order_by(ActionItem.due_on, ActionItem.id),
    Sort.RISK: select(Risk.id, Risk.title, Risk.review_due_on)
    .where(Risk.owner_id == ME, Risk.status == Status.OPEN, Risk.review_due_on <= TODAY)
    .order_by(Risk.review_due_on, Risk.id),
    # Nobody signs what they submitted themselves.
    Sort.REVIEW: select(Review.id, System.name, cast(null(), Date))
    .join(System, System.id == Review.system_id)
    .where(
        Review.status == ReviewStatus.SUBMITTED,
        or_(Review.submitted_by_id.is_(None), Review.submitted_by_id != ME),
        or_(~Review.is_confidential, Review.id.in_(PRIVY)),
    )
    .order_by(Review.submitted_at, Review.id),
    Sort.POSTMORTEM: select(Incident.id, Incident.title, Postmortem.review_due_on)
    .join(Incident, Incident.id == Postmortem.incident_id)
    .where(
        Postmortem.owner_id == ME,
        Postmortem.reviewed_at.is_(None),
        Postmortem.review_due_on < MONDAY,
    )
    .order_by(Postmortem.review_due_on, Incident.id),
}
