"""The line before a database of SQLite: first come, first served, and the dead hold nobody up."""

import fcntl
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, monotonic_ns, sleep

import pytest

from riskreg.waiting_line import Line, Turn, line_before

AGAIN_AND_AGAIN = """
import sys
from riskreg.waiting_line import line_before
while turn := line_before(sys.argv[1]).wait(60):
    print("mine", flush=True)
    sys.stdin.readline()
    turn.end()
"""
SOON = 60  # on a machine that others keep busy


class Other:
    """Another process, which stands in line again whenever its turn has ended."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", AGAIN_AND_AGAIN, file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._ending, self._turns = self._process.stdin, self._process.stdout

    def has_turn(self, *, within: float = SOON) -> bool:
        """Whether its turn comes in that time."""
        ready, _, _ = select.select([self._turns], [], [], within)
        return bool(ready) and self._turns.readline() == "mine\n"

    def end(self) -> None:
        """End its turn."""
        print(file=self._ending, flush=True)

    def kill(self) -> None:
        """End the process without a word to it."""
        self._process.kill()
        self._process.wait()
        self._ending.close()
        self._turns.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a database could be."""
    return tmp_path / "riskreg.db"


@pytest.fixture
def line(file: Path) -> Line:
    """The line of this process before it."""
    return line_before(str(file))


@pytest.fixture
def others(file: Path) -> Iterator[Callable[[], Other]]:
    """Makes other processes: the first has the turn, the next stand behind it."""
    with ExitStack() as stack:

        def come() -> Other:
            came_at = monotonic_ns()
            other = Other(file)
            stack.callback(other.kill)
            wait_until(lambda: is_standing_there(file, came_at))
            return other

        yield come


def is_standing_there(file: Path, since: int) -> bool:
    """Whether another process came after that moment; this one must not be in line itself."""
    with file.with_name("riskreg.db-line").open("a") as opened:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, 0, since)
        except OSError:
            return True
    return False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + SOON
    while not holds():
        assert monotonic() < deadline
        sleep(0.001)


def turn_in(line: Line, seconds: float = SOON) -> Turn:
    turn = line.wait(seconds)
    assert turn is not None
    return turn


def test_a_process_serves_its_threads_in_the_order_of_their_coming(line: Line) -> None:
    served = []

    def stand(number: int) -> None:
        turn = turn_in(line)
        served.append(number)
        turn.end()

    turn = turn_in(line)
    with ThreadPoolExecutor(8) as pool:
        for number in range(8):
            pool.submit(stand, number)
            wait_until(lambda: len(line._others) == number + 1)  # noqa: B023 - called at once
        turn.end()
    assert served == list(range(8))


def test_nobody_overtakes_another_process_and_the_dead_hold_nobody_up(
    others: Callable[[], Other],
) -> None:
    first, second, third = others(), others(), others()
    assert first.has_turn()
    first.end()  # and stands in line again
    assert second.has_turn()
    second.kill()
    assert third.has_turn()
    assert not first.has_turn(within=0)
    third.end()
    assert first.has_turn()


def test_who_waited_in_vain_is_in_nobodys_way(line: Line, others: Callable[[], Other]) -> None:
    other = others()
    assert other.has_turn()
    assert line.wait(0.01) is None
    for _ in range(2):
        other.end()
        assert other.has_turn()
    other.kill()
    turn_in(line).end()


def test_without_a_file_a_process_has_its_own_line(tmp_path: Path) -> None:
    for nowhere in (str(tmp_path / "no folder/riskreg.db"), None, ":memory:"):
        line = line_before(nowhere)
        turn = turn_in(line)
        assert turn.file is None
        assert line.wait(0.01) is None
        turn.end()
        turn_in(line).end()
    assert not list(tmp_path.iterdir())


def test_a_database_has_one_line_by_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert line_before(f"{tmp_path}/link/riskreg.db") is line_before(f"{tmp_path}/riskreg.db")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_command_of_root_does_not_keep_the_service_out(tmp_path: Path) -> None:
    database = tmp_path / "riskreg.db"
    database.touch()
    os.chown(database, 12_345, 12_345)
    turn = line_before(str(database)).wait(SOON)
    assert turn is not None
    turn.end()
    assert {path.stat().st_uid for path in tmp_path.iterdir()} == {12_345}
