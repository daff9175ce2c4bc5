"""The warnings and errors of a run: one for each line, and equal ones told once to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from riskreg.imports.kinds import Note
from riskreg.imports.texts import gettext as _

LINES_NAMED = 8


class Remarks:
    """Collects what a person should know; each remark names its line and column."""

    def __init__(self) -> None:
        self.errors: list[Note] = []
        self._warnings: list[Note] = []

    def warn(self, line: int, column: str, message: str) -> None:
        """Warn about a place; the same words about the same column are later told as one."""
        self._warnings.append(Note(line=line, column=column, message=message))

    def refuse(self, line: int, column: str, message: str) -> None:
        """Name an error: nothing may be stored."""
        self.errors.append(Note(line=line, column=column, message=message))

    @property
    def warnings(self) -> tuple[Note, ...]:
        """Everything warned about, in order of the lines."""
        return tuple(sorted(self._warnings, key=lambda note: note.line or 0))


def gathered(notes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the same words about the same column once, in order of the first lines.

    The other lines are listed under `also`; `spread` makes them remarks of their own again. A file
    of 20,000 lines that all say the same is kept and shown in this form.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for note in notes:
        first = found.setdefault((note["column"], note["message"]), {**note, "also": []})
        if first["line"] != note["line"]:
            first["also"].append(note["line"])
    return list(found.values())


def spread(notes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one remark for each line of what was `gathered`, in order of the lines."""
    found = [
        {"line": line, "column": note["column"], "message": note["message"]}
        for note in notes
        for line in (note["line"], *note.get("also", ()))
    ]
    return sorted(found, key=lambda note: note["line"] or 0)


def in_words(note: Mapping[str, Any]) -> str:
    """Return the message of a gathered remark, with the other lines that it is about."""
    others: Sequence[int] = note.get("also", ())
    if not others:
        return str(note["message"])
    return _("%(told)s Also in line %(lines)s.", told=note["message"], lines=lines_in_words(others))


def lines_in_words(lines: Sequence[int]) -> str:
    """Return "3, 9 and 12 more" for many lines, all of them for a few."""
    named = ", ".join(str(line) for line in lines[:LINES_NAMED])
    more = len(lines) - LINES_NAMED
    return _("%(lines)s and %(count)s more", lines=named, count=more) if more > 0 else named
