"""Tables of background work: the queue, the schedule's ticks and the workers seen."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.db import Base, Key, Word
from riskreg.jobs.kinds import JobState


class Job(Base):
    """A piece of work: what people see of it is this row."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_ready", "state", "run_at", "id"),
        UniqueConstraint("task", "tick"),
    )

    id: Mapped[Key]
    task: Mapped[str] = mapped_column(String(60))
    tick: Mapped[str | None] = mapped_column(String(60))  # periodic jobs: which turn this is
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(Word(JobState), default=JobState.WAITING)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=3)
    worker: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    progress_label: Mapped[str] = mapped_column(String(200), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[dict[str, Any] | None]


class WorkerSeen(Base):
    """A worker process and when it was last alive."""

    __tablename__ = "worker_seen"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
