"""The queue: enqueue in the business transaction; claim, beat, finish fenced by worker and attempt.

A claim is one statement, so that any number of workers agree on both databases. Whoever lost its
lease cannot finish: every later write names the worker and the attempt that hold the job.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Update

from riskreg.db import db, transaction
from riskreg.errors import Conflict
from riskreg.jobs.kinds import OUTSIDE, JobState
from riskreg.jobs.models import Job, WorkerSeen
from riskreg.jobs.registry import Periodic
from riskreg.lib.dates import now

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=6)
KEEP_FINISHED = timedelta(days=30)

_INSIDE = [~Job.task.startswith(each, autoescape=True) for each in OUTSIDE]


def enqueue(
    task: str,
    payload: Mapping[str, Any],
    *,
    team_id: int | None = None,
    asked_by_id: int | None = None,
    max_attempts: int = 3,
) -> Job:
    """Ask for a piece of work, in the caller's transaction: it exists when the change is saved."""
    instant = now()
    job = Job(
        task=task,
        payload=dict(payload),
        team_id=team_id,
        asked_by_id=asked_by_id,
        created_at=instant,
        run_at=instant,
        max_attempts=max_attempts,
    )
    db.session.add(job)
    db.session.flush()
    return job


def enqueue_tick(periodic: Periodic, instant: datetime) -> None:
    """Ask for this turn of a periodic task; however many workers do so, there is one job."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    with transaction():
        db.session.execute(
            insert(Job)
            .values(
                task=periodic.task,
                tick=periodic.tick(instant),
                payload={},
                state=JobState.WAITING,
                created_at=instant,
                run_at=instant,
                attempts=0,
                max_attempts=1,
                worker="",
                cancel_asked=False,
                progress_done=0,
                progress_label="",
                error="",
            )
            .on_conflict_do_nothing(index_elements=["task", "tick"])
        )


def claim(worker: str, *, lease: timedelta, after: str = "") -> Job | None:
    """Take the next job that is due or whose worker fell silent; None when there is none.

    `after` is the task done last: after one that waits for somebody else's server, such as a
    letter, other work goes first, so that many letters to a slow mail server never hold it up.
    """
    with transaction():
        instant = database_now()
        _bury_exhausted(instant)
        due = and_(Job.state == JobState.WAITING, Job.run_at <= instant)
        silent = and_(Job.state == JobState.RUNNING, Job.lease_until < instant)
        ready = or_(due, silent)
        held = {"worker": worker, "started_at": instant, "lease_until": instant + lease}
        job_id = _take_first(and_(ready, *_INSIDE), held) if after.startswith(OUTSIDE) else None
        if job_id is None:
            job_id = _take_first(ready, held)
    return None if job_id is None else db.session.get(Job, job_id, populate_existing=True)


def beat(job: Job, *, lease: timedelta) -> bool:
    """Keep the lease; False when the job is no longer ours."""
    return _held(job, lease_until=database_now() + lease)


def show_progress(job: Job, *, done: int, total: int | None, label: str) -> bool:
    """Store how far the work is; False when the job is no longer ours or shall stop."""
    held = _held(job, progress_done=done, progress_total=total, progress_label=label[:200])
    return held and not db.session.scalar(select(Job.cancel_asked).where(Job.id == job.id))


def finish(job: Job, result: Mapping[str, Any] | None) -> bool:
    """The work is done; False when somebody else holds the job by now."""
    return _held(
        job,
        state=JobState.DONE,
        finished_at=database_now(),
        lease_until=None,
        result=dict(result or {}),
    )


def stop_cancelled(job: Job) -> bool:
    """The work stopped because a person asked."""
    return _held(job, state=JobState.CANCELLED, finished_at=database_now(), lease_until=None)


def fail(job: Job, error: str, *, for_good: bool = False) -> bool:
    """The work failed: try again later, each time waiting four times as long, or give up."""
    instant = database_now()
    if for_good or job.attempts >= job.max_attempts:
        return _held(
            job, state=JobState.DEAD, finished_at=instant, lease_until=None, error=error[:4000]
        )
    wait = min(FIRST_WAIT * 4 ** (job.attempts - 1), LONGEST_WAIT)
    return _held(
        job, state=JobState.WAITING, run_at=instant + wait, lease_until=None, error=error[:4000]
    )


def release(job: Job) -> bool:
    """Give the job back untouched, because this worker stops; the attempt does not count."""
    return _held(
        job,
        state=JobState.WAITING,
        run_at=database_now(),
        lease_until=None,
        attempts=job.attempts - 1,
    )


def put_off(tasks: str, *, wait: timedelta) -> None:
    """Let waiting jobs wait at least so long, whose task begins so: what they need is not there."""
    with transaction():
        until = database_now() + wait
        db.session.execute(
            update(Job)
            .where(
                Job.task.startswith(tasks, autoescape=True),
                Job.state == JobState.WAITING,
                Job.run_at < until,
            )
            .values(run_at=until)
            .execution_options(synchronize_session=False)
        )


def retry(job: Job) -> Job:
    """Try a dead or cancelled job again; raises Conflict for any other."""
    if job.state not in {JobState.DEAD, JobState.CANCELLED}:
        raise Conflict(_("This work is not at a standstill; there is nothing to try again."))
    job.state = JobState.WAITING
    job.attempts = 0
    job.run_at = now()
    job.error = ""
    job.cancel_asked = False
    job.finished_at = None
    db.session.flush()
    return job


def cancel(job: Job) -> Job:
    """Stop a job: at once while it waits, at its next step while it runs."""
    if job.state is JobState.RUNNING:
        job.cancel_asked = True
    elif job.state is JobState.WAITING:
        job.state = JobState.CANCELLED
        job.finished_at = now()
    db.session.flush()
    return job


def sweep(before: datetime) -> int:
    """Forget finished jobs older than `before`; returns how many."""
    with transaction():
        result = db.session.execute(
            delete(Job).where(
                Job.state.in_([JobState.DONE, JobState.CANCELLED]), Job.finished_at < before
            )
        )
        db.session.execute(delete(WorkerSeen).where(WorkerSeen.seen_at < before))
    assert isinstance(result, CursorResult)
    return result.rowcount


def saw_worker(name: str) -> None:
    """Note that a worker is alive."""
    with transaction():
        instant = database_now()
        seen = db.session.scalar(select(WorkerSeen).where(WorkerSeen.name == name))
        if seen is None:
            db.session.add(WorkerSeen(name=name, started_at=instant, seen_at=instant))
        else:
            seen.seen_at = instant


def forget_worker(name: str) -> None:
    """A worker says good-bye."""
    with transaction():
        db.session.execute(delete(WorkerSeen).where(WorkerSeen.name == name))


def database_now() -> datetime:
    """The clock that all workers share: PostgreSQL's; with SQLite they share the machine's."""
    if db.engine.dialect.name != "postgresql":
        return now()
    instant = db.session.scalar(select(func.clock_timestamp()))
    assert isinstance(instant, datetime)
    return instant


def _bury_exhausted(instant: datetime) -> None:
    db.session.execute(
        update(Job)
        .where(
            Job.state == JobState.RUNNING,
            Job.lease_until < instant,
            Job.attempts >= Job.max_attempts,
        )
        .values(
            state=JobState.DEAD,
            finished_at=instant,
            lease_until=None,
            error="The worker fell silent in the middle of this work, and no attempt is left.",
        )
        .execution_options(synchronize_session=False)
    )


def _take_first(ready: ColumnElement[bool], held: Mapping[str, Any]) -> int | None:
    """Take the one of these that is due longest, in one statement."""
    chosen = (
        select(Job.id)
        .where(ready)
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken: int | None = db.session.scalar(
        update(Job)
        .where(Job.id == chosen)
        .values(
            **held,
            state=JobState.RUNNING,
            attempts=Job.attempts + 1,
            progress_done=0,
            progress_total=None,
            progress_label="",
            error="",
        )
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return taken


def _held(job: Job, **values: Any) -> bool:
    """Write, if this worker and this attempt still hold the job."""
    statement: Update = (
        update(Job)
        .where(
            Job.id == job.id,
            Job.state == JobState.RUNNING,
            Job.worker == job.worker,
            Job.attempts == job.attempts,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    with transaction():
        result = db.session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
