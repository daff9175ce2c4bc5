"""Effort in whole person-days, from sizes, words and durations."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from riskreg.imports.amounts import POINT, amount
from riskreg.imports.cells import fold, is_unknown, text_of
from riskreg.imports.kinds import Cell
from riskreg.imports.texts import gettext as _
from riskreg.imports.words import SIZES
from riskreg.risks.kinds import Size

SIZE_DAYS = {Size.XS: 3, Size.S: 10, Size.M: 25, Size.L: 60, Size.XL: 150}
# A working day has 8 hours, a week 5 days, a month 20.
_DAYS_IN = {
    "effort_days": Decimal(1),
    "effort_weeks": Decimal(5),
    "effort_hours": Decimal("0.125"),
    "effort_seconds": Decimal(1) / (8 * 3600),
}
_UNITS = {
    **dict.fromkeys(("d", "day", "days", "pd", "md", "person days", "person day"), Decimal(1)),
    **dict.fromkeys(("man days", "mandays", "jour", "jours", "j", "tag", "tage", "pt"), Decimal(1)),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks", "person weeks", "pw"), Decimal(5)),
    **dict.fromkeys(("semaine", "semaines", "woche", "wochen"), Decimal(5)),
    **dict.fromkeys(("month", "months", "mo", "pm", "person months", "mois"), Decimal(20)),
    **dict.fromkeys(("monat", "monate"), Decimal(20)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "heures", "stunden"), Decimal("0.125")),
}
_DURATION = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d]+(?:[ -][^\W\d]+)?)[\s,]*")
_LENGTH_MAX = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class EffortReading:
    """Whole person-days, at least one; None when unknown. `size` when the file gives a size."""

    days: int | None = None
    size: Size | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EffortWords:
    """What sizes are worth, in person-days, and the tool's own words for them (folded)."""

    days: Mapping[Size, int]
    words: Mapping[str, Size]
    decimal: str = POINT


def effort(cell: Cell, field: str, words: EffortWords) -> EffortReading:
    """Read a cell of one of the effort fields; parts of a day count as a whole one."""
    if is_unknown(cell):
        return EffortReading()
    size = words.words.get(fold(text_of(cell))) or SIZES.get(fold(text_of(cell)))
    if size is not None:
        return EffortReading(days=words.days[size], size=size)
    number = amount(cell, words.decimal)
    if number is not None and field in _DAYS_IN:
        return _whole(number.value * _DAYS_IN[field])
    if number is not None:
        return EffortReading(
            problem=_(
                "The effort %(number)s has no unit; it was left unknown. Map the column to "
                "effort_days, effort_weeks or effort_hours.",
                number=text_of(cell),
            )
        )
    days = _duration(text_of(cell))
    if days is not None:
        return _whole(days)
    return EffortReading(
        problem=_("“%(text)s” is no effort; it was left unknown.", text=text_of(cell)[:_LENGTH_MAX])
    )


def _whole(days: Decimal) -> EffortReading:
    if days <= 0:
        return EffortReading(problem=_("An effort of nothing cannot be; it was left unknown."))
    return EffortReading(days=math.ceil(days))


def _duration(text: str) -> Decimal | None:
    """Add up "1w 2d"; None when anything else stands between."""
    if len(text) > _LENGTH_MAX:
        return None
    total, end = Decimal(0), 0
    for part in _DURATION.finditer(text.casefold()):
        unit = _UNITS.get(fold(part[2]))
        if part.start() != end or unit is None:
            return None
        total += Decimal(part[1].replace(",", ".")) * unit
        end = part.end()
    return total if end and end == len(text) else None
