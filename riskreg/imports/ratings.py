"""The ratings of a table: one scale a side for all tiers, and the scores the file states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from riskreg.imports.amounts import Unit, amount
from riskreg.imports.cells import is_unknown, text_of
from riskreg.imports.fields import Axis
from riskreg.imports.kinds import Cell, Note, Row, SourceTable, Stated, WordScale
from riskreg.imports.mapping import ColumnMapping
from riskreg.imports.number_scales import LevelReading
from riskreg.imports.rating_headers import scale_hint
from riskreg.imports.scales import Scale, ScaleHints, scale_of
from riskreg.imports.texts import gettext as _
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.risks.kinds import Tier

Warn = Callable[[str, str], None]
# Money is rounded to whole units when it is written down.
_ROUNDING = Decimal("0.005")
_STATED_LENGTH_MAX = 40
# Rows that tell whether scores are sums instead of products.
_FORMULA_ROWS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class RatingReader:
    """Reads the ratings and stated scores of the rows of one table."""

    table: SourceTable
    mapping: ColumnMapping
    scales: Mapping[Axis, Scale]
    is_sum: bool = False

    def ratings(self, row: Row, warn: Warn) -> dict[Tier, Rating]:
        """Return the rating of each tier; `warn(column, message)` hears what was left unrated."""
        return {tier: self._rating(row, tier, warn) for tier in Tier}

    def stated(self, row: Row, warn: Warn) -> tuple[Stated, ...]:
        """Return the scores the file states, each compared with the factors of its tier."""
        found = []
        for tier in Tier:
            factors = self._factors(row, tier)
            for at in self.mapping.columns_of(f"{tier}_score"):
                cell = row.cells[at]
                if is_unknown(cell):
                    continue
                stated = self._compared(tier, at, cell, factors)
                if stated.agrees is False and factors is not None:
                    warn(stated.column, self._disagreement(stated, factors))
                found.append(stated)
        return tuple(found)

    def readings(self) -> tuple[Note, ...]:
        """Return how the numbers of each column were placed, unless level by level on our own."""
        return tuple(
            Note(line=None, column=self.table.columns[at], message=told)
            for axis, scale in self.scales.items()
            if (told := scale.placing)
            for at in self._columns(axis)
            if any(scale.has_number(row.cells[at]) for row in self.table.rows)
        )

    def _columns(self, axis: Axis) -> list[int]:
        """The column of each tier that has one."""
        found = (self.mapping.columns_of(f"{tier}_{axis}") for tier in Tier)
        return [columns[0] for columns in found if columns]

    def _rating(self, row: Row, tier: Tier, warn: Warn) -> Rating:
        likelihood = self._reading(row, tier, Axis.LIKELIHOOD)
        impact = self._reading(row, tier, Axis.IMPACT)
        for axis, reading in ((Axis.LIKELIHOOD, likelihood), (Axis.IMPACT, impact)):
            if reading.problem:
                warn(self._column(tier, axis), reading.problem)
        if impact.factor is not None and impact.factor < 0:
            message = _(
                "The impact is negative: this is an opportunity, not a risk. The row was kept, "
                "its %(tier)s rating was left unrated.",
                tier=_TIER_LABELS[tier](),
            )
            warn(self._column(tier, Axis.IMPACT), message)
            return Rating()
        return Rating(likelihood=likelihood.level, impact=impact.level)

    def _column(self, tier: Tier, axis: Axis) -> str:
        return self.table.columns[self.mapping.columns_of(f"{tier}_{axis}")[0]]

    def _reading(self, row: Row, tier: Tier, axis: Axis) -> LevelReading:
        columns = self.mapping.columns_of(f"{tier}_{axis}")
        return self.scales[axis].read(row.cells[columns[0]]) if columns else LevelReading()

    def _factors(self, row: Row, tier: Tier) -> tuple[Decimal, Decimal] | None:
        likelihood = self._reading(row, tier, Axis.LIKELIHOOD).factor
        impact = self._reading(row, tier, Axis.IMPACT).factor
        return None if likelihood is None or impact is None else (likelihood, impact)

    def _compared(
        self, tier: Tier, at: int, cell: Cell, factors: tuple[Decimal, Decimal] | None
    ) -> Stated:
        number = amount(cell, self.scales[Axis.IMPACT].decimal)
        agrees = None
        comparable = self.mapping.dialect.score_is_product and factors is not None
        if comparable and factors and number is not None and number.unit is not Unit.PERCENT:
            expected = self._score(factors)
            agrees = abs(number.value - expected) <= abs(expected) * _ROUNDING
        text = text_of(cell)[:_STATED_LENGTH_MAX]
        return Stated(tier=tier, column=self.table.columns[at], text=text, agrees=agrees)

    def _disagreement(self, stated: Stated, factors: tuple[Decimal, Decimal]) -> str:
        return _(
            "The file states %(stated)s, but its own factors %(likelihood)s and %(impact)s make "
            "%(product)s. The stated score was kept beside the rating.",
            stated=stated.text,
            likelihood=_plain(factors[0]),
            impact=_plain(factors[1]),
            product=_plain(self._score(factors)),
        )

    def _score(self, factors: tuple[Decimal, Decimal]) -> Decimal:
        likelihood, impact = factors
        return likelihood + impact if self.is_sum else likelihood * impact


def rating_reader(
    table: SourceTable,
    mapping: ColumnMapping,
    matrix: Matrix,
    *,
    decimal: str,
    ends: Mapping[Axis, tuple[int, int]],
) -> RatingReader:
    """Choose the scales of a table; `ends` are those a person stated, else the header may."""
    scales = {
        axis: scale_of(
            axis,
            _cells(table, mapping, axis),
            matrix.likelihoods if axis is Axis.LIKELIHOOD else matrix.impacts,
            ScaleHints(
                words=_own_words(mapping, axis),
                ends=ends.get(axis) or _stated_ends(table, mapping, axis),
                decimal=decimal,
            ),
        )
        for axis in Axis
    }
    reader = RatingReader(table=table, mapping=mapping, scales=scales)
    adding = RatingReader(table=table, mapping=mapping, scales=scales, is_sum=True)
    return adding if _adds_up(adding) and not _adds_up(reader) else reader


def _adds_up(reader: RatingReader) -> bool:
    """Whether every score of the file fits the reader's formula, and there are several."""
    seen = [
        stated.agrees
        for row in reader.table.rows[:_FORMULA_ROWS]
        for stated in reader.stated(row, lambda column, message: None)
        if stated.agrees is not None
    ]
    return len(seen) > 1 and all(seen)


def _cells(table: SourceTable, mapping: ColumnMapping, axis: Axis) -> list[Cell]:
    """The different cells of one side, in the order of the file."""
    columns = [at for tier in Tier for at in mapping.columns_of(f"{tier}_{axis}")]
    return list(dict.fromkeys(row.cells[at] for row in table.rows for at in columns))


def _own_words(mapping: ColumnMapping, axis: Axis) -> tuple[WordScale, ...]:
    dialect = mapping.dialect
    return dialect.likelihoods if axis is Axis.LIKELIHOOD else dialect.impacts


def _stated_ends(table: SourceTable, mapping: ColumnMapping, axis: Axis) -> tuple[int, int] | None:
    names = [table.columns[at] for tier in Tier for at in mapping.columns_of(f"{tier}_{axis}")]
    return next((ends for name in names if (ends := scale_hint(name))), None)


def _plain(number: Decimal) -> str:
    """Without an exponent and without zeros behind the decimal point; thousands are grouped."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_TIER_LABELS: Mapping[Tier, Callable[[], str]] = {
    Tier.CURRENT: lambda: _("current"),
    Tier.TARGET: lambda: _("target"),
    Tier.INHERENT: lambda: _("inherent"),
}


def sentences(scales: Mapping[Axis, Scale]) -> dict[str, Sequence[str]]:
    """Return how each side was read, in sentences for a person."""
    return {axis.value: scale.sentences for axis, scale in scales.items() if scale.sentences}
