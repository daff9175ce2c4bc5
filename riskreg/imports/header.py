"""Find the header of a sheet and make a table of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from riskreg.imports.cells import fold, text_of
from riskreg.imports.fields import FIELD_BY_ALIAS
from riskreg.imports.kinds import Cell, ImportRefused, Note, Row, Sheet, SourceTable
from riskreg.imports.limits import COLUMNS_MAX, ROWS_MAX
from riskreg.imports.rating_headers import rating_header
from riskreg.imports.texts import gettext as _

ROWS_LOOKED_AT = 25
_HEADER_TEXT_MAX = 120


def header_score(cells: Sequence[Cell]) -> int:
    """Return how many different known column names the cells are."""
    names = {text_of(cell) for cell in cells if isinstance(cell, str)}
    return len({fold(name) for name in names if _is_known(name)})


def _is_known(name: str) -> bool:
    return len(name) <= _HEADER_TEXT_MAX and (
        fold(name) in FIELD_BY_ALIAS or rating_header(name) is not None
    )


def table_of(sheet: Sheet) -> SourceTable | None:
    """Return the table of a sheet; None when nothing is in it.

    Titles above the header are left out, empty columns too, columns of the same name are kept
    apart as "Likelihood" and "Likelihood (2)", and a column without a name gets its number.
    Raises ImportRefused when there are too many rows or columns.
    """
    if not sheet.rows:
        return None
    at = 0 if sheet.header_first else _header_position(sheet.rows)
    header = sheet.rows[at]
    rows = [row for row in sheet.rows[at + 1 :] if any(cell is not None for cell in row.cells)]
    width = max(len(row.cells) for row in (header, *rows))
    used = [column for column in range(width) if _is_used(column, header, rows)]
    if not used:
        return None
    _check_size(len(rows), len(used))
    above = sheet.rows[at - 1] if at else None
    columns = _names(header, above, used)
    return SourceTable(
        name=sheet.name,
        columns=columns,
        rows=tuple(
            Row(line=row.line, cells=tuple(_cell(row, column) for column in used)) for row in rows
        ),
        header_line=header.line,
        recognised=_recognised(sheet, header),
        notes=(*sheet.notes, *_wide_rows(header, rows)),
    )


def _recognised(sheet: Sheet, header: Row) -> dict[str, str]:
    if sheet.header_first:
        return dict(sheet.recognised)
    return {**sheet.recognised, _("header in line"): str(header.line)}


def _header_position(rows: Sequence[Row]) -> int:
    """The row with the most known names; without any, the first of the usual width."""
    first = rows[:ROWS_LOOKED_AT]
    scores = [header_score(row.cells) for row in first]
    if max(scores) > 0:
        return scores.index(max(scores))
    widths = Counter(_filled(row) for row in first)
    usual = max(widths, key=lambda width: (widths[width], width))
    return next(at for at, row in enumerate(first) if _filled(row) >= usual)


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row.cells)


def _is_used(column: int, header: Row, rows: Sequence[Row]) -> bool:
    return _cell(header, column) is not None or any(_cell(row, column) is not None for row in rows)


def _cell(row: Row, column: int) -> Cell:
    return row.cells[column] if column < len(row.cells) else None


def _check_size(rows: int, columns: int) -> None:
    if columns > COLUMNS_MAX:
        raise ImportRefused(
            _(
                "The table has %(found)s columns; %(limit)s are allowed. Leave out the columns "
                "that riskreg does not need. Nothing was stored.",
                found=columns,
                limit=COLUMNS_MAX,
            )
        )
    if rows > ROWS_MAX:
        raise ImportRefused(
            _(
                "The table has %(found)s rows; %(limit)s are allowed. Split it and import the "
                "parts one after the other. Nothing was stored.",
                found=rows,
                limit=ROWS_MAX,
            )
        )


def _names(header: Row, above: Row | None, used: Sequence[int]) -> tuple[str, ...]:
    plain = {column: " ".join(text_of(_cell(header, column)).split()) for column in used}
    repeated = {name for name, count in Counter(plain.values()).items() if name and count > 1}
    groups = _groups(above, max(used, default=-1) + 1) if repeated and above else {}
    names: list[str] = []
    for column in used:
        name = plain[column] or _("Column %(number)s", number=column + 1)
        if plain[column] in repeated and groups.get(column):
            name = f"{groups[column]}: {name}"
        names.append(_unique(name, names))
    return tuple(names)


def _groups(above: Row, width: int) -> dict[int, str]:
    """The headings over groups of columns, each reaching to the next; one alone is a title."""
    groups: dict[int, str] = {}
    heading = ""
    for column in range(width):
        heading = " ".join(text_of(_cell(above, column)).split()) or heading
        groups[column] = heading
    return groups if len(set(groups.values()) - {""}) > 1 else {}


def _unique(name: str, taken: Sequence[str]) -> str:
    folded = {other.casefold() for other in taken}
    if name.casefold() not in folded:
        return name
    number = 2
    while f"{name} ({number})".casefold() in folded:
        number += 1
    return f"{name} ({number})"


def _wide_rows(header: Row, rows: Sequence[Row]) -> tuple[Note, ...]:
    width = len(header.cells)
    while width and header.cells[width - 1] is None:
        width -= 1
    wide = [row for row in rows if any(cell is not None for cell in row.cells[width:])]
    if not wide:
        return ()
    message = _(
        "%(count)s rows, this one first, have more cells than the header; the cells beyond it "
        "were kept apart and not read. A delimiter inside a text may be the reason.",
        count=len(wide),
    )
    return (Note(line=wide[0].line, column="", message=message),)
