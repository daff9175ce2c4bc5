"""What a person decided about a file, as it is stored with it and saved under a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from riskreg.imports.amounts import COMMA, POINT
from riskreg.imports.days import DayOrder
from riskreg.imports.fields import Axis
from riskreg.imports.understand import Choices

SCALE_END_MAX = 1_000


_ENDS = re.compile(r"\s*(\d{1,4})\s*[-–]\s*(\d{1,4})\s*")


def ends_of(text: str) -> tuple[int, int] | None:
    """Return the ends of a scale written as "1-10"; None when it is no scale."""
    match = _ENDS.fullmatch(text)
    if match is None:
        return None
    low, high = int(match[1]), int(match[2])
    return (low, high) if low < high <= SCALE_END_MAX else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """The corrections of a mapping ({column: field, "" or None}) and the choices; all optional.

    `sheet` None is the sheet that looks most like a register.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    sheet: str | None = None
    date_order: DayOrder | None = None
    decimal: str | None = None
    ends: Mapping[Axis, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Decisions:
        """Read what `as_json` wrote; what is missing was not decided."""
        order, decimal = stored.get("date_order"), stored.get("decimal")
        return cls(
            columns=dict(stored.get("columns") or {}),
            sheet=stored.get("sheet") or None,
            date_order=DayOrder(order) if order else None,
            decimal=decimal if decimal in {POINT, COMMA} else None,
            ends={
                Axis(axis): (int(low), int(high))
                for axis, (low, high) in (stored.get("ends") or {}).items()
            },
        )

    def as_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return {
            "columns": dict(self.columns),
            "sheet": self.sheet,
            "date_order": self.date_order.value if self.date_order else None,
            "decimal": self.decimal,
            "ends": {axis.value: list(ends) for axis, ends in self.ends.items()},
        }

    def choices(self, known_names: frozenset[str] = frozenset()) -> Choices:
        """Return the choices as the reader takes them."""
        return Choices(
            date_order=self.date_order,
            decimal=self.decimal,
            ends=self.ends,
            known_names=known_names,
        )
