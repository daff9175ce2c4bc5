"""Whoever wants to write to a database of SQLite waits in line here: first come, first served.

SQLite itself lets those who wait ask again and again, and whoever has bad luck is never the one.
The line says only who asks next; SQLite still says who writes. So where there is none (a disk that
can only be read), or where it does not move on, one asks SQLite all the same.

Inside a process the next is told. Between processes the first of each locks one byte of an empty
file beside the database, numbered by the moment of coming, and has the turn when all bytes before
it can be locked too. The system itself frees what a process held that has died.
"""

import fcntl
import os
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from time import monotonic, monotonic_ns, sleep

SUFFIX = "-line"
LOOK_AGAIN_SECONDS = 0.001
LOOK_AGAIN_SECONDS_MAX = 0.02  # of who has waited for long


class Line:
    """The line before one database."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._guard = Lock()
        self._has_first = False
        self._others: deque[Lock] = deque()

    def wait(self, seconds: float) -> "Turn | None":
        """Stand in line until it is one's turn; None when it did not come in that time."""
        until = monotonic() + seconds
        if not self._become_first(until):
            return None
        turn, came = Turn(line=self, file=self._opened()), False
        try:
            came = turn.file is None or _passed_others(turn.file, until)
            return turn if came else None
        finally:
            if not came:
                turn.end()

    def move_on(self) -> None:
        """Let the next of this process be its first."""
        with self._guard:
            if self._others:
                self._others.popleft().release()
            else:
                self._has_first = False

    def _become_first(self, until: float) -> bool:
        with self._guard:
            if not self._has_first:
                self._has_first = True
                return True
            told = Lock()
            told.acquire()
            self._others.append(told)
        if told.acquire(timeout=max(0.0, until - monotonic())):
            return True
        with self._guard:
            if told not in self._others:  # told in this very moment
                return True
            self._others.remove(told)
            return False

    def _opened(self) -> int | None:
        if self._file is None:
            return None
        with suppress(OSError):
            file = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            if os.geteuid() == 0:
                self._give_to_owner(file)
            return file
        return None

    def _give_to_owner(self, file: int) -> None:
        """As SQLite does with its own: root's command must not keep the service out."""
        with suppress(OSError):
            owner = os.stat(str(self._file).removesuffix(SUFFIX))
            os.fchown(file, owner.st_uid, owner.st_gid)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Somebody's turn to write, until it ends."""

    line: Line
    file: int | None

    def end(self) -> None:
        """Let the next have theirs."""
        if self.file is not None:
            os.close(self.file)  # first, because it frees whatever this process locked in the file
        self.line.move_on()


def line_before(database: str | None) -> Line:
    """This process's line before a database in a file; none but this process has one in memory."""
    if database in (None, "", ":memory:"):
        return Line(None)
    return _line_beside(Path(str(database)).resolve())


@cache  # with two lines before one database a process would free its own locks
def _line_beside(database: Path) -> Line:
    return Line(database.with_name(f"{database.name}{SUFFIX}"))


def _passed_others(file: int, until: float) -> bool:
    """Whether the turn of this process came in time."""
    began, number = monotonic(), 0
    while True:
        number = number or _drawn_number(file)
        if number and _locked(file, start=0, length=number):
            return True
        waited = monotonic() - began
        if began + waited > until:
            return False
        sleep(min(max(waited / 20, LOOK_AGAIN_SECONDS), LOOK_AGAIN_SECONDS_MAX))


def _drawn_number(file: int) -> int:
    """The place in line; 0 where somebody later had their turn in this very moment."""
    number = monotonic_ns()
    return number if _locked(file, start=number, length=1) else 0


def _locked(file: int, *, start: int, length: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
    except (BlockingIOError, PermissionError):  # systems say it in two ways
        return False
    except OSError:
        return True  # a file system without locks: nobody else has any
    return True
