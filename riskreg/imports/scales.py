"""Words and numbers on any scale to the levels of our matrix; what fits no scale stays unrated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from riskreg.imports.amounts import POINT, Amount, Unit, amount
from riskreg.imports.cells import fold, is_unknown, text_of
from riskreg.imports.fields import Axis
from riskreg.imports.kinds import Cell, WordScale
from riskreg.imports.number_scales import LevelReading, NumberScale, number_scale, relative_level
from riskreg.imports.texts import gettext as _
from riskreg.imports.words import IMPACTS, LIKELIHOODS
from riskreg.metrics.matrix import Level

# "4 - Likely", "4 (Major)", "4. Likely"; and the other way round, "Likely (4)".
_NUMBER_WORD = re.compile(r"[(\[]?(\d{1,2})[)\]]?\s*[-\u2013:.=(]\s*([^\W\d].*?)\)?")
_WORD_NUMBER = re.compile(r"([^\W\d].*?)\s*[-\u2013:=]?\s*[(\[]?(\d{1,2})[)\]]?")
_PERCENT_RANGE = re.compile(
    r"(\d{1,3}(?:[.,]\d+)?)\s*%?\s*(?:-|\u2013|to|bis|à)\s*(\d{1,3}(?:[.,]\d+)?)\s*%"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleHints:
    """What is known beforehand: the tool's own words, the ends of the scale, the decimal sign."""

    words: tuple[WordScale, ...] = ()
    ends: tuple[int, int] | None = None
    decimal: str = POINT


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """The scale that explains the cells of one side of the ratings."""

    axis: Axis
    levels: tuple[Level, ...]
    numbers: NumberScale | None
    words: WordScale | None
    decimal: str = POINT
    sentences: tuple[str, ...] = ()
    _read: dict[Cell, LevelReading] = field(default_factory=dict, repr=False, compare=False)

    def read(self, cell: Cell) -> LevelReading:
        """Return what a cell means; unknown is unrated without a warning."""
        if cell not in self._read:
            self._read[cell] = LevelReading() if is_unknown(cell) else self._reading(cell)
        return self._read[cell]

    @property
    def placing(self) -> str:
        """How numbers were placed, in a sentence; empty where they are the levels themselves."""
        if self.numbers is None or self.numbers.is_own(len(self.levels)):
            return ""
        return self.numbers.describe(self.levels)

    def has_number(self, cell: Cell) -> bool:
        """Whether a cell is read by the scale of numbers."""
        return not is_unknown(cell) and _number_and_word(cell, self.decimal)[0] is not None

    def _reading(self, cell: Cell) -> LevelReading:
        number, word = _number_and_word(cell, self.decimal)
        if number is not None and self.numbers is not None:
            return self.numbers.read(number)
        position = self.words.position(fold(word)) if self.words and word else None
        if position is not None and self.words is not None:
            size = len(self.words.levels)
            level = relative_level(Decimal(position), (1, size), len(self.levels))
            same_size = size == len(self.levels)
            return LevelReading(level=level, factor=Decimal(position) if same_size else None)
        return LevelReading(
            problem=_(
                "“%(text)s” is on no scale that riskreg knows; it was left unrated.",
                text=_short(text_of(cell)),
            )
        )


def scale_of(
    axis: Axis, cells: Iterable[Cell], levels: Sequence[Level], hints: ScaleHints
) -> Scale:
    """Return the scale that fits all cells of one side (of all tiers together).

    `levels` are those of the matrix, lowest first.
    """
    pairs = [_number_and_word(cell, hints.decimal) for cell in cells if not is_unknown(cell)]
    amounts = [number for number, _word in pairs if number is not None]
    folded = {fold(word) for number, word in pairs if word and number is None}
    numbers = number_scale(axis, amounts, levels, hints.ends)
    words = _word_scale(axis, folded, levels, hints.words)
    sentences = []
    if numbers is not None:
        sentences.append(numbers.describe(levels))
    if words is not None:
        sentences.append(_describe_words(words, folded, levels))
    return Scale(
        axis=axis,
        levels=tuple(levels),
        numbers=numbers,
        words=words,
        decimal=hints.decimal,
        sentences=tuple(sentences),
    )


def _number_and_word(cell: Cell, decimal: str) -> tuple[Amount | None, str]:
    """Take "4 - Likely" apart; a number's word counts only where the number has no scale."""
    if not isinstance(cell, str):
        return amount(cell, decimal), ""
    number = amount(cell, decimal)
    if number is not None:
        return number, ""
    text = cell.strip()
    if match := _PERCENT_RANGE.fullmatch(text):
        ends = [amount(match[end], decimal) for end in (1, 2)]
        middle = sum((end.value for end in ends if end is not None), Decimal(0)) / 2
        return Amount(value=middle, unit=Unit.PERCENT), ""
    if match := _NUMBER_WORD.fullmatch(text):
        return Amount(value=Decimal(match[1])), match[2]
    if match := _WORD_NUMBER.fullmatch(text):
        return Amount(value=Decimal(match[2])), match[1]
    return None, text


def _word_scale(
    axis: Axis, words: set[str], levels: Sequence[Level], own: tuple[WordScale, ...]
) -> WordScale | None:
    """The scale that knows most of the words and tells most of them apart; None for none.

    Asked first: the matrix itself, then the tool's own scales, then the common ones.
    """
    matrix = WordScale(name=_("your matrix"), levels=tuple((fold(lvl.label),) for lvl in levels))
    common = LIKELIHOODS if axis is Axis.LIKELIHOOD else IMPACTS
    best, best_fit = None, (0, 0)
    for scale in (matrix, *own, *common):
        positions = [place for word in words if (place := scale.position(word)) is not None]
        fit = (len(positions), len(set(positions)))
        if fit > best_fit:
            best, best_fit = scale, fit
    return best


def _describe_words(scale: WordScale, words: set[str], levels: Sequence[Level]) -> str:
    size = len(scale.levels)
    found = sorted((place, word) for word in words if (place := scale.position(word)) is not None)
    steps = ", ".join(
        f"{word} → {levels[relative_level(Decimal(place), (1, size), len(levels)) - 1].label}"
        for place, word in found
    )
    return _(
        "Words of the scale “%(name)s” (%(size)s levels), placed by their position: %(steps)s.",
        name=scale.name,
        size=size,
        steps=steps,
    )


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
