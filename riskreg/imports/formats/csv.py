"""Text tables: comma, semicolon, tab or bar, in any of the usual encodings."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from riskreg.imports.cells import clean
from riskreg.imports.header import header_score
from riskreg.imports.kinds import Format, ImportRefused, Row, Sheet
from riskreg.imports.limits import ROWS_ABOVE_HEADER_MAX, ROWS_MAX
from riskreg.imports.texts import gettext as _

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_ROWS = 40
# Longest first: the mark of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Swallowed by a cell whose quote is never closed, and a row of its own otherwise.
_END_ROW = "riskreg:end-of-table"
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)

# A delimiter that makes the header readable counts more than one that gives even rows.
_HEADER_WEIGHT = 2.0
_WIDTH_COUNTED_MAX = 20


def recognises(data: bytes, filename: str) -> bool:
    """Whatever nobody else knows is tried as text."""
    return True


def read(data: bytes, filename: str) -> tuple[Sheet, ...]:
    """Return the one sheet of a text table. Raises ImportRefused."""
    text, encoding = decoded(data)
    text, delimiter = _without_sep_line(text)
    delimiter = delimiter or sniffed_delimiter(text)
    rows = _rows(text, delimiter)
    return (
        Sheet(
            name="",
            rows=rows,
            recognised={
                _("encoding"): encoding,
                _("delimiter"): _("tab") if delimiter == "\t" else delimiter,
            },
        ),
    )


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding. Raises ImportRefused when it is not text."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode(data, encoding), encoding
    if data.count(0) > len(data) // 4:
        encoding = "utf-16-le" if data[1::2].count(0) > data[0::2].count(0) else "utf-16-be"
        return _decode(data, encoding), encoding
    if 0 in data:
        raise _not_text()
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode(data, "cp1252"), "cp1252"


def _decode(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text() from error
    if "\0" in text:
        raise _not_text()
    return text


def _not_text() -> ImportRefused:
    return ImportRefused(
        _(
            "This is neither a workbook nor a text table that riskreg can read. Save it as CSV "
            "(UTF-8) or XLSX and try again. Nothing was stored."
        )
    )


def _without_sep_line(text: str) -> tuple[str, str]:
    """Spreadsheets are told the delimiter by a first line "sep=;"; it stays as an empty line."""
    match = _SEP_LINE.match(text)
    if match is None or match[1] not in DELIMITERS:
        return text, ""
    return "\n" + text[match.end() :], match[1]


def sniffed_delimiter(text: str) -> str:
    """Return the delimiter whose reading has the best header and the most even rows.

    Ties go to the order comma, semicolon, tab, bar.
    """
    sample = text[:SAMPLE_CHARACTERS]
    if len(text) > SAMPLE_CHARACTERS:
        sample = sample[: sample.rfind("\n") + 1] or sample
    return max(DELIMITERS, key=lambda delimiter: _delimiter_score(sample, delimiter))


def _delimiter_score(sample: str, delimiter: str) -> float:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(row):
                rows.append(row)
            if len(rows) == SAMPLE_ROWS:
                break
    except csv.Error:
        return -1.0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0
    width, even_rows = max(widths.items(), key=lambda item: (item[1], item[0]))
    best_header = max(header_score(row) for row in rows)
    evenness = even_rows / len(rows) * min(width, _WIDTH_COUNTED_MAX) / _WIDTH_COUNTED_MAX
    return best_header * _HEADER_WEIGHT + evenness


def _rows(text: str, delimiter: str) -> tuple[Row, ...]:
    """The records that hold something; the last one proves that every quote was closed."""
    source = io.StringIO(text + f"\n{_END_ROW}\n", newline="")
    reader = csv.reader(source, delimiter=delimiter)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line=line, cells=tuple(clean(cell, line) for cell in cells)))
            if len(rows) > ROWS_MAX + ROWS_ABOVE_HEADER_MAX + 1:
                raise _too_many_rows()
            line = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable_line(line) from error
    if rows[-1].cells != (_END_ROW,):
        raise _open_quote(rows[-1].line)
    return tuple(rows[:-1])


def _open_quote(line: int) -> ImportRefused:
    return ImportRefused(
        _(
            "A quotation mark that opens in line %(line)s is never closed, so the rest of the "
            "file cannot be told apart. Nothing was stored.",
            line=line,
        )
    )


def _unreadable_line(line: int) -> ImportRefused:
    return ImportRefused(
        _(
            "Line %(line)s cannot be read as part of a table (a cell may be too long). Nothing "
            "was stored.",
            line=line,
        )
    )


def _too_many_rows() -> ImportRefused:
    return ImportRefused(
        _(
            "The file has more than %(limit)s rows. Split it and import the parts one after the "
            "other. Nothing was stored.",
            limit=ROWS_MAX,
        )
    )


FORMAT = Format(name="csv", rank=100, recognises=recognises, read=read)
