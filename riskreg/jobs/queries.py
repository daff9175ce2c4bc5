"""Reads of the queue."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select

from riskreg.db import db
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job, WorkerSeen
from riskreg.lib.dates import now

ALIVE_WITHIN = timedelta(seconds=60)


def job_page(
    visible: ColumnElement[bool], *, limit: int, before_id: int | None = None
) -> Sequence[Job]:
    """The jobs that a filter lets through, newest first, after `before_id`."""
    query = select(Job).where(visible).order_by(Job.id.desc()).limit(limit)
    return db.session.scalars(query if before_id is None else query.where(Job.id < before_id)).all()


def job_counts(visible: ColumnElement[bool]) -> dict[JobState, int]:
    """How many of the jobs that a filter lets through are in each state."""
    query = select(Job.state, func.count()).where(visible).group_by(Job.state)
    rows = db.session.execute(query).all()
    found = {JobState(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in JobState}


def live_workers() -> Sequence[WorkerSeen]:
    """Workers that were alive a minute ago."""
    return db.session.scalars(
        select(WorkerSeen)
        .where(WorkerSeen.seen_at > now() - ALIVE_WITHIN)
        .order_by(WorkerSeen.name)
    ).all()


def last_done(task: str) -> Job | None:
    """The last job of a task that was done."""
    return _latest(task, Job.state == JobState.DONE)


def last_failed(task: str) -> Job | None:
    """The newest job of a task of which the last try failed, whether or not it is tried again."""
    return _latest(task, Job.state.in_([JobState.WAITING, JobState.DEAD]), Job.error != "")


def _latest(task: str, *conditions: ColumnElement[bool]) -> Job | None:
    return db.session.scalar(
        select(Job).where(Job.task == task, *conditions).order_by(Job.id.desc()).limit(1)
    )
