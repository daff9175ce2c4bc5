"""Operability reviews: what an answer is worth today, readiness, score and level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskreg.lib.dates import add_months, days_between

SLO_GOLD_MILLI = 99_900
SLO_SILVER_MILLI = 99_000


class Level(StrEnum):
    """How demanding a system's life is, lowest first; each includes the ones before."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class Severity(StrEnum):
    """How bad it is when a statement is not true, worst first."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"


class State(StrEnum):
    """What an answer is worth on a day."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "na"
    UNANSWERED = "unanswered"
    STALE = "stale"
    WAIVED = "waived"
    DISPROVED = "disproved"


class Readiness(StrEnum):
    """The result of a review, worst first."""

    NOT_READY = "not_ready"
    READY_WITH_PLAN = "ready_with_plan"
    READY = "ready"


class LevelReason(StrEnum):
    """What decided a system's required level."""

    SLO_GOLD = "slo_gold"
    AROUND_THE_CLOCK = "around_the_clock"
    SENSITIVE_DATA = "sensitive_data"
    SLO_SILVER = "slo_silver"
    PAGING = "paging"
    PRODUCTION = "production"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A statement with its answer as stored.

    `value` is "met", "not_met", "na" or None; `severity` and `level` are values of the
    enumerations above; `disproved` says that an incident showed the statement to be untrue
    after it was answered.
    """

    code: str
    severity: str
    level: str
    max_age_months: int
    value: str | None = None
    evidence_on: date | None = None
    answered_on: date | None = None
    waived_until: date | None = None
    disproved: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """The level a system has to reach, and why."""

    level: Level
    reason: LevelReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How many of the statements have an answer."""

    answered: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A review on a day.

    Readiness, score, counts and open codes are over the statements that the required level
    asks for; `level_reached` is over all (None below the lowest). `score_share` is 0 to 1,
    None when there is nothing to count.
    """

    readiness: Readiness
    score_share: float | None
    level_required: Level
    level_reached: Level | None
    progress: Progress
    counts: Mapping[State, int]
    open_codes: Mapping[Severity, tuple[str, ...]]
    states: Mapping[str, State]


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """In how many systems a practice is in place, out of those where it applies.

    `unknown` counts those with no answer at all; they are in `applicable`. `share` is 0 to
    1, None when the practice applies nowhere.
    """

    met: int
    unknown: int
    applicable: int

    @property
    def share(self) -> float | None:
        """The met ones over the applicable ones."""
        return self.met / self.applicable if self.applicable else None


_LEVELS = tuple(Level)
# What keeps a statement open: neither true, nor excused, nor beside the point.
OPEN_STATES = frozenset({State.NOT_MET, State.UNANSWERED, State.STALE, State.DISPROVED})
_UNKNOWN_STATES = frozenset({None, State.UNANSWERED})


def state(item: Item, today: date) -> State:
    """Return what an answer is worth today.

    Met goes stale when its evidence (or, without a date, the answer) is older than the
    statement allows, and is disproved by an incident. A waiver covers not met and stale
    until its last day, never disproved or unanswered. Source: docs/metrics.md, Reviews.
    """
    if item.value is None:
        return State.UNANSWERED
    if item.value == State.NOT_APPLICABLE:
        return State.NOT_APPLICABLE
    found = _met_state(item, today) if item.value == State.MET else State.NOT_MET
    is_waived = item.waived_until is not None and today <= item.waived_until
    return State.WAIVED if is_waived and found in {State.NOT_MET, State.STALE} else found


def stale_on(item: Item) -> date | None:
    """Return the last day on which a met answer still counts; None when nothing is dated.

    Source: docs/metrics.md, Reviews.
    """
    since = item.evidence_on or item.answered_on
    return add_months(since, item.max_age_months) if since else None


def waiver_days_left(item: Item, today: date) -> int | None:
    """Return the days until a waiver ends, 0 on its last day; None without one.

    Negative once it has ended. Source: docs/metrics.md, Reviews.
    """
    return None if item.waived_until is None else days_between(today, item.waived_until)


def required_level(
    *, slo_target_milli: int | None, around_the_clock: bool, sensitive_data: bool, pages: bool
) -> Requirement:
    """Return the level a system has to reach, with the first reason that decides it.

    `slo_target_milli` is in thousandths of a percent (99.9 % is 99900), None without an
    SLO. Source: docs/metrics.md, Reviews.
    """
    target = slo_target_milli or 0
    reasons = (
        (target >= SLO_GOLD_MILLI, Level.GOLD, LevelReason.SLO_GOLD),
        (around_the_clock, Level.GOLD, LevelReason.AROUND_THE_CLOCK),
        (sensitive_data, Level.GOLD, LevelReason.SENSITIVE_DATA),
        (target >= SLO_SILVER_MILLI, Level.SILVER, LevelReason.SLO_SILVER),
        (pages, Level.SILVER, LevelReason.PAGING),
        (True, Level.BRONZE, LevelReason.PRODUCTION),
    )
    level, reason = next((level, reason) for applies, level, reason in reasons if applies)
    return Requirement(level=level, reason=reason)


def is_required(item: Item, level: str) -> bool:
    """Whether a system that has to reach the level needs the statement.

    Source: docs/metrics.md, Reviews.
    """
    return _LEVELS.index(Level(item.level)) <= _LEVELS.index(Level(level))


def readiness(items: Iterable[Item], today: date) -> Readiness:
    """Return the result that the worst open statement leads to.

    An open blocker means not ready, an open major ready with a plan; waived and not
    applicable are not open. Source: docs/metrics.md, Reviews.
    """
    severities = {item.severity for item in items if state(item, today) in OPEN_STATES}
    if Severity.BLOCKER in severities:
        return Readiness.NOT_READY
    if Severity.MAJOR in severities:
        return Readiness.READY_WITH_PLAN
    return Readiness.READY


def score_share(items: Iterable[Item], today: date) -> float | None:
    """Return met over all but not applicable, 0 to 1; None when nothing is left to count.

    Stale, waived and disproved do not count as met. Source: docs/metrics.md, Reviews.
    """
    states = Counter(state(item, today) for item in items)
    counted = states.total() - states[State.NOT_APPLICABLE]
    return states[State.MET] / counted if counted else None


def level_reached(items: Sequence[Item], today: date) -> Level | None:
    """Return the highest level none of whose statements is open; None below the lowest.

    A level asks for its own statements and those of every lower one. None also when there
    are no statements. Source: docs/metrics.md, Reviews.
    """
    reached = None
    for level in _LEVELS if items else ():
        if any(is_required(item, level) and state(item, today) in OPEN_STATES for item in items):
            break
        reached = level
    return reached


def progress(items: Iterable[Item]) -> Progress:
    """Return how many statements have any answer, stale or not.

    Source: docs/metrics.md, Reviews.
    """
    answered = [item.value is not None for item in items]
    return Progress(answered=sum(answered), total=len(answered))


def result(items: Sequence[Item], level: str, today: date) -> Result:
    """Return everything there is to say about a review on a day.

    `level` is the one required. Raises ValueError for an unknown level or severity.
    Source: docs/metrics.md, Reviews.
    """
    asked = [item for item in items if is_required(item, level)]
    states = {item.code: state(item, today) for item in items}
    counts = Counter(states[item.code] for item in asked)
    open_codes: dict[Severity, list[str]] = {severity: [] for severity in Severity}
    for item in asked:
        if states[item.code] in OPEN_STATES:
            open_codes[Severity(item.severity)].append(item.code)
    return Result(
        readiness=readiness(asked, today),
        score_share=score_share(asked, today),
        level_required=Level(level),
        level_reached=level_reached(items, today),
        progress=progress(asked),
        counts={each: counts[each] for each in State},
        open_codes={severity: tuple(codes) for severity, codes in open_codes.items()},
        states=states,
    )


def coverage(states: Iterable[State | None]) -> Coverage:
    """Return in how many systems a practice is met, out of those where it applies.

    One state for each system, None for a system without a review. Only a fresh "met"
    counts. Source: docs/metrics.md, Reviews.
    """
    counts = Counter(states)
    return Coverage(
        met=counts[State.MET],
        unknown=sum(counts[each] for each in _UNKNOWN_STATES),
        applicable=counts.total() - counts[State.NOT_APPLICABLE],
    )


def _met_state(item: Item, today: date) -> State:
    if item.disproved:
        return State.DISPROVED
    last_day = stale_on(item)
    return State.STALE if last_day is None or today > last_day else State.MET
