"""Post-mortems: required, due, reviewed in time."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from riskreg.metrics.cohorts import Cohort
from riskreg.metrics.postmortems import (
    Clock,
    Postmortem,
    RequiredReason,
    coverage,
    required_reason,
    review_clock,
    review_cohort,
    review_days,
    review_due,
    review_times,
)

TODAY = date(2026, 6, 15)


def postmortem(ended: int | None, reviewed: int | None = None, *, month: int = 6) -> Postmortem:
    """One whose incident ended on a day of the month, due 14 days later."""
    ended_on = None if ended is None else date(2026, month, ended)
    return Postmortem(
        ended_on=ended_on,
        due_on=None if ended_on is None else date.fromordinal(ended_on.toordinal() + 14),
        reviewed_on=None if reviewed is None else date(2026, month, reviewed),
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"severity": 1}, RequiredReason.SEVERITY),
        ({"severity": 2}, RequiredReason.SEVERITY),
        ({"severity": 3}, None),
        ({"severity": 3, "severity_required": 3}, RequiredReason.SEVERITY),
        ({"severity": 4, "customer_impact": True}, RequiredReason.CUSTOMER_IMPACT),
        ({"severity": 4, "budget_share": 0.2}, RequiredReason.ERROR_BUDGET),
        ({"severity": 4, "budget_share": 0.19}, None),
    ],
)
def test_required(facts: dict[str, Any], reason: RequiredReason | None) -> None:
    assert required_reason(**{"customer_impact": False, **facts}) == reason


def test_coverage_counts_those_started() -> None:
    found = coverage(started=3, required=4)
    assert (found.count, found.total, found.share) == (3, 4, 0.75)
    assert coverage(started=0, required=0).share is None
    with pytest.raises(ValueError, match="between 0 and"):
        coverage(started=2, required=1)


def test_due_is_counted_in_local_days() -> None:
    ended_at = datetime(2026, 6, 1, 23, tzinfo=UTC)
    assert review_due(ended_at, "UTC") == date(2026, 6, 15)
    assert review_due(ended_at, "Europe/Berlin") == date(2026, 6, 16)
    assert review_due(ended_at, "UTC", 7) == date(2026, 6, 8)
    assert review_due(None, "UTC") is None


def test_review_days() -> None:
    ended_at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert review_days(ended_at, datetime(2026, 6, 3, 0, tzinfo=UTC)) == 1.5


@pytest.mark.parametrize(
    ("found", "clock"),
    [
        (postmortem(None), Clock.NOT_RESOLVED),
        (postmortem(None, 3), Clock.IN_TIME),
        (postmortem(1, 15), Clock.IN_TIME),
        (postmortem(1, 16), Clock.LATE),
        (postmortem(10), Clock.RUNNING),
        (postmortem(4), Clock.NEAR),  # 11 of 14 days
        (postmortem(5), Clock.RUNNING),  # 10 of 14 days
        (postmortem(1), Clock.NEAR),  # the last day
        (postmortem(31, month=5), Clock.OVERDUE),
        (Postmortem(ended_on=None, due_on=date(2026, 6, 16)), Clock.RUNNING),
    ],
)
def test_clock(found: Postmortem, clock: Clock) -> None:
    assert review_clock(found, TODAY) is clock


def test_cohort_by_due_date() -> None:
    found = review_cohort(
        [
            postmortem(1, 3),
            postmortem(1, 16),
            postmortem(31, month=5),
            postmortem(10),
            postmortem(None),
        ],
        date(2026, 6, 1),
        date(2026, 7, 1),
        today=TODAY,
    )
    assert found == Cohort(on_time=1, late=2, pending=1)


def test_times() -> None:
    found = review_times(
        [
            *(postmortem(1, 3), postmortem(1, 13), postmortem(1, 16)),
            *(postmortem(30, month=5), postmortem(2), postmortem(14), postmortem(None)),
        ],
        TODAY,
    )
    assert found.median_days == 12
    assert found.p90_days == pytest.approx(14.4)
    assert (found.overdue, found.overdue_days_max) == (1, 2)
    assert found.near_misses == 2


def test_no_reviews_have_no_times() -> None:
    found = review_times([], TODAY)
    assert (found.median_days, found.overdue_days_max, found.overdue) == (None, None, 0)


def test_near_misses_are_in_time_and_used_three_quarters() -> None:
    exactly = Postmortem(
        ended_on=date(2026, 6, 1), due_on=date(2026, 6, 9), reviewed_on=date(2026, 6, 7)
    )
    near = [exactly, postmortem(1, 12), postmortem(1, 15), postmortem(2)]
    others = [postmortem(1, 3), postmortem(1, 16), postmortem(31, month=5), postmortem(14)]
    assert review_times([*near, *others], TODAY).near_misses == 4
