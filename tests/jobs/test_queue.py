"""The queue: claimed once, fenced, retried, and not lost with its worker."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from riskreg.db import db, transaction
from riskreg.errors import Conflict
from riskreg.jobs import services
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.jobs.registry import Periodic
from riskreg.jobs.worker import Worker
from riskreg.lib.dates import now
from tests.jobs import tasks

LEASE = timedelta(seconds=60)
SLOW = {"steps": 60}

REGISTERED = tasks.__name__  # its import registers the tasks


def enqueue(task: str, **payload: object) -> int:
    """A committed job."""
    with transaction():
        return services.enqueue(task, payload).id


def stored(job_id: int) -> Job:
    """The job as it is in the database."""
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


def work(app: Flask) -> bool:
    """Do one job in this process."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        return Worker(app, lease=LEASE).work_once(executor)


def test_does_a_job_once(app: Flask, tmp_path: Path) -> None:
    job_id = enqueue("test.write", path=str(tmp_path / "out"))
    assert work(app)
    assert not work(app)
    assert (tmp_path / "out").read_text() == f"{job_id}\n"
    assert stored(job_id).state == JobState.DONE
    assert stored(job_id).result == {"lines": 1}


def test_letters_and_other_work_take_turns(app: Flask, tmp_path: Path) -> None:
    letters = [enqueue(task) for task in ("mail.a", "webhook.a")]
    packs = [enqueue("test.write", path=str(tmp_path / "out")) for _ in range(2)]
    with ThreadPoolExecutor(max_workers=1) as executor:
        worker = Worker(app, lease=LEASE)
        while worker.work_once(executor):
            pass
    begun = db.session.scalars(
        select(Job.id).where(Job.started_at.is_not(None)).order_by(Job.started_at, Job.id)
    )
    assert list(begun) == [letters[0], packs[0], letters[1], packs[1]]


def test_a_worker_outlives_a_database_that_is_gone_for_a_while(app: Flask, tmp_path: Path) -> None:
    enqueue("test.write", path=str(tmp_path / "out"))
    gone = OperationalError("", {}, ConnectionError("gone"))
    engine = db.engine

    def refuse(*_asked: object) -> None:
        raise gone

    with ThreadPoolExecutor(max_workers=1) as executor:
        worker = Worker(app, lease=LEASE)
        event.listen(engine, "before_cursor_execute", refuse)
        try:
            assert not worker.turn(executor)
        finally:
            event.remove(engine, "before_cursor_execute", refuse)
        assert worker.turn(executor)
    assert (tmp_path / "out").exists()


def test_a_job_of_a_rolled_back_change_does_not_exist(app: Flask) -> None:
    services.enqueue("test.write", {})
    db.session.rollback()
    assert not work(app)


def test_waits_longer_after_each_failure_then_gives_up(app: Flask) -> None:
    job_id = enqueue("test.fail")
    assert work(app)
    job = stored(job_id)
    assert (job.state, job.error) == (JobState.WAITING, "The printer is out of paper.")
    assert job.run_at > now() + timedelta(seconds=3)
    for _ in range(2):
        with transaction():
            stored(job_id).run_at = now()
        assert work(app)
    assert stored(job_id).state == JobState.DEAD


def test_a_dead_job_is_tried_again_and_a_done_one_is_not(app: Flask, tmp_path: Path) -> None:
    job_id = enqueue("test.write", path=str(tmp_path / "out"))
    assert work(app)
    with pytest.raises(Conflict):
        services.retry(stored(job_id))
    with transaction():
        stored(job_id).state = JobState.DEAD
    with transaction():
        services.retry(db.session.get_one(Job, job_id))
    assert work(app)
    assert stored(job_id).state == JobState.DONE


def test_two_workers_never_hold_the_same_job(app: Flask) -> None:
    for _ in range(20):
        enqueue("test.write", path="unused")
    barrier, claimed = Barrier(4), []

    def take(name: str) -> None:
        with app.app_context():
            barrier.wait()
            while (job := services.claim(name, lease=LEASE)) is not None:
                claimed.append(job.id)
            db.session.remove()

    threads = [Thread(target=take, args=(f"worker-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 20


def test_who_lost_the_lease_cannot_finish(app: Flask) -> None:
    job_id = enqueue("test.write", path="unused")
    first = services.claim("first", lease=timedelta(seconds=-1))
    assert first is not None
    db.session.expunge(first)
    second = services.claim("second", lease=LEASE)
    assert second is not None
    db.session.expunge(second)
    assert (second.id, second.attempts) == (job_id, 2)
    assert not services.finish(first, {})
    assert services.finish(second, {"by": "second"})
    assert stored(job_id).result == {"by": "second"}


def test_a_cancelled_job_stops_at_its_next_step(app: Flask, tmp_path: Path) -> None:
    job_id = enqueue("test.slow", path=str(tmp_path / "out"), **SLOW)
    thread = Thread(target=work, args=(app,))
    thread.start()
    wait_until(lambda: stored(job_id).progress_done > 0)
    with transaction():
        services.cancel(db.session.get_one(Job, job_id))
    thread.join(timeout=10)
    assert stored(job_id).state == JobState.CANCELLED
    assert not (tmp_path / "out").exists()


def test_a_turn_of_a_periodic_task_is_asked_for_once(app: Flask) -> None:
    periodic, instant = Periodic(task="test.write", every=timedelta(hours=1)), now()
    for _ in range(3):
        services.enqueue_tick(periodic, instant)
    services.enqueue_tick(periodic, instant + timedelta(hours=1))
    assert db.session.scalar(select(func.count(Job.id))) == 2


def test_a_killed_worker_loses_nothing(app: Flask, tmp_path: Path) -> None:
    job_id = enqueue("test.slow", path=str(tmp_path / "out"), **SLOW)
    with worker_process(app) as process:
        wait_until(lambda: stored(job_id).progress_done > 0)
        process.send_signal(signal.SIGKILL)
    assert stored(job_id).state == JobState.RUNNING
    with worker_process(app):
        wait_until(lambda: stored(job_id).state == JobState.DONE, seconds=40)
    assert stored(job_id).attempts == 2
    assert (tmp_path / "out").read_text() == f"{job_id}\n"


def worker_process(app: Flask) -> subprocess.Popen[bytes]:
    """A real worker on the same database, with a short lease."""
    settings = app.config["SETTINGS"]
    environ = os.environ | {
        "RISKREG_HOME": str(settings.home),
        "RISKREG_DATABASE_URL": settings.database_url,
        "RISKREG_JOB_LEASE_SECONDS": "3",
    }
    code = "import tests.jobs.tasks, sys; from riskreg.cli import main; sys.exit(main(['worker']))"
    return Stopped([sys.executable, "-c", code], env=environ)


class Stopped(subprocess.Popen[bytes]):
    """A process that is told to stop at the end of the with block."""

    def __exit__(self, *_details: object) -> None:
        self.terminate()
        self.wait(timeout=30)


def wait_until(condition: object, seconds: float = 20) -> None:
    """Wait for something another process does."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
