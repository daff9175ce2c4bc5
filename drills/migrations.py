"""Five processes bring the tables up to date at once, and some are killed: nothing is half done."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from drills.outcome import Outcome
from drills.stage import Stage, database
from riskreg import create_app, migrate
from riskreg.db import opened
from riskreg.settings import Settings

SHORT, LONG, CONTROL_SIZE = 4, 40, 4
DATABASES = ("sqlite", "postgresql")
CONTROL = "each statement is committed by itself, and nobody waits"
PROMISE = (
    "Several processes may bring the tables up to date at once, and may be killed meanwhile: "
    "the next one finds nothing half done."
)
TRIES, ACKED = "times made from nothing", "processes"
TOGETHER = 5
KILLED_WITHIN_SECONDS = (1.0, 6.0)  # of the start, which takes the first of them


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """From nothing so many times, every second time with kills; `wrong` are tables not whole."""
    dice, wrong = random.Random(size), 0
    for number in range(size):
        with (
            tempfile.TemporaryDirectory(prefix="riskreg-drill-") as folder,
            database("sqlite" if stage.settings.is_sqlite else "postgresql", folder, "made") as url,
        ):
            environ = stage.environ | {"RISKREG_HOME": folder, "RISKREG_DATABASE_URL": url}
            started = [_start(environ, control=control) for _ in range(TOGETHER)]
            kills = number % 2 == 1
            if kills:
                time.sleep(dice.uniform(*KILLED_WITHIN_SECONDS))
                _kill(started)
            ended = [process.wait() for process in started]
            ended += [_start(environ, control=control).wait()] if kills else []
            wrong += (not kills and any(ended)) or ended[-1] != 0 or not _is_whole(folder, url)
    return Outcome(n=size, acked=size * TOGETHER, wrong=wrong, told=f"{TOGETHER} at once")


def _start(environ: dict[str, str], *, control: bool) -> subprocess.Popen[bytes]:
    words = ["drills.hasty_upgrade"] if control else ["riskreg", "db", "upgrade"]
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _kill(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # it ended before
            os.killpg(process.pid, signal.SIGKILL)


def _is_whole(folder: str, url: str) -> bool:
    settings = Settings(home=Path(folder), database_url=url, secret_key="d" * 40)
    with opened(create_app(settings)):
        return migrate.is_current() and not migrate.differences()
