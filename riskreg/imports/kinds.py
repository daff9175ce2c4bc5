"""The plain values that an import hands from step to step; no database, no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from riskreg.errors import Invalid
from riskreg.metrics.matrix import Rating
from riskreg.risks.kinds import Kind, Size, Status, Tier, Treatment

Cell = str | int | float | date | tuple[str, ...] | None


UNRATED = Rating()


class ImportRefused(Invalid):
    """The file cannot be read; the message says what, where, and that nothing was stored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A remark on one place: line None means the whole column, column "" the whole line."""

    line: int | None
    column: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """Return the remark as the import report writes it."""
        return {"line": self.line, "column": self.column, "message": self.message}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One record with the line (CSV), row (workbook) or item number (JSON) it starts on."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What a format hands over: records without empty ones, not yet knowing which is the header.

    `recognised` holds what was found out about the file as words to show a person.
    `header_first` says that the first record is the header for certain (formats with named fields).
    """

    name: str
    rows: tuple[Row, ...]
    recognised: Mapping[str, str] = field(default_factory=dict)
    header_first: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceTable:
    """A table with unique column names; every row has as many cells as there are columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    header_line: int
    recognised: Mapping[str, str]
    notes: tuple[Note, ...] = ()

    def column(self, name: str) -> list[Cell]:
        """Return the cells of the column called `name`, in the order of the rows.

        Raises ValueError when there is no such column.
        """
        position = self.columns.index(name)
        return [row.cells[position] for row in self.rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """A kind of file: how to know it and how to read it.

    `recognises(data, filename)` must be quick; formats are asked in the order of `rank`, lowest
    first. `read` raises ImportRefused and nothing else.
    """

    name: str
    rank: int
    recognises: Callable[[bytes, str], bool]
    read: Callable[[bytes, str], tuple[Sheet, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class WordScale:
    """The words of one scale, lowest level first; each level lists its folded synonyms."""

    name: str
    levels: tuple[tuple[str, ...], ...]

    def position(self, word: str) -> int | None:
        """Return the level of a folded word, counted from 1; None when it is not on the scale."""
        for position, synonyms in enumerate(self.levels, start=1):
            if word in synonyms:
                return position
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """A tool whose files are known by their header.

    `signatures` are sets of folded column names: the dialect fits when all names of one are there,
    and the largest fitting set wins. `aliases` maps folded column names to fields ("" = known and
    deliberately not read). Word tables have folded keys. `comma_lists` names the fields whose
    cells are split at commas too. `score_is_product` is False where the tool's score is not
    likelihood times impact, so that it must not be compared with them. `numeric_id_only` says that
    rows without a number as id are headings, `is_literal` that texts mean what they say: "none" is
    a word there, and only an empty cell is unknown.
    """

    name: str
    label: str
    signatures: tuple[frozenset[str], ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    likelihoods: tuple[WordScale, ...] = ()
    impacts: tuple[WordScale, ...] = ()
    sizes: Mapping[str, Size] = field(default_factory=dict)
    treatments: Mapping[str, Treatment] = field(default_factory=dict)
    statuses: Mapping[str, Status] = field(default_factory=dict)
    comma_lists: frozenset[str] = frozenset()
    score_is_product: bool = True
    numeric_id_only: bool = False
    is_literal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A score the file states, as written; agrees is None where it cannot be compared."""

    tier: Tier
    column: str
    text: str
    agrees: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskRow:
    """One risk as the file tells it; None and "" mean that the file does not say.

    `key` recognises the same risk in a later import: see riskreg.imports.keys. `line` and `extra`
    (columns that fit no field, with their text) let a person trace everything back to the file.
    """

    line: int
    key: str
    title: str
    ref: str = ""
    external_ref: str = ""
    kind: Kind | None = None
    category: str = ""
    cause: str = ""
    event: str = ""
    consequence: str = ""
    description: str = ""
    controls: str = ""
    notes: str = ""
    owner: str = ""
    team: str = ""
    system: str = ""
    tags: tuple[str, ...] = ()
    knowers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    treatment: Treatment | None = None
    status: Status | None = None
    close_reason: str = ""
    identified_on: date | None = None
    review_due_on: date | None = None
    due_on: date | None = None
    current: Rating = UNRATED
    target: Rating = UNRATED
    inherent: Rating = UNRATED
    stated_score: str = ""
    stated: tuple[Stated, ...] = ()
    effort_days: int | None = None
    effort_size: Size | None = None
    cost: str = ""
    extra: tuple[tuple[str, str], ...] = ()
