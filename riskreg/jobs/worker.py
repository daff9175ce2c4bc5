"""The worker: takes jobs one at a time and keeps their lease while they run."""

import os
import secrets
import signal
import socket
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from time import monotonic
from types import FrameType
from typing import Any

import structlog
from flask import Flask

from riskreg.db import DATABASE_FAULTS, db
from riskreg.errors import RiskregError
from riskreg.jobs import services
from riskreg.jobs.models import Job
from riskreg.jobs.registry import GiveUp, handler_of, periodic_tasks
from riskreg.lib.dates import now

log = structlog.get_logger()

POLL_SECONDS = 0.5
SEEN_SECONDS = 20.0
PROGRESS_SECONDS = 0.25
DRAIN_SECONDS = 20.0


class Cancelled(Exception):
    """A person asked to stop, or another worker took the job over."""


@dataclass
class JobContext:
    """What a task is given: its payload, and a way to show progress."""

    job: Job
    payload: dict[str, Any]
    job_id: int
    _shown_at: float = field(default=0.0)

    def progress(self, done: int, total: int | None, label: str) -> None:
        """Show how far the work is, at most four times a second; raises Cancelled."""
        if monotonic() - self._shown_at < PROGRESS_SECONDS and done != total:
            return
        self._shown_at = monotonic()
        if not services.show_progress(self.job, done=done, total=total, label=label):
            raise Cancelled


class Worker:
    """One process that works the queue until it is told to stop."""

    def __init__(self, app: Flask, *, lease: timedelta) -> None:
        self.app = app
        self.lease = lease
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"[:80]
        self.stopping = Event()
        self._seen_at = 0.0
        self._last_task = ""

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then finish what is in hand, for 20 seconds at most."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        log.info("worker_started", worker=self.name)
        with ThreadPoolExecutor(max_workers=1) as executor:
            while not self.stopping.is_set():
                if not self.turn(executor):
                    self.stopping.wait(POLL_SECONDS)
        with self.app.app_context(), suppress(*DATABASE_FAULTS):
            services.forget_worker(self.name)
        log.info("worker_stopped", worker=self.name)

    def turn(self, executor: ThreadPoolExecutor) -> bool:
        """Say that we are alive, and do one job; False when there is none, or no database.

        A job whose end could not be stored is taken up again when its lease is over.
        """
        try:
            self._keep_house()
            return self.work_once(executor)
        except DATABASE_FAULTS as error:
            log.warning("worker_without_database", error=str(getattr(error, "orig", error)))
            self._seen_at = 0.0
            return False

    def work_once(self, executor: ThreadPoolExecutor) -> bool:
        """Take and do one job; False when there is none."""
        with self.app.app_context():
            job = services.claim(self.name, lease=self.lease, after=self._last_task)
            if job is None:
                return False
            self._last_task = job.task
            db.session.expunge(job)
            log.info("job_started", job=job.id, task=job.task, attempt=job.attempts)
            future = executor.submit(self._do, job)
            if self._wait_for(future, job):
                self._settle(future, job)
            return True

    def _wait_for(self, future: "Future[dict[str, Any] | None]", job: Job) -> bool:
        """Keep the lease until the work ends; False when draining took too long."""
        told_to_stop_at: float | None = None
        beat_at = monotonic()
        while not wait([future], timeout=POLL_SECONDS / 5).done:
            if monotonic() - beat_at > self.lease.total_seconds() / 3:
                beat_at = monotonic()
                services.beat(job, lease=self.lease)
                self._keep_house()
            if self.stopping.is_set():
                told_to_stop_at = told_to_stop_at or monotonic()
                if monotonic() - told_to_stop_at > DRAIN_SECONDS:
                    services.release(job)
                    os._exit(0)
        return True

    def _do(self, job: Job) -> dict[str, Any] | None:
        handler = handler_of(job.task)
        if handler is None:
            raise RiskregError(f"This version of riskreg does not know the task {job.task}.")
        with self.app.app_context():
            return handler(JobContext(job=job, payload=job.payload, job_id=job.id))

    def _settle(self, future: "Future[dict[str, Any] | None]", job: Job) -> None:
        error = future.exception()
        if error is None:
            services.finish(job, future.result())
            log.info("job_done", job=job.id, task=job.task)
        elif isinstance(error, Cancelled):
            services.stop_cancelled(job)
        else:
            message = (
                error.message
                if isinstance(error, RiskregError)
                else f"{type(error).__name__}: {error}"
            )
            services.fail(job, message, for_good=isinstance(error, GiveUp))
            log.error("job_failed", job=job.id, task=job.task, exc_info=error)

    def _keep_house(self) -> None:
        """Say that we are alive and ask for the periodic tasks whose turn it is."""
        if monotonic() - self._seen_at < SEEN_SECONDS and self._seen_at:
            return
        self._seen_at = monotonic()
        with self.app.app_context():
            services.saw_worker(self.name)
            for periodic in periodic_tasks():
                services.enqueue_tick(periodic, now())

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()
