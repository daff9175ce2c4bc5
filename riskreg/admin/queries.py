"""Reads of background work, for those who may see it."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, or_, select, true

from riskreg.db import db
from riskreg.errors import Forbidden, NotFound
from riskreg.jobs import queries
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.org.access import team_ids
from riskreg.org.models import Person
from riskreg.org.permissions import Actor, Permission


def job_for(actor: Actor, job_id: int, permission: Permission = Permission.JOB_VIEW) -> Job:
    """A piece of work; NotFound where the actor may not see it, Forbidden where only that."""
    job = db.session.scalar(
        select(Job).where(Job.id == job_id, _visible(actor, Permission.JOB_VIEW))
    )
    if job is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    if permission is not Permission.JOB_VIEW and not may_act_on(actor, job):
        raise Forbidden(_("You may look at this, but your role here does not let you change it."))
    return job


def may_act_on(actor: Actor, job: Job) -> bool:
    """Whether the actor may try it again or stop it."""
    if not actor.may_somewhere(Permission.JOB_RETRY):
        return False
    found = select(Job.id).where(Job.id == job.id, _visible(actor, Permission.JOB_RETRY))
    return db.session.scalar(found) is not None


def jobs_for(
    actor: Actor, *, limit: int, before_id: int | None = None
) -> tuple[Sequence[Job], int | None]:
    """(a page of work, newest first; the id to go on after, None at the end)."""
    seen = _visible(actor, Permission.JOB_VIEW)
    found = queries.job_page(seen, limit=limit + 1, before_id=before_id)
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def asked_by(jobs: Sequence[Job]) -> Mapping[int, str]:
    """The names of the people who asked for this work; the schedule's own has none."""
    ids = {job.asked_by_id for job in jobs if job.asked_by_id is not None}
    found = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in found}


def counts_for(actor: Actor) -> Mapping[JobState, int]:
    """How much of the work that the actor may see is in each state."""
    return queries.job_counts(_visible(actor, Permission.JOB_VIEW))


def _visible(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """One's own work and that of the teams where one may; at the root all, of no team too."""
    ids = team_ids(actor, permission)
    if ids is None:
        return true()
    own = Job.asked_by_id == actor.person_id if actor.person_id is not None else false()
    return or_(own, Job.team_id.in_(ids))
