"""Read a workbook in a process of its own: `python -m riskreg.imports.workbooks < file > answer`.

A small file can ask for any amount of memory (one cell in the last corner of a sheet is enough to
make the reader allocate the whole sheet), so the reading runs under limits and may die alone. The
answer is JSON: {"sheets": [{"name", "rows": [[row number, [cell, …]], …]}]} or {"refused": code,
"params": {…}}. Only the standard library and python-calamine are imported here.
"""

from __future__ import annotations

import io
import json
import math
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import python_calamine

from riskreg.imports import limits

ZIP_MAGIC = b"PK\x03\x04"
CHUNK_BYTES = 64 * 1024
# Pictures and printer settings: never needed, and not worth unpacking twice.
SKIPPED_FOLDERS = ("xl/media/", "xl/printerSettings/", "Pictures/", "Thumbnails/")


class Refusal(Exception):
    """The workbook cannot be read; `code` and `params` are put into words by the caller."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def main() -> None:
    """Read standard input, write the answer to standard output."""
    limit_this_process()
    answer: dict[str, Any]
    try:
        answer = {"sheets": list(sheets(sys.stdin.buffer.read()))}
    except Refusal as refusal:
        answer = {"refused": refusal.code, "params": refusal.params}
    json.dump(answer, sys.stdout)


def limit_this_process() -> None:
    """Bound memory and processor time where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES_MAX, limits.MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS_MAX, limits.CPU_SECONDS_MAX))


def sheets(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the visible sheets in the order of the workbook; raises Refusal."""
    if data.startswith(ZIP_MAGIC):
        data = repacked(data)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise Refusal("password") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refusal("damaged") from error
    characters_left = limits.TEXT_CHARACTERS_MAX
    for meta in workbook.sheets_metadata:
        if (
            meta.typ != python_calamine.SheetTypeEnum.WorkSheet
            or meta.visible != python_calamine.SheetVisibleEnum.Visible
        ):
            continue
        rows = _rows(workbook, meta.name)
        characters_left -= sum(len(cell) for _, cells in rows for cell in cells if _is_text(cell))
        if characters_left < 0:
            raise Refusal("text", limit=limits.TEXT_CHARACTERS_MAX)
        yield {"name": meta.name, "rows": rows}


def repacked(data: bytes) -> bytes:
    """Unpack every needed member under the limits and pack them again without compression.

    The reader then sees exactly the bytes that were counted, whatever a forged directory says.
    Raises Refusal.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            _check_directory(source, len(data))
            return _copy(source, len(data))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        # RuntimeError: an encrypted member. NotImplementedError (a subclass): unknown compression.
        raise Refusal("damaged") from error


def _check_directory(source: zipfile.ZipFile, packed_bytes: int) -> None:
    members = source.infolist()
    if len(members) > limits.MEMBERS_MAX:
        raise Refusal("members", found=len(members), limit=limits.MEMBERS_MAX)
    _check_unpacked(sum(member.file_size for member in members), packed_bytes)


def _check_unpacked(unpacked_bytes: int, packed_bytes: int) -> None:
    if unpacked_bytes > limits.UNPACKED_BYTES_MAX:
        raise Refusal("unpacked", limit_mb=limits.UNPACKED_BYTES_MAX // 1024**2)
    if unpacked_bytes > packed_bytes * limits.UNPACKED_RATIO_MAX:
        raise Refusal("ratio", limit=limits.UNPACKED_RATIO_MAX)


def _copy(source: zipfile.ZipFile, packed_bytes: int) -> bytes:
    target = io.BytesIO()
    unpacked_bytes = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        for member in source.infolist():
            if member.is_dir() or member.filename.startswith(SKIPPED_FOLDERS):
                continue
            content = bytearray()
            with source.open(member) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    unpacked_bytes += len(chunk)
                    _check_unpacked(unpacked_bytes, packed_bytes)
                    content += chunk
            _check_entities(content)
            copy.writestr(member.filename, bytes(content))
    return target.getvalue()


def _check_entities(content: bytearray) -> None:
    """Workbooks never declare a document type; one that does wants to expand entities."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        for word in ("<!DOCTYPE", "<!ENTITY"):
            if word.encode(encoding) in content:
                raise Refusal("entities")


def _rows(workbook: python_calamine.CalamineWorkbook, name: str) -> list[tuple[int, list[Any]]]:
    """The rows that hold something, with their number in the sheet, counted from 1."""
    try:
        sheet = workbook.get_sheet_by_name(name)
    except (python_calamine.CalamineError, ValueError) as error:
        raise Refusal("damaged") from error
    if sheet.start is None:
        return []
    left = [None] * sheet.start[1]
    limit = limits.ROWS_MAX + limits.ROWS_ABOVE_HEADER_MAX
    rows: list[tuple[int, list[Any]]] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        plain = left + [_plain(cell) for cell in cells]
        while plain and plain[-1] is None:
            plain.pop()
        if not plain:
            continue
        if len(rows) == limit:
            raise Refusal("rows", sheet=name, limit=limits.ROWS_MAX)
        rows.append((number, plain))
    return rows


def _plain(cell: object) -> Any:
    """A cell as JSON: dates as {"day": "2026-03-01"}, whole numbers without a fraction."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and math.isfinite(cell):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, datetime):
        return {"day": cell.date().isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    return cell if isinstance(cell, str | int) else str(cell)


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


if __name__ == "__main__":
    main()
