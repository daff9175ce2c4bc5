"""SIGKILL of the worker, again and again, while a moody mail server takes letters from it."""

import random
import subprocess
import sys
import time
from typing import Any

import sqlalchemy as sa
from aiosmtpd.smtp import Envelope, Session

from drills.outcome import Outcome, compare
from drills.stage import Stage
from riskreg.db import db, transaction
from riskreg.jobs.kinds import JobState
from riskreg.jobs.mail import post
from riskreg.jobs.models import Job
from riskreg.lib.dates import now
from riskreg.org.letters import TASK
from riskreg.org.models import Person
from tests.mail_server import Postbox, mail_server

SHORT, LONG, CONTROL_SIZE = 10, 50, 2
DATABASES = ("sqlite", "postgresql")
CONTROL = "letters that are handed in once, whatever comes of it"
PROMISE = "No letter is lost, and a second copy of one carries the same number."
TRIES, ACKED = "kills", "letters"
LETTERS_PER_KILL = 30
BUSY_SHARE, SILENT_SHARE = 0.05, 0.02
LAST_SECONDS = 180


class MoodyPostbox(Postbox):
    """Now and then it is too busy, or takes a letter and hangs up before it says so."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = random.Random(7)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd asks for these names
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Maybe not now."""
        if self.rng.random() < BUSY_SHARE:
            return "421 Too busy"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        """Maybe without a word."""
        if self.rng.random() < SILENT_SHARE:
            self.answers = ["drop"]
        return await super().handle_DATA(server, session, envelope)


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Kill so many times; each time after some more letters were handed in."""
    rng, box = random.Random(size), MoodyPostbox()
    with mail_server(box=box):
        asked = _ask(stage, size * LETTERS_PER_KILL, tries=1 if control else None)
        for number in range(1, size + 1):
            worker = _worker(stage, box)
            _wait(stage, box, number * LETTERS_PER_KILL - rng.randrange(20))
            worker.kill()
            worker.wait()
        worker = _worker(stage, box)
        _wait(stage, box, None)
        worker.terminate()
        worker.wait()
    numbers = [str(letter["Message-ID"]).strip("<>").partition("@")[0] for letter in box.letters]
    again = len(numbers) - len(set(numbers))
    wrong = len(set(numbers) - set(asked)) + stage.faults()
    told = f"{again} handed in twice with one number"
    return compare(size, asked, set(numbers), wrong=wrong, told=told)


def _ask(stage: Stage, count: int, *, tries: int | None) -> list[str]:
    """The numbers of letters that wait."""
    with stage.looking_in(), transaction():
        person_id = db.session.scalar(sa.select(sa.func.min(Person.id)))
        about = {"person_id": person_id, "notice": "password", "at": now().isoformat()}
        jobs = [post(TASK, about) for _ in range(count)]
        for job in jobs:
            job.max_attempts = tries or job.max_attempts
        return [job.payload["number"] for job in jobs]


def _worker(stage: Stage, box: Postbox) -> subprocess.Popen[bytes]:
    environ = stage.environ | {
        "RISKREG_BASE_URL": "https://risks.example.org",
        "RISKREG_SMTP_HOST": box.server.host,
        "RISKREG_SMTP_PORT": str(box.server.port),
        "RISKREG_SMTP_SECURITY": "none",
        "RISKREG_SMTP_FROM": "riskreg@example.org",
        "RISKREG_JOB_LEASE_SECONDS": "3",
    }
    command = [sys.executable, "-m", "riskreg", "worker"]
    return subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)


def _wait(stage: Stage, box: Postbox, count: int | None) -> None:
    """Until so many letters came, or (None) until none is due; not for ever."""
    deadline = time.monotonic() + LAST_SECONDS
    while time.monotonic() < deadline:
        if count is not None and len(box.letters) >= count:
            return
        if not _is_waiting(stage):
            return
        time.sleep(0.05 if count else 0.5)


def _is_waiting(stage: Stage) -> bool:
    under_way = Job.state.in_([JobState.WAITING, JobState.RUNNING])
    with stage.looking_in():
        return bool(
            db.session.scalar(sa.select(Job.id).where(Job.task == TASK, under_way).limit(1))
        )
