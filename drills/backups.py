"""Backups while eight people file risks: each holds what was acknowledged before it began."""

import subprocess
import sys
from pathlib import Path

from drills.clients import at_work
from drills.outcome import Outcome, compare, total
from drills.stage import Server, Stage, restored_titles

SHORT, LONG, CONTROL_SIZE = 8, 50, 2
DATABASES = ("sqlite", "postgresql")
CONTROL = "the first backup, held against all that came after it too"

PROMISE = "A backup made while people work holds everything acknowledged before it began."
TRIES, ACKED = "backups restored", "risks looked for in them"


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Make so many, verify each, restore each, and look for what was acknowledged before."""
    made: list[tuple[Path, set[str]]] = []
    with Server(stage), at_work(stage) as load:
        for number in range(size):
            load.wait_for(20)
            file, before = stage.settings.home / f"copy-{number}", set(load.acked)
            _riskreg(stage, "backup", str(file))
            made.append((file, before))
        load.wait_for(20)
    if control:
        made = [(made[0][0], set(load.acked))]
    return total(len(made), [_held(stage, file, before) for file, before in made])


def _held(stage: Stage, file: Path, before: set[str]) -> Outcome:
    _riskreg(stage, "backup", "--verify", str(file))
    return compare(1, before, restored_titles(stage, file))


def _riskreg(stage: Stage, *arguments: str) -> None:
    command = [sys.executable, "-m", "riskreg", *arguments]
    subprocess.run(command, env=stage.environ, capture_output=True, check=True)
