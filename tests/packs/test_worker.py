"""Packs in the background: made, made again, swept."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from riskreg.db import db, transaction
from riskreg.errors import Unavailable
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.jobs.registry import handler_of
from riskreg.jobs.worker import Worker
from riskreg.lib.dates import now
from riskreg.lib.hashing import sha256
from riskreg.org.models import Person
from riskreg.packs.engine import Step, load_weasyprint
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Pack
from riskreg.packs.services import file_path, make_again
from riskreg.packs.tasks import format_step, progress_of
from tests.factories import actor, make_person, make_team
from tests.packs.factories import keep, make_pack
from tests.risks.factories import make_risk

pytestmark = pytest.mark.pdf


@pytest.fixture
def pango() -> None:
    try:
        load_weasyprint()
    except Unavailable as error:
        pytest.skip(error.message)


@pytest.mark.usefixtures("pango")
def test_is_made_put_away_and_made_again_the_same(app: Flask) -> None:
    home = app.config["SETTINGS"].home
    team = make_team()
    person = make_person(team)
    make_risk(team, 5, 5)
    pack_id, person_id = make_pack(person, team, PackKind.REGISTER).id, person.id
    first = work(app, pack_id)
    path, fingerprint = file_path(first, home), first.sha256
    assert sha256(path.read_bytes()) == fingerprint
    assert (first.size_bytes, first.page_count) == (path.stat().st_size, 4)
    with transaction():
        db.session.get_one(Pack, pack_id).ready_at = now() - timedelta(hours=25)
    sweep = handler_of("pack.sweep")
    assert sweep is not None
    assert sweep(None) == {"put_away": 1, "parts_gone": 0}
    assert not path.exists()
    with transaction():
        make_again(actor(db.session.get_one(Person, person_id)), db.session.get_one(Pack, pack_id))
    assert work(app, pack_id).sha256 == fingerprint
    assert sha256(path.read_bytes()) == fingerprint


def test_the_sweep_keeps_what_is_fresh(app: Flask) -> None:
    team = make_team()
    path = keep(make_pack(make_person(team), team))
    sweep = handler_of("pack.sweep")
    assert sweep is not None
    assert sweep(None) == {"put_away": 0, "parts_gone": 0}
    assert path.exists()


@pytest.mark.usefixtures("pango")
def test_is_made_by_another_worker_when_the_first_is_killed(app: Flask) -> None:
    team = make_team()
    for _ in range(40):
        make_risk(team, 5, 5)
    pack = make_pack(make_person(team), team, PackKind.REGISTER)
    with worker_process(app) as process:
        wait_until(lambda: job_of(pack.id).progress_done > 0)
        process.send_signal(signal.SIGKILL)
    assert job_of(pack.id).state == JobState.RUNNING
    assert db.session.get_one(Pack, pack.id).ready_at is None
    with worker_process(app):
        wait_until(lambda: job_of(pack.id).state == JobState.DONE)
    assert job_of(pack.id).attempts == 2
    made = db.session.get_one(Pack, pack.id)
    content = file_path(made, app.config["SETTINGS"].home).read_bytes()
    assert (sha256(content), content[:5]) == (made.sha256, b"%PDF-")


def test_progress_is_told_in_words() -> None:
    shown: list[tuple[int, int | None, str]] = []

    class Context:
        payload: dict[str, object]
        job_id = 1

        def progress(self, done: int, total: int | None, label: str) -> None:
            shown.append((done, total, label))

    show = progress_of(Context(), pages=None)
    for step, page in (
        (Step.READING, 0),
        (Step.LAYING_OUT, 2),
        (Step.DRAWING, 0),
        (Step.JOINING, 2),
    ):
        show(step, page)
    assert shown == [
        (0, None, "Reading the snapshot"),
        (2, None, "Laying out page 2"),
        (2, None, "Drawing 2 pages"),
        (2, None, "Joining 2 pages"),
    ]
    assert format_step(Step.LAYING_OUT, 1, 7) == "Laying out page 1"


def work(app: Flask, pack_id: int) -> Pack:
    """Let a worker of this process do the one job there is."""
    db.session.remove()
    with ThreadPoolExecutor(max_workers=1) as executor:
        assert Worker(app, lease=timedelta(seconds=60)).work_once(executor)
    assert job_of(pack_id).state == JobState.DONE, job_of(pack_id).error
    return db.session.get_one(Pack, pack_id)


def job_of(pack_id: int) -> Job:
    """The job as it is in the database."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Job, db.session.get_one(Pack, pack_id).job_id)


def worker_process(app: Flask) -> subprocess.Popen[bytes]:
    """A real worker on the same database, with a short lease."""
    settings = app.config["SETTINGS"]
    environ = os.environ | {
        "RISKREG_HOME": str(settings.home),
        "RISKREG_DATABASE_URL": settings.database_url,
        "RISKREG_JOB_LEASE_SECONDS": "3",
    }
    return Stopped(
        [sys.executable, "-m", "riskreg", "worker"], env=environ, stderr=subprocess.DEVNULL
    )


class Stopped(subprocess.Popen[bytes]):
    """A process that is told to stop at the end of the with block."""

    def __exit__(self, *_details: object) -> None:
        self.terminate()
        self.wait(timeout=30)


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
