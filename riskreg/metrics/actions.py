"""Action items: default dates, lateness, age and groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from riskreg.lib.dates import add_days, days_between, week_start
from riskreg.metrics import cohorts
from riskreg.metrics.cohorts import Cohort, Due

# Days from the promise to its date, by priority.
DUE_DAYS: Mapping[str, int] = {"P0": 15, "P1": 30, "P2": 60, "P3": 90}


class Bucket(StrEnum):
    """How long something has been waiting."""

    UP_TO_7 = "0-7"
    UP_TO_30 = "8-30"
    UP_TO_60 = "31-60"
    UP_TO_90 = "61-90"
    OVER_90 = "over-90"


class DueGroup(StrEnum):
    """When an action has to be done, most urgent first."""

    OVERDUE = "overdue"
    THIS_WEEK = "this_week"
    LATER = "later"
    CLOSED = "closed"


_BUCKET_ENDS = (
    (7, Bucket.UP_TO_7),
    (30, Bucket.UP_TO_30),
    (60, Bucket.UP_TO_60),
    (90, Bucket.UP_TO_90),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """The dates of an action item, as local days.

    `status` is "open", "done" or "wont_do"; `original_due_on` never changes, `due_on` is
    the current promise; `closed_on` is None while open.
    """

    status: str
    committed_on: date
    original_due_on: date
    due_on: date
    closed_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.status == "open"


def default_due(committed_on: date, priority: str, days: Mapping[str, int] = DUE_DAYS) -> date:
    """Return the date a new action gets: 15, 30, 60 or 90 days for P0 to P3.

    Raises KeyError for another priority. Source: docs/metrics.md, Actions.
    """
    return add_days(committed_on, days[priority])


def due_after_priority_change(
    due_on: date, committed_on: date, priority: str, *, days: Mapping[str, int] = DUE_DAYS
) -> date:
    """Return the due date after a change of priority: never later than before.

    The clock does not start again. A raise takes the earlier of the old date and the one
    the new priority would have had from the start. Source: docs/metrics.md, Actions.
    """
    return min(due_on, default_due(committed_on, priority, days))


def is_on_time(action: Action, today: date) -> bool | None:
    """Whether it was done by the end of its original day; None while that is open.

    None also for "won't do". Source: docs/metrics.md, Actions.
    """
    return cohorts.is_on_time(_due(action), today)


def on_time_cohort(actions: Iterable[Action], start: date, end: date, *, today: date) -> Cohort:
    """Return how the actions first due in [start, end) were kept, as seen today.

    "Won't do" is left out. Source: docs/metrics.md, Actions.
    """
    return cohorts.cohort(map(_due, actions), start, end, today=today)


def age_days(action: Action, today: date) -> int:
    """Return the days since it was promised, up to the day it was closed.

    Source: docs/metrics.md, Actions.
    """
    return days_between(action.committed_on, action.closed_on or today)


def overdue_days(action: Action, today: date) -> int:
    """Return the days past the current due date; 0 when closed or not past it.

    Source: docs/metrics.md, Actions.
    """
    return max(0, days_between(action.due_on, today)) if action.is_open else 0


def bucket_days(today: date) -> dict[Bucket, tuple[date | None, date | None]]:
    """Return for each group the first and the last day from which something has waited so long.

    None is no limit; the youngest group also takes what is still to come. It says in days what
    `bucket` says in numbers, for those who count in a database. Source: docs/metrics.md, Actions.
    """
    found: dict[Bucket, tuple[date | None, date | None]] = {}
    last: date | None = None
    for end, each in _BUCKET_ENDS:
        first = add_days(today, -end)
        found[each] = (first, last)
        last = add_days(first, -1)
    return found | {Bucket.OVER_90: (None, last)}


def bucket(days: int) -> Bucket:
    """Return the group of an age or a delay in days. Source: docs/metrics.md, Actions."""
    return next((found for end, found in _BUCKET_ENDS if days <= end), Bucket.OVER_90)


def slips(due_dates: Sequence[date]) -> int:
    """Return how often the due date changed, given its values from first to last.

    Source: docs/metrics.md, Actions.
    """
    return sum(before != after for before, after in pairwise(due_dates))


def due_group(action: Action, today: date) -> DueGroup:
    """Return when it has to be done: overdue, until this Sunday, later; or closed.

    Source: docs/metrics.md, Actions.
    """
    if not action.is_open:
        return DueGroup.CLOSED
    if action.due_on < today:
        return DueGroup.OVERDUE
    return DueGroup.THIS_WEEK if action.due_on < next_week_start(today) else DueGroup.LATER


def next_week_start(today: date) -> date:
    """Return the coming Monday, where "later" begins. Source: docs/metrics.md, Actions."""
    return week_start(today) + timedelta(days=7)


def _due(action: Action) -> Due:
    return Due(
        due_on=action.original_due_on,
        done_on=action.closed_on if action.status == "done" else None,
        dropped=action.status == "wont_do",
    )
