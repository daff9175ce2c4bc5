"""Talking to the person in the terminal, and starting programs for them."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tooling.places import CACHE, LOG, ROOT


class Problem(Exception):
    """Something a person has to put right; the message is one line that says what to do."""


def say(line: str) -> None:
    """Write one line to the terminal, apart from what the programs print for other programs."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell what is going on, and afterwards how long it took."""
    start = time.monotonic()
    say(f"Setting up: {what} ...")
    yield
    say(f"Setting up: {what}: {time.monotonic() - start:.0f} s")


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Let one process at a time set this up; the others wait."""
    if not os.access(ROOT, os.W_OK):
        raise Problem(f"cannot write in {ROOT}; clone the project into a folder of your own.")
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{what}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up of this checkout ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def logged(
    command: Sequence[str | Path], *, cwd: Path | None = None, environ: Mapping[str, str] = {}
) -> tuple[bool, str]:
    """Run a program with its output in the set-up log; return whether it worked, and the output."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output, worked = done.stdout.decode(errors="replace"), done.returncode == 0
    except OSError as fault:
        output, worked = str(fault), False
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(map(str, command))}\n{output}\n")
    return worked, output


def reason(output: str) -> str:
    """Pick the line of a program's output that says best why it failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wrong = [line for line in lines if line.lower().startswith(("error", "e:", "fatal"))]
    return (wrong or lines or ["it said nothing"])[-1]
