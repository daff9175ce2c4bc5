"""Bombs of many kinds: each is refused, in little memory and processor time."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from drills.outcome import Outcome
from riskreg.imports.formats.xlsx import FORMAT as WORKBOOK
from riskreg.imports.kinds import ImportRefused
from riskreg.imports.organisation import backstage
from riskreg.imports.reading import read
from tests.imports.bombs import BOOK, CATALOGUES, TEXTS, WORKBOOKS

SHORT, LONG, CONTROL_SIZE = 1, 20, 1
DATABASES = ("sqlite",)
CONTROL = "10 MB and 0.1 s are the most a bomb may take"
PROMISE = "A file that wants to grow is refused within 100 MB and 2 s of processor time."
TRIES, ACKED = "rounds", "bombs refused"
Usage = tuple[float, float, bool]  # MB above the start, seconds, whether it was refused

# A small process between: what a process started from a large one reports begins with its size.
READER = """
import resource, subprocess, sys
command = [sys.executable, "-m", "riskreg.imports.workbooks"]
subprocess.run(command, stdin=sys.stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)
"""


def own_stage(_kind: str) -> nullcontext[None]:
    """No register is needed: files are read before anything is asked of one."""
    return nullcontext()


def run(_stage: Any, size: int, *, control: bool) -> Outcome:
    """Read every bomb so many times; `wrong` were read, or took more than they may."""
    most_mb, most_seconds = (10, 0.1) if control else (100, 2)
    used = [usage for _round in range(size) for usage in _usages()]
    wrong = sum(mb > most_mb or cpu > most_seconds or not refused for mb, cpu, refused in used)
    memory, seconds = max(mb for mb, _, _ in used), max(cpu for _, cpu, _ in used)
    told = f"{len(used) // size} bombs, at most {memory:.0f} MB and {seconds:.1f} s"
    return Outcome(n=size, acked=sum(usage[2] for usage in used), wrong=wrong, told=told)


def _usages() -> Iterator[Usage]:
    start, _seconds = _of_process(BOOK)
    for name, make in WORKBOOKS.items():
        data = make()
        memory, seconds = _of_process(data)
        yield memory - start, seconds, _is_refused(partial(read, data, name))
    for name, make in TEXTS.items():
        data = make()
        assert not WORKBOOK.recognises(data, name)
        yield _of_fork(partial(read, data, name))
    for make in CATALOGUES.values():
        yield _of_fork(partial(backstage.read, make()))


def _of_process(data: bytes) -> tuple[float, float]:
    """What the process that reads workbooks takes, in MB and seconds."""
    command = [sys.executable, "-c", READER]
    answer = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    memory, seconds = answer.split()
    return float(memory), float(seconds)


def _of_fork(reading: Callable[[], object]) -> Usage:
    """What reading takes in a process that begins as a copy of this one."""
    source, target = os.pipe()
    child = os.fork()
    if child == 0:
        memory, seconds = _memory(), _seconds()
        refused = _is_refused(reading)
        answer = (_memory() - memory, _seconds() - seconds, refused)
        os.write(target, json.dumps(answer).encode())
        os._exit(0)
    os.close(target)
    with os.fdopen(source, "rb") as pipe:
        memory, seconds, refused = json.loads(pipe.read())
    os.waitpid(child, 0)
    return memory, seconds, refused


def _is_refused(reading: Callable[[], object]) -> bool:
    try:
        reading()
    except ImportRefused:
        return True
    return False


def _memory() -> float:
    """The most memory this process had, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
