"""One line of a table as a risk: text, words, days, effort; ratings come from the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from riskreg.imports.amounts import POINT
from riskreg.imports.cells import fold, is_unknown, split_list, text_of
from riskreg.imports.days import DayOrder, day
from riskreg.imports.efforts import EffortReading, EffortWords, effort
from riskreg.imports.keys import key_of
from riskreg.imports.kinds import Cell, RiskRow, Row, SourceTable, Stated
from riskreg.imports.mapping import NOT_READ, ColumnMapping
from riskreg.imports.ratings import RatingReader
from riskreg.imports.texts import gettext as _
from riskreg.imports.words import KINDS, STATUSES, TREATMENTS
from riskreg.risks.kinds import Tier

TITLE_LENGTH_MAX = 200
TEXT_FIELDS = (
    *("category", "cause", "event", "consequence", "description", "controls", "notes"),
    *("owner", "team", "system", "close_reason", "cost"),
)
LIST_FIELDS = ("tags", "knowers", "links", "actions")
DAY_FIELDS = ("identified_on", "review_due_on", "due_on")
EFFORT_FIELDS = ("effort", "effort_days", "effort_weeks", "effort_hours", "effort_seconds")

Warn = Callable[[str, str], None]
Meaning = TypeVar("Meaning")


@dataclass(frozen=True, kw_only=True, slots=True)
class RowReader:
    """Everything that is known about a table before its first row is read.

    `orders` holds the order of day and month of each date column that has one.
    """

    table: SourceTable
    mapping: ColumnMapping
    ratings: RatingReader
    effort_words: EffortWords
    orders: Mapping[int, DayOrder | None]
    known_names: frozenset[str] = field(default=frozenset())
    decimal: str = POINT
    is_decimal_proven: bool = False

    def title(self, row: Row) -> str:
        """Return the title as written; "" when there is none."""
        return self._text(row, "title")

    def reference(self, row: Row) -> str:
        """Return our reference, else the id of the other tool; "" when there is none."""
        return self._text(row, "ref") or self._text(row, "external_ref")

    def risk(self, row: Row, warn: Warn) -> RiskRow:
        """Return the risk of a row that has a title; `warn(column, message)` hears the rest."""
        full_title = self.title(row)
        texts: dict[str, Any] = {name: self._text(row, name) for name in TEXT_FIELDS}
        title = self._title(full_title, texts, warn)
        ref, external_ref = self._text(row, "ref"), self._text(row, "external_ref")
        ratings = self.ratings.ratings(row, warn)
        stated = self.ratings.stated(row, warn)
        found = self._effort(row, warn)
        lists: dict[str, Any] = {name: self._list(row, name) for name in LIST_FIELDS}
        days: dict[str, Any] = {name: self._day(row, name, warn) for name in DAY_FIELDS}
        return RiskRow(
            line=row.line,
            key=key_of(
                ref=ref,
                external_ref=external_ref,
                texts=(full_title, texts["cause"], texts["category"]),
            ),
            title=title,
            ref=ref,
            external_ref=external_ref,
            kind=self._word(row, "kind", KINDS, warn),
            treatment=self._word(
                row, "treatment", {**TREATMENTS, **self.mapping.dialect.treatments}, warn
            ),
            status=self._word(row, "status", {**STATUSES, **self.mapping.dialect.statuses}, warn),
            current=ratings[Tier.CURRENT],
            target=ratings[Tier.TARGET],
            inherent=ratings[Tier.INHERENT],
            stated=stated,
            stated_score=_score_to_keep(stated),
            effort_days=found.days,
            effort_size=found.size,
            extra=self._extra(row),
            **texts,
            **lists,
            **days,
        )

    def _cells(self, row: Row, name: str) -> list[tuple[int, Cell]]:
        return [(at, row.cells[at]) for at in self.mapping.columns_of(name)]

    def _text(self, row: Row, name: str) -> str:
        is_literal = self.mapping.dialect.is_literal
        texts = (
            text_of(cell)
            for _at, cell in self._cells(row, name)
            if cell is not None and (is_literal or not is_unknown(cell))
        )
        return "\n".join(dict.fromkeys(texts))

    def _title(self, full_title: str, texts: dict[str, Any], warn: Warn) -> str:
        """On one line and no longer than a title may be; the whole then opens the description."""
        title = " ".join(full_title.split())
        if len(title) <= TITLE_LENGTH_MAX:
            return title
        texts["description"] = "\n\n".join(filter(None, (full_title, texts["description"])))
        message = _(
            "The title has more than %(limit)s characters; it was cut, and the whole of it stands "
            "in the description.",
            limit=TITLE_LENGTH_MAX,
        )
        warn(self._column("title"), message)
        return f"{title[: TITLE_LENGTH_MAX - 1]}…"

    def _column(self, name: str) -> str:
        return self.table.columns[self.mapping.columns_of(name)[0]]

    def _list(self, row: Row, name: str) -> tuple[str, ...]:
        dialect = self.mapping.dialect
        values = dict.fromkeys(
            value
            for _at, cell in self._cells(row, name)
            for value in split_list(
                cell,
                at_commas=name in dialect.comma_lists,
                known_names=self.known_names,
                is_literal=dialect.is_literal,
            )
        )
        return tuple(values)

    def _word(
        self, row: Row, name: str, words: Mapping[str, Meaning], warn: Warn
    ) -> Meaning | None:
        text = self._text(row, name)
        if not text:
            return None
        meaning = words.get(fold(text))
        if meaning is None:
            message = _(
                "“%(text)s” is no value that riskreg knows here; it was left out.", text=text[:60]
            )
            warn(self._column(name), message)
        return meaning

    def _day(self, row: Row, name: str, warn: Warn) -> date | None:
        for at, cell in self._cells(row, name):
            if is_unknown(cell):
                continue
            reading = day(cell, self.orders.get(at))
            # A missing order is told once for the column, by riskreg.imports.understand.
            if reading.day is None and not reading.needs_order:
                message = _(
                    "“%(text)s” is no date that riskreg can read; it was left out.",
                    text=text_of(cell)[:60],
                )
                warn(self.table.columns[at], message)
            return reading.day
        return None

    def _effort(self, row: Row, warn: Warn) -> EffortReading:
        """The first column that tells; a size beside a number of days stays with it."""
        days, size = None, None
        for name in EFFORT_FIELDS:
            for at, cell in self._cells(row, name):
                reading = effort(cell, name, self.effort_words)
                if reading.problem:
                    warn(self.table.columns[at], reading.problem)
                size = size or reading.size
                days = reading.days if reading.size is None and reading.days else days
        if days is None and size is not None:
            days = self.effort_words.days[size]
        return EffortReading(days=days, size=size)

    def _extra(self, row: Row) -> tuple[tuple[str, str], ...]:
        return tuple(
            (match.column, text_of(cell))
            for match, cell in zip(self.mapping.matches, row.cells, strict=True)
            if match.field == NOT_READ and match.certainty == 0 and cell is not None
        )


def _score_to_keep(stated: tuple[Stated, ...]) -> str:
    """Of the current scores, the one that disagrees with its factors, or else the first."""
    current = [score for score in stated if score.tier is Tier.CURRENT]
    odd = [score for score in current if score.agrees is False]
    return (odd or current)[0].text if current else ""
