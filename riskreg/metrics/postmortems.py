"""Post-mortems: which are required, by when, and whether they were reviewed in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from riskreg.lib.dates import add_days, days_between, local_day
from riskreg.lib.stats import median, quantile
from riskreg.metrics import cohorts
from riskreg.metrics.cohorts import Cohort, Due
from riskreg.metrics.linkage import Share

REVIEW_DAYS = 14
SEVERITY_REQUIRED = 2
BUDGET_SHARE_REQUIRED = 0.2
NEAR_MISS_SHARE = 0.75
SECONDS_A_DAY = 86_400


class RequiredReason(StrEnum):
    """Why an incident needs a post-mortem."""

    SEVERITY = "severity"
    CUSTOMER_IMPACT = "customer_impact"
    ERROR_BUDGET = "error_budget"


class Clock(StrEnum):
    """Where the review of a post-mortem stands in time."""

    NOT_RESOLVED = "not_resolved"
    RUNNING = "running"
    NEAR = "near"
    OVERDUE = "overdue"
    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewTimes:
    """How long reviews took, in days; None when none was reviewed or none is overdue.

    `near_misses` counts those that took, or have taken so far, three quarters of their
    time or more without passing it.
    """

    median_days: float | None
    p90_days: float | None
    overdue: int
    overdue_days_max: int | None
    near_misses: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Postmortem:
    """The dates of a post-mortem, as local days; None is unknown or not yet.

    `ended_on` is when the incident was resolved, else mitigated.
    """

    ended_on: date | None
    due_on: date | None
    reviewed_on: date | None = None


def required_reason(
    *,
    severity: int,
    customer_impact: bool,
    budget_share: float | None = None,
    severity_required: int = SEVERITY_REQUIRED,
) -> RequiredReason | None:
    """Return why an incident needs a post-mortem, or None when it does not.

    Severity 1 is the worst; `budget_share` is the part of one error budget that it spent,
    0 to 1 or more. Source: docs/metrics.md, Post-mortems.
    """
    if severity <= severity_required:
        return RequiredReason.SEVERITY
    if customer_impact:
        return RequiredReason.CUSTOMER_IMPACT
    if budget_share is not None and budget_share >= BUDGET_SHARE_REQUIRED:
        return RequiredReason.ERROR_BUDGET
    return None


def coverage(*, started: int, required: int) -> Share:
    """Return how many of the incidents that need a post-mortem have one started.

    Raises ValueError unless 0 <= started <= required. Source: docs/metrics.md, Post-mortems.
    """
    if not 0 <= started <= required:
        raise ValueError("Those started lie between 0 and those required.")
    return Share(count=started, total=required)


def review_due(ended_at: datetime | None, zone_name: str, days: int = REVIEW_DAYS) -> date | None:
    """Return the last local day for the review; None while the incident lasts.

    `ended_at` is when it was resolved, else mitigated. Source: docs/metrics.md,
    Post-mortems.
    """
    return None if ended_at is None else add_days(local_day(ended_at, zone_name), days)


def review_days(ended_at: datetime, reviewed_at: datetime) -> float:
    """Return the elapsed days from the end of the incident to its review.

    Source: docs/metrics.md, Post-mortems.
    """
    return (reviewed_at - ended_at).total_seconds() / SECONDS_A_DAY


def review_clock(postmortem: Postmortem, today: date) -> Clock:
    """Return where the review stands: near from three quarters of its time on.

    Source: docs/metrics.md, Post-mortems.
    """
    due_on, reviewed_on = postmortem.due_on, postmortem.reviewed_on
    if due_on is None:
        return Clock.NOT_RESOLVED if reviewed_on is None else Clock.IN_TIME
    if reviewed_on is not None:
        return Clock.IN_TIME if reviewed_on <= due_on else Clock.LATE
    if today > due_on:
        return Clock.OVERDUE
    return Clock.NEAR if _is_near(postmortem, today) else Clock.RUNNING


def review_cohort(
    postmortems: Iterable[Postmortem], start: date, end: date, *, today: date
) -> Cohort:
    """Return how the reviews due in [start, end) were kept, as seen today.

    Source: docs/metrics.md, Post-mortems.
    """
    dues = (
        Due(due_on=each.due_on, done_on=each.reviewed_on)
        for each in postmortems
        if each.due_on is not None
    )
    return cohorts.cohort(dues, start, end, today=today)


def review_times(postmortems: Iterable[Postmortem], today: date) -> ReviewTimes:
    """Return how long reviews took and how many are overdue.

    Whole days from the end of the incident. Source: docs/metrics.md, Post-mortems.
    """
    known = [each for each in postmortems if each.due_on is not None]
    taken = [
        days_between(each.ended_on, each.reviewed_on)
        for each in known
        if each.ended_on is not None and each.reviewed_on is not None
    ]
    late = [
        days_between(each.due_on, today)
        for each in known
        if each.due_on is not None and review_clock(each, today) is Clock.OVERDUE
    ]
    in_time = [each for each in known if review_clock(each, today) in {Clock.IN_TIME, Clock.NEAR}]
    return ReviewTimes(
        median_days=median(taken),
        p90_days=quantile(taken, 0.9),
        overdue=len(late),
        overdue_days_max=max(late, default=None),
        near_misses=sum(_is_near(each, each.reviewed_on or today) for each in in_time),
    )


def _is_near(postmortem: Postmortem, day: date) -> bool:
    """Whether three quarters of the time for the review are used on a day."""
    if postmortem.ended_on is None or postmortem.due_on is None:
        return False
    allowed = days_between(postmortem.ended_on, postmortem.due_on)
    return days_between(postmortem.ended_on, day) >= NEAR_MISS_SHARE * allowed
