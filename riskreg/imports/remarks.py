"""The warnings and errors of a run over the register; equal ones are told once."""

from __future__ import annotations

from collections.abc import Iterable

from riskreg.imports.kinds import Note
from riskreg.imports.texts import gettext as _

LINES_NAMED = 8


class Remarks:
    """Collects what a person should know, by what it is about."""

    def __init__(self) -> None:
        self.errors: list[Note] = []
        self._warnings: dict[tuple[str, str], list[int]] = {}
        self._of_file: list[Note] = []

    def warn(self, line: int, column: str, message: str) -> None:
        """Warn about a place; the same words about the same column are one warning."""
        self._warnings.setdefault((column, message), []).append(line)

    def warn_of_file(self, message: str) -> None:
        """Warn about the file as a whole."""
        self._of_file.append(Note(line=None, column="", message=message))

    def refuse(self, line: int, column: str, message: str) -> None:
        """Name an error: nothing may be stored."""
        self.errors.append(Note(line=line, column=column, message=message))

    @property
    def warnings(self) -> tuple[Note, ...]:
        """Everything warned about, in order of the lines."""
        gathered = (
            Note(line=lines[0], column=column, message=_with_lines(message, lines[1:]))
            for (column, message), lines in self._warnings.items()
        )
        return (*self._of_file, *sorted(gathered, key=lambda note: note.line or 0))


def lines_in_words(lines: Iterable[int]) -> str:
    """Return "3, 9 and 12 more" for many lines, all of them for a few."""
    known = list(lines)
    named = ", ".join(str(line) for line in known[:LINES_NAMED])
    more = len(known) - LINES_NAMED
    return _("%(lines)s and %(count)s more", lines=named, count=more) if more > 0 else named


def _with_lines(message: str, others: list[int]) -> str:
    if not others:
        return message
    return _("%(told)s Also in line %(lines)s.", told=message, lines=lines_in_words(others))
