"""Comma-separated text for spreadsheets: UTF-8 with its mark, no cell that could be a formula."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from riskreg.exports.kinds import LIST_SIGN, Book, Cell, ExportFormat, Row
from riskreg.lib.tables import defuse

ROWS_A_PIECE = 200
# No text that begins with a letter or digit is changed: most are passed over by this look alone.
_SUSPECT = frozenset("=+-@'\uff1d\uff0b\uff0d\uff20\u00ad\u2060\ufeff") | {
    *map(chr, (*range(0x21), *range(0x7F, 0xA1), 0x1680, *range(0x2000, 0x2030), 0x205F, 0x3000))
}
_THEMSELVES = frozenset({int, float, date, type(None)})  # the writer's own form of them is right


def write(book: Book) -> Iterator[bytes]:
    """Yield the header, then some rows at a time."""
    yield b"\xef\xbb\xbf" + _encoded([book.data.columns])
    rows = book.data.rows()
    while piece := [_plain(row) for row in islice(rows, ROWS_A_PIECE)]:
        yield _encoded(piece)


def _encoded(rows: Sequence[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _plain(row: Row) -> Row:
    """Hundreds of thousands of cells pass here: most are let through by their class alone."""
    return [
        (cell if cell[:1] not in _SUSPECT else str(defuse(cell)))
        if cell.__class__ is str
        else (cell if cell.__class__ in _THEMSELVES else _text(cell))
        for cell in row
    ]


def _text(cell: Cell) -> Cell:
    if cell.__class__ is tuple:
        return str(defuse(LIST_SIGN.join(cell))) if cell else ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return "yes" if cell else "no"


FORMAT = ExportFormat(name="csv", label="CSV", mimetype="text/csv", write=write)
