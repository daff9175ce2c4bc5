"""JSON: a list of flat records, bare or under "data" as riskreg exports it."""

from __future__ import annotations

import json
from typing import Any

from riskreg.imports.cells import clean
from riskreg.imports.formats.csv import decoded
from riskreg.imports.kinds import Cell, Format, ImportRefused, Note, Row, Sheet
from riskreg.imports.limits import COLUMNS_MAX, ROWS_MAX
from riskreg.imports.texts import gettext as _

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
LIST_KEYS = ("data", "results", "risks", "items")
NESTING_MAX = 3
LARGEST_NUMBER = 2**63


def recognises(data: bytes, filename: str) -> bool:
    """By the name, or by the first sign of the text where the name says nothing else."""
    name = filename.casefold()
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return name.endswith(".json") or (
        start.startswith((b"{", b"[")) and not name.endswith(_TEXT_SUFFIXES)
    )


def read(data: bytes, filename: str) -> tuple[Sheet, ...]:
    """Return one sheet whose lines are the numbers of the items. Raises ImportRefused."""
    text, encoding = decoded(data)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImportRefused(_broken(error)) from error
    items = _items(document)
    records = [_flat(item) for item in items]
    columns = list(dict.fromkeys(name for record in records for name in record))
    if len(columns) > COLUMNS_MAX:
        raise ImportRefused(
            _(
                "The records have %(found)s different fields; %(limit)s are allowed. Nothing was "
                "stored.",
                found=len(columns),
                limit=COLUMNS_MAX,
            )
        )
    nested = dict.fromkeys(
        name for record in records for name, value in record.items() if _is_nested(value)
    )
    return (
        Sheet(
            name="",
            rows=(
                Row(
                    line=0,
                    cells=tuple(str(clean(name, 0, is_guarded=False) or "") for name in columns),
                ),
                *(_row(number, record, columns) for number, record in enumerate(records, start=1)),
            ),
            recognised={_("encoding"): encoding},
            header_first=True,
            notes=tuple(
                Note(line=None, column=name, message=_("Nested records are not read."))
                for name in nested
            ),
        ),
    )


def _broken(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return _(
            "The JSON is broken in line %(line)s, column %(column)s. Nothing was stored.",
            line=error.lineno,
            column=error.colno,
        )
    return _("The JSON holds numbers too long or lists too deep to read. Nothing was stored.")


def _items(document: Any) -> list[dict[str, Any]]:
    """Find the list of records, at most two levels down under a usual name."""
    items = document
    for _level in range(2):
        if isinstance(items, dict):
            items = next((items[key] for key in LIST_KEYS if key in items), items)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ImportRefused(
            _(
                "This JSON is not a list of records. riskreg reads {“data”: [ … ]} as it exports "
                "it, or a plain list. Nothing was stored."
            )
        )
    if len(items) > ROWS_MAX:
        raise ImportRefused(
            _(
                "The file has more than %(limit)s records. Split it and import the parts one "
                "after the other. Nothing was stored.",
                limit=ROWS_MAX,
            )
        )
    return items


def _flat(item: dict[str, Any], prefix: str = "", depth: int = 1) -> dict[str, Any]:
    """Records inside a record become columns "outer.inner"; below NESTING_MAX they stay nested."""
    record: dict[str, Any] = {}
    for key, value in item.items():
        if isinstance(value, dict) and value and depth < NESTING_MAX:
            record |= _flat(value, f"{prefix}{key}.", depth + 1)
        else:
            record[f"{prefix}{key}"] = value
    return record


def _is_nested(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(part, list | dict) for part in value)
    return isinstance(value, dict) and bool(value)


def _row(number: int, record: dict[str, Any], columns: list[str]) -> Row:
    return Row(
        line=number,
        cells=tuple(clean(_cell(record.get(name)), number, is_guarded=False) for name in columns),
    )


def _cell(value: Any) -> Cell:
    if value is None or _is_nested(value) or value == {}:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return tuple(str(part) for part in value if part is not None)
    if isinstance(value, int | float):
        return value if abs(value) < LARGEST_NUMBER else str(value)
    return str(value)


FORMAT = Format(name="json", rank=20, recognises=recognises, read=read)
