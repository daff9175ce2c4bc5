"""A table as files hold it, shared by imports and exports, and the defence against formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

Cell: TypeAlias = str | int | float | bool | Decimal | date | datetime | None

# What begins a formula, also as Japanese keyboards write it, after whatever cannot be seen.
_UNSEEN = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]*"
_RUNS = rf"(?:[\t\r\n]|{_UNSEEN}[=+\-@\uff1d\uff0b\uff0d\uff20])"
_FORMULA = re.compile(rf"'*{_RUNS}")
_DEFUSED = re.compile(rf"'+{_RUNS}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A header and rows, each row with the line of the file it came from (from 1).

    Rows may be shorter or longer than the header, and headings may repeat, as in real
    files. Raises ValueError when there are not as many lines as rows.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.lines) != len(self.rows):
            raise ValueError(f"There are {len(self.rows)} rows but {len(self.lines)} lines.")

    @classmethod
    def of(cls, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
        """Build a table that did not come from a file: the header is line 1."""
        return cls(
            header=tuple(header),
            rows=tuple(tuple(row) for row in rows),
            lines=tuple(range(2, len(rows) + 2)),
        )

    def __iter__(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """Yield (line, row), each row filled up with None to the width of the header."""
        width = len(self.header)
        for line, row in zip(self.lines, self.rows, strict=True):
            yield line, row + (None,) * (width - len(row))

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, index: int) -> tuple[Cell, ...]:
        """Return one column's cells from the top; None where a row is too short."""
        return tuple(row[index] if index < len(row) else None for row in self.rows)


def defuse(cell: Cell) -> Cell:
    """Return a cell that a spreadsheet will not run: text like a formula gets an apostrophe.

    Text starting with = + - @ (or their wide forms) is changed, also after blanks and signs that
    cannot be seen, and so is text starting with a tab or line end; and text that already starts
    with apostrophes before one of these, so that `undo_defuse` is the exact reverse.
    """
    if isinstance(cell, str) and _FORMULA.match(cell):
        return f"'{cell}"
    return cell


def undo_defuse(cell: Cell) -> Cell:
    """Return a cell as it was before `defuse`; also undoes what other tools do alike."""
    if isinstance(cell, str) and _DEFUSED.match(cell):
        return cell[1:]
    return cell


def is_defused(text: str) -> bool:
    """Whether `undo_defuse` would change it."""
    return text[:1] == "'" and _DEFUSED.match(text) is not None
