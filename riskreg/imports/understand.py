"""A table to risks: everything an import knows before it looks at the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from riskreg.imports.amounts import POINT, decimal_sign
from riskreg.imports.cells import fold, is_unknown, text_of
from riskreg.imports.days import DayOrder, day, day_order
from riskreg.imports.efforts import SIZE_DAYS, EffortWords
from riskreg.imports.fields import FIELDS_BY_NAME, Axis, FieldType
from riskreg.imports.keys import text_key
from riskreg.imports.kinds import Note, RiskRow, Row, SourceTable
from riskreg.imports.mapping import ColumnMapping, mapping_of
from riskreg.imports.ratings import rating_reader, sentences
from riskreg.imports.rows import DAY_FIELDS, RowReader
from riskreg.imports.texts import gettext as _
from riskreg.metrics.matrix import Matrix
from riskreg.risks.kinds import Size

_NUMBER_TYPES = frozenset({FieldType.LEVEL, FieldType.SCORE, FieldType.EFFORT})
_COLUMNS_NAMED = 12
_TOTALS = frozenset(
    {"total", "totals", "sum", "average", "grand total", "somme", "moyenne", "summe", "gesamt"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What a person decided where the file does not tell; all are optional.

    `ends` are the ends of a scale, such as (1, 10); `size_days` person-days of each size;
    `known_names` are folded names at which comma lists may be split (tags, people, systems).
    """

    date_order: DayOrder | None = None
    decimal: str | None = None
    ends: Mapping[Axis, tuple[int, int]] = field(default_factory=dict)
    size_days: Mapping[Size, int] = field(default_factory=lambda: SIZE_DAYS)
    known_names: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """The risks of a table in its order, and what a person should know about the reading.

    `readings` say how numbers on another scale than the matrix's own were placed. `fields` are
    those the file speaks about: only these may be changed by an import. `recognised` and `scales`
    are plain words to show. With `errors` nothing may be stored.
    """

    table: SourceTable
    mapping: ColumnMapping
    rows: tuple[RiskRow, ...]
    skipped: int
    readings: tuple[Note, ...]
    warnings: tuple[Note, ...]
    errors: tuple[Note, ...]
    recognised: Mapping[str, str]
    scales: Mapping[str, Any]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the file speaks about."""
        return self.mapping.fields

    def as_report(self) -> dict[str, Any]:
        """Return the part of an import report that is known without a register."""
        return {
            "kind": "risks",
            "rows": len(self.rows) + self.skipped,
            "skipped": self.skipped,
            "warnings": [note.as_json() for note in (*self.readings, *self.warnings)],
            "errors": [note.as_json() for note in self.errors],
            "mapping": self.mapping.as_dict(),
        }


def understand(
    table: SourceTable,
    matrix: Matrix,
    *,
    corrections: Mapping[str, str | None] | None = None,
    choices: Choices | None = None,
) -> Understood:
    """Read every row of a table; the same table, matrix and choices give the same answer.

    `corrections` are a saved or edited mapping, {column: field or ""}. What cannot be read is a
    warning and stays unknown; a row that cannot be a risk is an error. Raises ImportRefused only
    when a correction names no field.
    """
    choices = choices or Choices()
    mapping = mapping_of(table, corrections=corrections)
    reading = _Reading(reader=_row_reader(table, mapping, matrix, choices))
    for note in (*table.notes, *mapping.notes):
        reading.warnings.append(note)
    reading.warn_of_date_order()
    if mapping.columns_of("title"):
        for row in table.rows:
            reading.take(row)
    else:
        reading.errors.append(_no_title(table))
    return Understood(
        table=table,
        mapping=mapping,
        rows=tuple(reading.rows),
        skipped=reading.skipped,
        readings=reading.reader.ratings.readings(),
        warnings=tuple(sorted(reading.warnings, key=_place)),
        errors=tuple(sorted(reading.errors, key=_place)),
        recognised=_recognised(table, reading.reader),
        scales=sentences(reading.reader.ratings.scales),
    )


def _place(note: Note) -> tuple[int, str, str]:
    return (note.line or 0, note.column, note.message)


def _row_reader(
    table: SourceTable, mapping: ColumnMapping, matrix: Matrix, choices: Choices
) -> RowReader:
    numbers = {
        row.cells[at]
        for at, match in enumerate(mapping.matches)
        if match.field == "cost" or _type_of(match.field) in _NUMBER_TYPES
        for row in table.rows
    }
    proven = choices.decimal or decimal_sign(numbers)
    decimal = proven or POINT
    orders = {
        at: choices.date_order or day_order(row.cells[at] for row in table.rows)
        for name in DAY_FIELDS
        for at in mapping.columns_of(name)
    }
    return RowReader(
        table=table,
        mapping=mapping,
        ratings=rating_reader(table, mapping, matrix, decimal=decimal, ends=choices.ends),
        effort_words=EffortWords(
            days=choices.size_days, words=mapping.dialect.sizes, decimal=decimal
        ),
        orders=orders,
        known_names=choices.known_names,
        decimal=decimal,
        is_decimal_proven=proven is not None,
    )


def _type_of(name: str) -> FieldType | None:
    return FIELDS_BY_NAME[name].type if name else None


def _no_title(table: SourceTable) -> Note:
    message = _(
        "No column was recognised as the title of a risk. Say which one it is. The columns are: "
        "%(columns)s.",
        columns=", ".join(table.columns[:_COLUMNS_NAMED]),
    )
    return Note(line=table.header_line, column="", message=message)


def _recognised(table: SourceTable, reader: RowReader) -> dict[str, str]:
    recognised = dict(table.recognised)
    if reader.mapping.dialect.label:
        recognised[_("tool")] = reader.mapping.dialect.label
    recognised[_("decimal sign")] = (
        reader.decimal
        if reader.is_decimal_proven
        else _("%(sign)s (no number tells it)", sign=reader.decimal)
    )
    orders = {order for order in reader.orders.values() if order is not None}
    if len(orders) == 1:
        day_first = orders.pop() is DayOrder.DMY
        recognised[_("date order")] = _("day first") if day_first else _("month first")
    return recognised


class _Reading:
    """Takes row after row, and keeps what was seen already."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        self.rows: list[RiskRow] = []
        self.warnings: list[Note] = []
        self.errors: list[Note] = []
        self.skipped = 0
        self._lines_by_cells: dict[tuple[str, ...], int] = {}
        self._first_by_key: dict[str, RiskRow] = {}

    def warn_of_date_order(self) -> None:
        """Dates that may be read in two ways are left out; the question is the same for all."""
        for at, order in self.reader.orders.items():
            open_rows = [
                row
                for row in self.reader.table.rows
                if order is None and day(row.cells[at], None).needs_order
            ]
            if not open_rows:
                continue
            message = _(
                "A date such as “%(text)s” does not tell the day from the month, nor does any "
                "other in this column; it was left out. Say whether the day or the month is first.",
                text=text_of(open_rows[0].cells[at]),
            )
            for row in open_rows:
                self._warn(row.line, self.reader.table.columns[at], message)

    def take(self, row: Row) -> None:
        """Read one row, skip it with a warning, or refuse it with an error."""
        reason = self._reason_to_skip(row)
        if reason:
            self._skip(row, reason)
            return
        if not self.reader.title(row):
            column = self.reader.table.columns[self.reader.mapping.columns_of("title")[0]]
            self.errors.append(
                Note(line=row.line, column=column, message=_("The risk has no title."))
            )
            return
        notes: list[Note] = []
        risk = self.reader.risk(
            row,
            lambda column, message: notes.append(
                Note(line=row.line, column=column, message=message)
            ),
        )
        unique = self._with_unique_key(risk)
        if unique is None:
            return
        self.warnings.extend(notes)
        self.rows.append(unique)

    def _reason_to_skip(self, row: Row) -> str:
        cells = tuple(text_of(cell) for cell in row.cells)
        same = self._lines_by_cells.setdefault(cells, row.line)
        if same != row.line:
            return _("This row is the same as line %(line)s; it was skipped.", line=same)
        if cells == self.reader.table.columns:
            return _("This row repeats the header; it was skipped.")
        ref = self.reader.reference(row)
        if self._is_total(ref, cells) and not self._is_rated(row):
            return _("This row is a total, not a risk; it was skipped.")
        if self.reader.mapping.dialect.numeric_id_only and not ref.isdigit():
            return _("This row has no number of a risk; it was skipped as a heading.")
        if not ref and not self.reader.title(row) and not self._is_rated(row):
            return _("This row has neither title, id nor rating; it was skipped.")
        return ""

    def _is_total(self, ref: str, cells: tuple[str, ...]) -> bool:
        return (not ref or fold(ref) in _TOTALS) and any(fold(t) in _TOTALS for t in cells[:2])

    def _is_rated(self, row: Row) -> bool:
        return any(
            not is_unknown(cell)
            for cell, match in zip(row.cells, self.reader.mapping.matches, strict=True)
            if _type_of(match.field) is FieldType.LEVEL
        )

    def _with_unique_key(self, risk: RiskRow) -> RiskRow | None:
        """The same id for the same title is the same risk; otherwise both are kept apart."""
        first = self._first_by_key.setdefault(risk.key, risk)
        if first is risk:
            return risk
        identity = risk.ref or risk.external_ref
        if identity and fold(first.title) == fold(risk.title):
            self.skipped += 1
            message = _(
                "The id %(id)s and title are those of line %(line)s; the row was skipped.",
                id=identity,
                line=first.line,
            )
            self._warn(risk.line, "", message)
            return None
        if identity:
            message = _(
                "The id %(id)s is also that of line %(line)s, for another title; both were kept.",
                id=identity,
                line=first.line,
            )
        else:
            message = _(
                "Line %(line)s has the same title, cause and category; both were kept.",
                line=first.line,
            )
        self._warn(risk.line, "", message)
        key = f"{risk.key}:{text_key(risk.title)}" if identity else risk.key
        number = 2
        while f"{key}#{number}" in self._first_by_key:
            number += 1
        risk = replace(risk, key=f"{key}#{number}")
        self._first_by_key[risk.key] = risk
        return risk

    def _skip(self, row: Row, reason: str) -> None:
        self.skipped += 1
        self._warn(row.line, "", reason)

    def _warn(self, line: int, column: str, message: str) -> None:
        self.warnings.append(Note(line=line, column=column, message=message))
