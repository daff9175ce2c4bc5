"""Numbers of any kind to levels: steps, chances within a year, amounts of money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from riskreg.imports.amounts import Amount, Unit
from riskreg.imports.fields import Axis
from riskreg.imports.texts import gettext as _
from riskreg.metrics.matrix import Level

_HUNDRED = Decimal(100)
# An impact above this is an amount of money (or of anything else), not a step of a scale.
_STEP_MAX = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelReading:
    """What a cell means: a level (None = unrated), the factor a score was made with, a warning.

    `factor` is the number as the file means it (0.2 for "20%"), None when it has none.
    """

    level: int | None = None
    factor: Decimal | None = None
    problem: str = ""


class NumberScale(Protocol):
    """How the numbers of a column become levels."""

    def read(self, number: Amount) -> LevelReading:
        """Return the level of a number."""
        ...

    def describe(self, levels: Sequence[Level]) -> str:
        """Return one sentence on what is done with the numbers, for a person."""
        ...

    def is_own(self, size: int) -> bool:
        """Whether the numbers are the levels of a matrix of this size themselves."""
        ...


def number_scale(
    axis: Axis, amounts: Sequence[Amount], levels: Sequence[Level], ends: tuple[int, int] | None
) -> NumberScale | None:
    """Return the scale that fits all the numbers of one side; None when no scale does.

    `ends` are those the file or a person states; without them the values decide.
    """
    if not amounts:
        return None
    values = [number.value for number in amounts]
    units = {number.unit for number in amounts}
    if Unit.MONEY in units or (axis is Axis.IMPACT and max(values) > _STEP_MAX):
        return Magnitudes.of(amounts, len(levels))
    is_share = all(0 <= value <= 1 for value in values) and any(value % 1 for value in values)
    if axis is Axis.LIKELIHOOD and (Unit.PERCENT in units or is_share):
        return Chances.of(levels)
    if ends is None:
        ends = (0, _STEP_MAX) if Unit.PERCENT in units else _ends(values, len(levels))
    return Steps(ends=ends, size=len(levels)) if ends else None


def _ends(values: Sequence[Decimal], size: int) -> tuple[int, int] | None:
    """The smallest usual scale that holds the values; 0 is a step only where it fits as one."""
    top = max(values)
    has_zero = min(values) == 0
    if top <= size:
        return (0, size - 1) if has_zero and top <= size - 1 else (1, size)
    for end in (10, 100):
        if top <= end:
            return (0, end) if has_zero else (1, end)
    return None


def relative_level(value: Decimal, ends: tuple[int, int], size: int) -> int:
    """Return the level at the same place between the ends, halves upward: 3 of 1 to 4 is 4 of 5."""
    low, high = ends
    return int(1 + (value - low) * (size - 1) / (high - low) + Decimal("0.5"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """Numbered steps such as 1 to 5, 0 to 4 or 1 to 10, placed by their position."""

    ends: tuple[int, int]
    size: int

    def read(self, number: Amount) -> LevelReading:
        """Off the scale is unrated; between two levels of our own size warns."""
        low, high = self.ends
        if not low <= number.value <= high:
            return LevelReading(
                problem=_(
                    "%(number)s is not on the scale %(low)s to %(high)s; it was left unrated.",
                    number=number.value,
                    low=low,
                    high=high,
                )
            )
        level = relative_level(number.value, self.ends, self.size)
        problem = ""
        if high - low == self.size - 1 and number.value % 1:
            problem = _(
                "%(number)s lies between two levels; it was read as %(level)s.",
                number=number.value,
                level=level,
            )
        return LevelReading(level=level, factor=number.value, problem=problem)

    def is_own(self, size: int) -> bool:
        """From 1 to the number of levels."""
        return self.ends == (1, size)

    def describe(self, levels: Sequence[Level]) -> str:
        """Name the ends."""
        low, high = self.ends
        if high - low == self.size - 1:
            return _("Numbers from %(low)s to %(high)s, level by level.", low=low, high=high)
        return _(
            "Numbers from %(low)s to %(high)s, placed on %(size)s levels by their position.",
            low=low,
            high=high,
            size=self.size,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Chances:
    """Chances within a year; each belongs to the level whose midpoint is nearest by ratio.

    A chance p is a rate of -ln(1 - p) events a year. The border between two levels is the
    geometric mean of their midpoints.
    """

    borders: tuple[float, ...]

    @classmethod
    def of(cls, levels: Sequence[Level]) -> Chances:
        """Take the borders from the midpoints, in thousandths of an event a year."""
        rates = [max(level.midpoint, 1) / 1000 for level in levels]
        return cls(borders=tuple(math.sqrt(low * high) for low, high in pairwise(rates)))

    def read(self, number: Amount) -> LevelReading:
        """Outside 0 to 100 percent is unrated."""
        share = number.value / _HUNDRED if number.unit is Unit.PERCENT else number.value
        if not 0 <= share <= 1:
            return LevelReading(
                problem=_(
                    "%(number)s is not a chance from 0 to 100 %%; it was left unrated.",
                    number=number.value,
                )
            )
        rate = math.inf if share == 1 else -math.log(1 - float(share))
        return LevelReading(level=1 + sum(rate > border for border in self.borders), factor=share)

    def is_own(self, size: int) -> bool:
        """Never: a chance is no level."""
        return False

    def describe(self, levels: Sequence[Level]) -> str:
        """Name the border of each level in percent."""
        steps = [
            _("up to %(percent)s %%: %(label)s", percent=_percent(border), label=level.label)
            for border, level in zip(self.borders, levels, strict=False)
        ]
        return _(
            "Chances, read as within a year and placed by the midpoints of the matrix: %(steps)s, "
            "above: %(last)s.",
            steps=", ".join(steps),
            last=levels[-1].label,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Magnitudes:
    """Amounts placed by their magnitude between the smallest and the largest of the file."""

    borders: tuple[float, ...]
    currency: str
    problem: str = ""

    @classmethod
    def of(cls, amounts: Sequence[Amount], size: int) -> Magnitudes:
        """Divide the way from the smallest to the largest amount into equal ratios."""
        currencies = sorted({number.currency for number in amounts if number.currency})
        currency = currencies[0] if currencies else ""
        if len(currencies) > 1:
            problem = _(
                "The column mixes currencies (%(currencies)s), so its amounts cannot be compared; "
                "it was left unrated.",
                currencies=", ".join(currencies),
            )
            return cls(borders=(), currency=currency, problem=problem)
        above_zero = [float(number.value) for number in amounts if number.value > 0]
        if not above_zero or min(above_zero) == max(above_zero):
            problem = _(
                "The file has only one amount of money, which makes no scale; it was left unrated."
            )
            return cls(borders=(), currency=currency, problem=problem)
        low, high = min(above_zero), max(above_zero)
        ratio = (high / low) ** (1 / size)
        return cls(borders=tuple(low * ratio**step for step in range(1, size)), currency=currency)

    def read(self, number: Amount) -> LevelReading:
        """Nothing lost is the lowest level; a gain has no level."""
        if self.problem:
            return LevelReading(factor=number.value, problem=self.problem)
        if number.value < 0:
            return LevelReading(factor=number.value)
        value = float(number.value)
        level = 1 + sum(value > border for border in self.borders)
        return LevelReading(level=level, factor=number.value)

    def is_own(self, size: int) -> bool:
        """Never: an amount is no level."""
        return False

    def describe(self, levels: Sequence[Level]) -> str:
        """Name the border of each level."""
        if self.problem:
            return self.problem
        steps = [
            _(
                "up to %(amount)s: %(label)s",
                amount=f"{_two_figures(border):,}{f' {self.currency}' if self.currency else ''}",
                label=level.label,
            )
            for border, level in zip(self.borders, levels, strict=False)
        ]
        return _(
            "Amounts, placed by their magnitude between the smallest and the largest of the file: "
            "%(steps)s, above: %(last)s.",
            steps=", ".join(steps),
            last=levels[-1].label,
        )


def _percent(rate: float) -> str:
    return f"{_two_figures(100 * (1 - math.exp(-rate))):g}"


def _two_figures(value: float) -> float | int:
    digits = 1 - math.floor(math.log10(value))
    rounded = round(value, digits)
    return int(rounded) if digits <= 0 else rounded
