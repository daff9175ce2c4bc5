"""Kept in time: the share of what fell due in a period that was done by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A promise: the day it fell due and the day it was kept, None while open.

    `dropped` promises leave the count altogether.
    """

    due_on: date
    done_on: date | None = None
    dropped: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohort:
    """What fell due in a period: kept in time, late or still open past due, and pending.

    Pending ones are open and not past due; they are in neither part of the share.
    """

    on_time: int
    late: int
    pending: int

    @property
    def share(self) -> float | None:
        """The part kept in time, 0 to 1; None when nothing has fallen due."""
        total = self.on_time + self.late
        return self.on_time / total if total else None


def is_on_time(due: Due, today: date) -> bool | None:
    """Whether a promise was kept by the end of its day; None while that is open.

    None also for a dropped one. Source: docs/metrics.md, Kept in time.
    """
    if due.dropped:
        return None
    if due.done_on is not None:
        return due.done_on <= due.due_on
    return False if today > due.due_on else None


def cohort(dues: Iterable[Due], start: date, end: date, *, today: date) -> Cohort:
    """Return how those due in [start, end) were kept, as seen today.

    By due date, so that leaving things open cannot look good. Source: docs/metrics.md,
    Kept in time.
    """
    members = [due for due in dues if start <= due.due_on < end and not due.dropped]
    kept = [is_on_time(due, today) for due in members]
    return Cohort(on_time=kept.count(True), late=kept.count(False), pending=kept.count(None))
