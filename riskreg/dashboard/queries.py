"""The figures of home: worked out once for each state of the data, then kept."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from riskreg.actions.queries import ActionFilter, counts
from riskreg.audit.models import AuditEntry
from riskreg.dashboard.kinds import (
    BandCount,
    Operability,
    Promises,
    Register,
    Standing,
    Ten,
    Trend,
)
from riskreg.db import db
from riskreg.lib.dates import add_months, day_start, month_start, now
from riskreg.metrics.matrix import Matrix
from riskreg.metrics.reviews import Readiness
from riskreg.metrics.rollup import Rollup, combined
from riskreg.org.access import team_ids, unhidden, visible
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.models import Review
from riskreg.reviews.results import Asked, results_of
from riskreg.risks.conditions import conditions, view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.kinds import Status, Tier
from riskreg.risks.matrices import current_matrix_id, matrices
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.queries import View
from riskreg.risks.tops import top_ten

MONTHS = 12
SERIOUS_BANDS = 2
KEPT_MAX = 256
_SEEN = (Permission.RISK_VIEW, Permission.REVIEW_VIEW, Permission.ACTION_VIEW)

_kept: OrderedDict[Hashable, Standing] = OrderedDict()
_keeping = Lock()


def standing(actor: Actor, team: Branch, *, day: date) -> Standing:
    """How the team and all below it stand, as far as the actor may see.

    Whatever changes is written to the trail, so the trail's last entry tells whether a standing
    that was worked out before, by this process, still holds: one statement instead of fifteen.
    """
    seen = tuple(actor.paths(permission) for permission in _SEEN)
    key = (_last_entry(), team.id, team.path, seen, actor.privy, actor.timezone, day)
    with _keeping:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    worked_out = _worked_out(actor, team, day)
    with _keeping:
        _kept[key] = worked_out
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return worked_out


def _last_entry() -> Hashable:
    """Number and instant of the newest entry; the instant tells two databases apart."""
    query = select(AuditEntry.id, AuditEntry.at).order_by(AuditEntry.id.desc()).limit(1)
    row = db.session.execute(query).first()
    return tuple(row) if row else None


def _worked_out(actor: Actor, team: Branch, day: date) -> Standing:
    view = view_of(actor, RiskFilter(team=team.slug), today=day)
    known = matrices()
    matrix = known[current_matrix_id(known)]
    due = counts(actor, ActionFilter(below=team), today=day, now=now())
    return Standing(
        register=_register(view, matrix),
        ten=_ten(view),
        trend=_trend(view, matrix, actor.timezone),
        operability=_operability(actor, team, day),
        promises=Promises(open=due.open, overdue=due.overdue),
    )


def _register(view: View, matrix: Matrix) -> Register:
    rows = db.session.execute(
        select(
            Risk.band_rank,
            func.count().label("number"),
            func.count(Risk.effort_days).label("with_effort"),
            func.sum(Risk.exposure_milli).label("exposure_milli"),
        )
        .where(*conditions(view))
        .group_by(Risk.band_rank)
    ).all()
    together = combined(
        Rollup(
            bands={} if row.band_rank is None else {row.band_rank: row.number},
            unrated=row.number if row.band_rank is None else 0,
            needs_effort=0 if row.band_rank is None else row.number - row.with_effort,
            exposure_milli=int(row.exposure_milli or 0),
        )
        for row in rows
    )
    closed = view.with_criteria(status=Status.CLOSED.value)
    return Register(
        bands=[
            BandCount(rank=each.rank, label=each.label, count=together.bands.get(each.rank, 0))
            for each in reversed(matrix.bands)
        ],
        together=together,
        without_effort=sum(row.number - row.with_effort for row in rows),
        closed=db.session.scalar(select(Risk.id).where(*conditions(closed)).limit(1)) is not None,
    )


def _ten(view: View) -> Ten:
    ten = top_ten(view)
    rows = [ten.rows[place.item.id] for place in ten.top.places]
    return Ten(
        count=len(rows),
        effort_days=sum(row.effort_days or 0 for row in rows),
        without_effort=sum(row.effort_days is None for row in rows),
        without_owner=sum(row.owner_id is None for row in rows),
    )


def _trend(view: View, matrix: Matrix, zone_name: str) -> Trend:
    """How many risks stood in the two highest bands when each of the last months ended.

    A rating holds until the next one of the same risk; a risk that was closed and opened again
    counts as open throughout.
    """
    first = month_start(view.today)
    days = tuple(add_months(first, -back) for back in range(MONTHS - 1, -1, -1))
    instants = [*(day_start(each, zone_name) for each in days), now()]
    everything = conditions(view.with_criteria(status="all"))
    span = (
        select(
            Assessment.band_rank,
            Assessment.at.label("from_at"),
            func.lead(Assessment.at)
            .over(partition_by=Assessment.risk_id, order_by=(Assessment.at, Assessment.id))
            .label("until_at"),
            Risk.closed_at,
        )
        .join(Risk, Risk.id == Assessment.risk_id)
        .where(Assessment.tier == Tier.CURRENT, *everything)
        .subquery()
    )
    serious = [band.rank for band in matrix.bands[-SERIOUS_BANDS:]]
    sums = [func.sum(case((_holds(span.c, instant), 1), else_=0)) for instant in instants]
    values = db.session.execute(select(*sums).where(span.c.band_rank.in_(serious))).one()
    earliest = db.session.scalar(select(func.min(Risk.created_at)).where(*everything))
    return Trend(
        names=tuple(band.label for band in reversed(matrix.bands[-SERIOUS_BANDS:])),
        days=(*days, view.today),
        values=tuple(
            (value or 0) if earliest is not None and earliest <= instant else None
            for value, instant in zip(values, instants, strict=True)
        ),
    )


def _holds(span: Any, instant: Any) -> Any:
    return and_(
        span.from_at <= instant,
        or_(span.until_at.is_(None), span.until_at > instant),
        or_(span.closed_at.is_(None), span.closed_at > instant),
    )


def _operability(actor: Actor, team: Branch, day: date) -> Operability:
    """By the newest review that was handed in: one that was only begun says nothing yet."""
    ids = team_ids(actor, Permission.REVIEW_VIEW, below=team)
    seen = visible(actor, Permission.REVIEW_VIEW, System.team_id, below=team)
    systems = db.session.scalar(select(func.count(System.id)).where(seen)) or 0
    finished = and_(Review.status != ReviewStatus.IN_PROGRESS, unhidden(actor, Review))
    newest = select(func.max(Review.id)).where(finished).group_by(Review.system_id)
    if ids is not None:
        newest = newest.join(System, System.id == Review.system_id).where(System.team_id.in_(ids))
    reviews = db.session.execute(
        select(Review.id, Review.system_id, Review.version_id, Review.required_level).where(
            Review.id.in_(newest)
        )
    )
    asked = [
        Asked(id=number, system_id=system_id, version_id=version_id, required_level=level)
        for number, system_id, version_id, level in reviews
    ]
    found = [result.readiness for result in results_of(actor, asked, day).values()]
    return Operability(
        systems=systems,
        ready=found.count(Readiness.READY),
        with_plan=found.count(Readiness.READY_WITH_PLAN),
        not_ready=found.count(Readiness.NOT_READY),
    )
