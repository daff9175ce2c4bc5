"""Workbooks: XLSX, XLSM, XLSB, XLS and ODS, read by python-calamine in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import Any

from riskreg.imports.cells import clean
from riskreg.imports.kinds import Cell, Format, ImportRefused, Row, Sheet
from riskreg.imports.limits import WALL_SECONDS_MAX
from riskreg.imports.texts import gettext as _

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognises(data: bytes, filename: str) -> bool:
    """By the first bytes, whatever the file is called."""
    return data.startswith((ZIP_MAGIC, OLE_MAGIC))


def read(data: bytes, filename: str) -> tuple[Sheet, ...]:
    """Return the visible sheets that hold something, in their order. Raises ImportRefused."""
    answer = _answer_of_process(data)
    if "refused" in answer:
        raise ImportRefused(_sentence(answer["refused"], answer["params"]))
    return tuple(
        Sheet(
            name=sheet["name"],
            rows=tuple(_row(number, cells) for number, cells in sheet["rows"]),
            recognised={_("sheet"): sheet["name"]},
        )
        for sheet in answer["sheets"]
        if sheet["rows"]
    )


def _answer_of_process(data: bytes) -> dict[str, Any]:
    """Run the reader without our environment, so that a hostile file finds no secrets in it."""
    command = [sys.executable, "-m", "riskreg.imports.workbooks"]
    # `-m` would put the working folder first on the path; the paths of this process are enough.
    environment = {"PYTHONPATH": _path(), "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}
    try:
        process = subprocess.run(  # noqa: S603 - a fixed command; the file arrives on standard input
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=WALL_SECONDS_MAX,
            check=True,
        )
        answer: dict[str, Any] = json.loads(process.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise ImportRefused(_sentence("died", {})) from error
    return answer


def _path() -> str:
    separator = ";" if sys.platform == "win32" else ":"
    return separator.join(entry for entry in sys.path if entry)


def _row(number: int, cells: list[Any]) -> Row:
    return Row(line=number, cells=tuple(clean(_cell(cell), number) for cell in cells))


def _cell(cell: Any) -> Cell:
    if isinstance(cell, dict):
        return date.fromisoformat(cell["day"])
    plain: Cell = cell
    return plain


def _sentence(code: str, params: dict[str, Any]) -> str:
    reason = {
        "password": _("The workbook is protected by a password. Save it without one."),
        "damaged": _(
            "This is not a workbook that riskreg can read, or it is damaged. Open it in a "
            "spreadsheet program and save it as XLSX or CSV."
        ),
        "entities": _(
            "The workbook holds a document type declaration, which no spreadsheet program writes."
        ),
        "members": _("The workbook holds %(found)s parts; %(limit)s are allowed."),
        "unpacked": _("The workbook grows to more than %(limit_mb)s MB when it is unpacked."),
        "ratio": _("The workbook grows to more than %(limit)s times its size when unpacked."),
        "rows": _("The sheet “%(sheet)s” has more than %(limit)s rows. Split it."),
        "text": _("The workbook holds more than %(limit)s characters of text."),
        "died": _(
            "The workbook could not be read: it is damaged, or it needs more memory or time than "
            "an import may use. Save it as CSV, or leave out the sheets riskreg does not need."
        ),
    }[code]
    return f"{reason % params} {_('Nothing was stored.')}"


FORMAT = Format(name="workbook", rank=10, recognises=recognises, read=read)
