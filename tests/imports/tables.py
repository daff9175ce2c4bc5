"""Small files made on the spot, and the shortest way from their bytes to what was understood."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from riskreg.imports.kinds import SourceTable
from riskreg.imports.reading import likeliest, read
from riskreg.imports.understand import Choices, Understood, understand
from riskreg.metrics.default_matrix import DEFAULT_MATRIX


def row(*lines: str) -> tuple[str, ...]:
    """Return the cells of "one | two", "three | four"."""
    return tuple(cell.strip() for line in lines for cell in line.split("|"))


def csv_bytes(*rows: Sequence[object], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Return a CSV file with these rows."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Return a workbook with these sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return buffer.getvalue()


def table(data: bytes, filename: str = "register.csv") -> SourceTable:
    """Return the likeliest table of a file."""
    return likeliest(read(data, filename))


def understood(
    *rows: Sequence[object],
    corrections: Mapping[str, str | None] | None = None,
    choices: Choices | None = None,
) -> Understood:
    """Return what is understood of a CSV file with these rows, the first being the header."""
    return understand(
        table(csv_bytes(*rows)), DEFAULT_MATRIX, corrections=corrections, choices=choices
    )


def messages(found: Understood) -> list[tuple[int | None, str, str]]:
    """Return the warnings as (line, column, message)."""
    return [(note.line, note.column, note.message) for note in found.warnings]
