"""A workbook, written row by row to temporary files, so that its memory does not grow."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import IO, Any

from riskreg.exports.kinds import LIST_SIGN, Book, Cell, ExportFormat, Sheet
from riskreg.lib.tables import is_defused

PIECE_BYTES = 64 * 1024
CELL_CHARS_MAX = 32_767  # of the file format
TEXT_WIDTH, PLAIN_WIDTH = 32, 14
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_WIDE = ("title", "description", "note", "text", "summary", "cause", "event", "consequence")


def write(book: Book) -> Iterator[bytes]:
    """Yield the finished workbook in pieces: the data first, then the other sheets."""
    with tempfile.TemporaryFile(prefix="riskreg-") as file:
        _fill(file, book)
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _fill(file: IO[bytes], book: Book) -> None:
    import xlsxwriter  # noqa: PLC0415 - a tenth of the start, needed by few

    workbook = xlsxwriter.Workbook(file, _OPTIONS)
    head = workbook.add_format({"bold": True, "bottom": 1, "valign": "top"})
    formats: dict[type, Any] = {
        date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    for sheet in (book.data, *book.more):
        _write_sheet(workbook.add_worksheet(sheet.name), sheet, head, formats)
    workbook.close()


def _write_sheet(page: Any, sheet: Sheet, head: Any, formats: dict[type, Any]) -> None:
    page.freeze_panes(1, 1)
    for at, name in enumerate(sheet.columns):
        page.set_column(at, at, TEXT_WIDTH if name.endswith(_WIDE) else PLAIN_WIDTH)
        page.write_string(0, at, name, head)
    writers = _writers(page, formats)
    for number, row in enumerate(sheet.rows(), start=1):
        for at, cell in enumerate(row):
            if cell is not None and cell != "":
                writers[cell.__class__](number, at, cell)


def _writers(page: Any, formats: dict[type, Any]) -> dict[type, Callable[[int, int, Any], Any]]:
    """How a cell of each type is written; members of closed sets were made texts before."""
    day, instant = formats[date], formats[datetime]
    return {
        str: lambda row, at, cell: page.write_string(row, at, _kept(cell)),
        tuple: lambda row, at, cell: page.write_string(row, at, _kept(LIST_SIGN.join(cell))),
        int: page.write_number,
        float: page.write_number,
        bool: lambda row, at, cell: page.write_string(row, at, "yes" if cell else "no"),
        date: lambda row, at, cell: page.write_datetime(row, at, cell, day),
        datetime: lambda row, at, cell: page.write_datetime(row, at, cell, instant),
    }


def _kept(cell: Cell) -> str:
    text = str(cell)
    if is_defused(text):  # readers, ours too, take off one apostrophe
        text = f"'{text}"
    return text if len(text) <= CELL_CHARS_MAX else text[: CELL_CHARS_MAX - 1] + "…"


FORMAT = ExportFormat(
    name="xlsx",
    label="Excel",
    mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    write=write,
)
