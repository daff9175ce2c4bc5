"""JSON for programs: {"data": [{column: value, …}, …]}, lists as lists, instants in UTC."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from riskreg.exports.kinds import Book, Cell, ExportFormat

ROWS_A_PIECE = 200


def write(book: Book) -> Iterator[bytes]:
    """Yield one array, some rows at a time; every row is on a line of its own."""
    columns = book.data.columns
    rows = book.data.rows()
    before = '{"data": [\n'
    while piece := list(islice(rows, ROWS_A_PIECE)):
        lines = [
            json.dumps(dict(zip(columns, map(_plain, row), strict=True)), ensure_ascii=False)
            for row in piece
        ]
        yield (before + ",\n".join(lines)).encode()
        before = ",\n"
    yield b'{"data": []}\n' if before.startswith("{") else b"\n]}\n"


def _plain(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else cell


FORMAT = ExportFormat(name="json", label="JSON", mimetype="application/json", write=write)
