"""Dates as people write them; an order of day and month is never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskreg.imports.cells import fold
from riskreg.imports.kinds import Cell


class DayOrder(StrEnum):
    """The order of day, month and year."""

    DMY = "dmy"
    MDY = "mdy"


@dataclass(frozen=True, kw_only=True, slots=True)
class DayReading:
    """A day, or why there is none: it needs the order, or it is not a date."""

    day: date | None = None
    needs_order: bool = False


_LENGTH_MAX = 40
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].*)?")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|\.)?[\s/-]+([^\W\d]+)\.?[\s/,-]+(\d{4}|\d{2})(?:[ ,].*)?"
)
_MONTH_FIRST = re.compile(
    r"([^\W\d]+)\.?[\s/-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s/-]+(\d{4})(?:[ ,].*)?"
)
# English, French, German; compared by their first letters, so that "Sept." is September.
_MONTHS = (
    ("january", "janvier", "januar", "janner"),
    ("february", "fevrier", "februar", "feber"),
    ("march", "mars", "marz"),
    ("april", "avril"),
    ("may", "mai"),
    ("june", "juin", "juni"),
    ("july", "juillet", "juli"),
    ("august", "aout"),
    ("september", "septembre"),
    ("october", "octobre", "oktober"),
    ("november", "novembre"),
    ("december", "decembre", "dezember"),
)
_ABBREVIATION_MIN = 3
_CENTURY_TURN = 70


def day_order(cells: Iterable[Cell]) -> DayOrder | None:
    """Return the order that some cell of the column proves; None when none or both orders do.

    A number over 12 can only be a day, and dates with points ("31.03.2026") are day first.
    """
    proofs = {order for cell in cells if (order := _proof(cell))}
    return proofs.pop() if len(proofs) == 1 else None


def day(cell: Cell, order: DayOrder | None) -> DayReading:
    """Read a date; `order` is used only where the cell itself does not tell it."""
    if isinstance(cell, date):
        return DayReading(day=cell)
    if not isinstance(cell, str) or len(cell) > _LENGTH_MAX:
        return DayReading()
    text = cell.strip()
    if match := _ISO.fullmatch(text):
        return DayReading(day=_date(match[1], match[2], match[3]))
    if match := _NUMBERS.fullmatch(text):
        return _numeric(match, _proof(text) or order)
    if match := _DAY_FIRST.fullmatch(text):
        return DayReading(day=_date(match[3], _month(match[2]), match[1]))
    if match := _MONTH_FIRST.fullmatch(text):
        return DayReading(day=_date(match[3], _month(match[1]), match[2]))
    return DayReading()


def _proof(cell: Cell) -> DayOrder | None:
    match = _NUMBERS.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        return None
    if match[2] == "." or int(match[1]) > 12:
        return DayOrder.DMY
    return DayOrder.MDY if int(match[3]) > 12 else None


def _numeric(match: re.Match[str], order: DayOrder | None) -> DayReading:
    if order is None:
        return DayReading(needs_order=True)
    day, month = (match[1], match[3]) if order is DayOrder.DMY else (match[3], match[1])
    return DayReading(day=_date(match[4], month, day))


def _month(word: str) -> int:
    """The number of a month by its name or the beginning of it; 0 when it is none."""
    folded = fold(word)
    if len(folded) < _ABBREVIATION_MIN:
        return 0
    for number, names in enumerate(_MONTHS, start=1):
        if any(name.startswith(folded) for name in names):
            return number
    return 0


def _date(year: str, month: str | int, day: str) -> date | None:
    full_year = int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= _CENTURY_TURN else 2000
    try:
        return date(full_year, int(month), int(day))
    except ValueError:
        return None
