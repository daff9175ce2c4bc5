"""Comma-separated text for spreadsheets: UTF-8 with its mark, no cell that could be a formula."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from riskreg.exports.kinds import LIST_SIGN, Book, Cell, ExportFormat, Row
from riskreg.lib.tables import defuse

ROWS_A_PIECE = 200
# Only these can begin a formula or a defused one; most cells are passed over by this look alone.
_SUSPECT = frozenset("=+-@\t\r'")


def write(book: Book) -> Iterator[bytes]:
    """Yield the header, then some rows at a time."""
    yield b"\xef\xbb\xbf" + _encoded([book.data.columns])
    rows = book.data.rows()
    while piece := [_plain(row) for row in islice(rows, ROWS_A_PIECE)]:
        yield _encoded(piece)


def _encoded(rows: list[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _plain(row: Row) -> Row:
    return [
        _text(cell)
        if cell.__class__ is str or isinstance(cell, tuple | datetime | bool)
        else cell  # numbers, days and None write themselves
        for cell in row
    ]


def _text(cell: Cell) -> Cell:
    if isinstance(cell, tuple):
        cell = LIST_SIGN.join(cell)
    elif isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    elif isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(defuse(cell)) if isinstance(cell, str) and cell[:1] in _SUSPECT else cell


FORMAT = ExportFormat(name="csv", label="CSV", mimetype="text/csv", write=write)
