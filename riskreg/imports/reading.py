"""Bytes to tables: find the format, read it, find the header."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from riskreg.discovery import discover
from riskreg.imports import formats
from riskreg.imports.header import header_score, table_of
from riskreg.imports.kinds import Format, ImportRefused, SourceTable
from riskreg.imports.limits import FILE_BYTES_MAX
from riskreg.imports.texts import gettext as _

# The first bytes of files that people upload by mistake, and what they are.
_MISTAKES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<table", "HTML"),
    (b"<?xml", "XML"),
    (b"{\\rtf", "RTF"),
    (b"begin:vcalendar", "iCalendar"),
)


@cache
def known_formats() -> tuple[Format, ...]:
    """Return the formats in the order in which they are asked.

    Raises SettingsError naming a faulty plug-in.
    """
    found: list[Format] = discover(formats, "FORMAT")
    return tuple(sorted(found, key=lambda known: (known.rank, known.name)))


def read(data: bytes, filename: str) -> tuple[SourceTable, ...]:
    """Return the tables of a file in its order, at least one.

    Raises ImportRefused, and nothing else, whatever the bytes are.
    """
    if not data:
        raise ImportRefused(_("The file is empty. Nothing was stored."))
    if len(data) > FILE_BYTES_MAX:
        raise ImportRefused(
            _(
                "The file is larger than %(limit)s MB. Split it and import the parts one after "
                "the other. Nothing was stored.",
                limit=FILE_BYTES_MAX // 1024**2,
            )
        )
    _refuse_mistakes(data)
    chosen = next(known for known in known_formats() if known.recognises(data, filename))
    tables = tuple(
        table for sheet in chosen.read(data, filename) if (table := table_of(sheet)) is not None
    )
    if not tables:
        raise ImportRefused(_("There is no table in the file. Nothing was stored."))
    return tables


def likeliest(tables: Sequence[SourceTable], sheet: str | None = None) -> SourceTable:
    """Return the table called `sheet`, or the one with the most known column names.

    Ties go to the first. Raises ImportRefused when no table has that name.
    """
    if sheet is None:
        return max(tables, key=lambda table: header_score(table.columns))
    for table in tables:
        if table.name == sheet:
            return table
    raise ImportRefused(
        _(
            "The file has no sheet called “%(sheet)s”; it has: %(sheets)s. Nothing was stored.",
            sheet=sheet,
            sheets=", ".join(table.name for table in tables),
        )
    )


def _refuse_mistakes(data: bytes) -> None:
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, kind in _MISTAKES:
        if start.startswith(mark.lower()):
            raise ImportRefused(
                _(
                    "This is a file of kind %(kind)s, not a table. Save the register as CSV or "
                    "XLSX and try again. Nothing was stored.",
                    kind=kind,
                )
            )
