"""The closed sets of operability reviews, and what an automatic check is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

# The key of the area that is answered last, by the person who signs.
DECISION_AREA = "dec"


class Severity(StrEnum):
    """How bad it is when a statement is not met."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"


class Level(StrEnum):
    """How demanding a system's life is; each includes the ones before."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class AnswerValue(StrEnum):
    """What a person answered; no row means unanswered."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "na"


class ReviewStatus(StrEnum):
    """Where a review stands."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SIGNED_OFF = "signed_off"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a check saw on a day, in words that can stand as evidence.

    `supports` is the answer it speaks for; None where only a person can judge. It never answers:
    a person takes it over or does not.
    """

    words: str
    on: date
    supports: AnswerValue | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """An automatic check of one statement: (actor, system, day) -> what it sees, None for nothing.

    It reads what riskreg holds, as far as the actor may see it, and changes nothing.
    """

    code: str
    look: Callable[[Any, Any, date], Seen | None]
