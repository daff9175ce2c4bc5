"""The register linter: what in a register does not add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskreg.lib.dates import add_months
from riskreg.metrics.matrix import Rating

STALE_MONTHS = 12
RENEWALS_MAX = 1


class Code(StrEnum):
    """What may be wrong with a risk, in the order it is reported."""

    TARGET_ABOVE_CURRENT = "target_above_current"
    LOWERED_WITHOUT_WORK = "lowered_without_work"
    ACCEPTED_WITHOUT_ACCEPTANCE = "accepted_without_acceptance"
    ACCEPTANCE_PAST = "acceptance_past"
    PLAN_INCOMPLETE = "plan_incomplete"
    DATE_PAST = "date_past"
    TOP_UNFUNDED = "top_unfunded"
    SCORE_OLD = "score_old"
    NO_SYSTEM = "no_system"
    ONE_KNOWER = "one_knower"
    RENEWED_TWICE = "renewed_twice"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing to look at; `ref` is the risk it is about."""

    code: Code
    ref: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An open risk as the linter sees it; None is unknown or not there.

    `lowered_from` is the rating before the last one of the current tier; `work_done` says
    that an action or a control was finished in between. `plan_on` is the date of its place
    in a plan. `renewals` counts how often an acceptance or a waiver was renewed.
    """

    ref: str
    current: Rating | None = None
    target: Rating | None = None
    lowered_from: Rating | None = None
    work_done: bool = False
    is_accepted: bool = False
    acceptance_until: date | None = None
    renewals: int = 0
    in_plan: bool = False
    has_owner: bool = False
    plan_on: date | None = None
    effort_days: int | None = None
    due_on: date | None = None
    in_top: bool = False
    is_funded: bool = False
    assessed_on: date | None = None
    has_system: bool = False
    knowers: int = 0


def findings(entries: Iterable[Entry], today: date) -> Iterator[Finding]:
    """Yield what does not add up, risk by risk in the order given.

    Source: docs/metrics.md, The linter.
    """
    for entry in entries:
        for code, applies in _CHECKS.items():
            if applies(entry, today):
                yield Finding(code=code, ref=entry.ref)


def is_above(rating: Rating | None, other: Rating | None) -> bool:
    """Whether a rating is higher than another on either side; False where unknown.

    Source: docs/metrics.md, The linter.
    """
    if rating is None or other is None:
        return False
    return _higher(rating.likelihood, other.likelihood) or _higher(rating.impact, other.impact)


def _higher(level: int | None, other: int | None) -> bool:
    return level is not None and other is not None and level > other


def _target_above(entry: Entry, today: date) -> bool:
    return is_above(entry.target, entry.current)


def _lowered_without_work(entry: Entry, today: date) -> bool:
    return not entry.work_done and is_above(entry.lowered_from, entry.current)


def _without_acceptance(entry: Entry, today: date) -> bool:
    return entry.is_accepted and entry.acceptance_until is None


def _acceptance_past(entry: Entry, today: date) -> bool:
    return _past(entry.acceptance_until, today)


def _plan_incomplete(entry: Entry, today: date) -> bool:
    complete = entry.has_owner and entry.plan_on is not None and entry.effort_days is not None
    return entry.in_plan and not complete


def _date_past(entry: Entry, today: date) -> bool:
    return _past(entry.due_on, today) or (entry.in_plan and _past(entry.plan_on, today))


def _top_unfunded(entry: Entry, today: date) -> bool:
    return entry.in_top and not entry.is_funded


def _score_old(entry: Entry, today: date) -> bool:
    return _past(entry.assessed_on, add_months(today, -STALE_MONTHS))


def _no_system(entry: Entry, today: date) -> bool:
    return not entry.has_system


def _one_knower(entry: Entry, today: date) -> bool:
    return entry.knowers == 1


def _renewed_twice(entry: Entry, today: date) -> bool:
    return entry.renewals > RENEWALS_MAX


def _past(day: date | None, today: date) -> bool:
    return day is not None and day < today


_CHECKS: dict[Code, Callable[[Entry, date], bool]] = {
    Code.TARGET_ABOVE_CURRENT: _target_above,
    Code.LOWERED_WITHOUT_WORK: _lowered_without_work,
    Code.ACCEPTED_WITHOUT_ACCEPTANCE: _without_acceptance,
    Code.ACCEPTANCE_PAST: _acceptance_past,
    Code.PLAN_INCOMPLETE: _plan_incomplete,
    Code.DATE_PAST: _date_past,
    Code.TOP_UNFUNDED: _top_unfunded,
    Code.SCORE_OLD: _score_old,
    Code.NO_SYSTEM: _no_system,
    Code.ONE_KNOWER: _one_knower,
    Code.RENEWED_TWICE: _renewed_twice,
}
