"""Reads of packs and snapshots."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.errors import NotFound
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.org.access import note_shown, team_ids, visible
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.packs.kinds import PackKind, PackState
from riskreg.packs.models import Pack, Snapshot

WITH_THE_TEN = (PackKind.TOP_TEN, PackKind.LEADERSHIP)
SHOWN = 50


def packs_for(actor: Actor, team: Branch | None, *, limit: int = SHOWN) -> list[Pack]:
    """Packs of the team and below that the actor may read, newest first."""
    found = db.session.scalars(
        select(Pack)
        .where(visible(actor, Permission.PACK_VIEW, Pack.team_id, below=team))
        .options(joinedload(Pack.snapshot).joinedload(Snapshot.team), joinedload(Pack.asked_by))
        .order_by(Pack.id.desc())
        .limit(limit)
    ).all()
    seen = team_ids(actor, Permission.PACK_VIEW)
    return [pack for pack in found if _all_seen(pack, seen)]


def pack_for(actor: Actor, pack_id: int, permission: Permission = Permission.PACK_VIEW) -> Pack:
    """A pack, for those who may read about every team it holds something of; else NotFound."""
    pack = db.session.scalar(
        select(Pack)
        .where(Pack.id == pack_id, visible(actor, permission, Pack.team_id))
        .options(joinedload(Pack.snapshot).joinedload(Snapshot.team), joinedload(Pack.asked_by))
    )
    if pack is None or not _all_seen(pack, team_ids(actor, Permission.PACK_VIEW)):
        raise NotFound(_("There is nothing here, or you may not see it."))
    if pack.secret is not None:
        note_shown([pack.secret])
    return pack


def jobs_of(packs: Sequence[Pack]) -> dict[int, Job]:
    """The job of each pack, by the pack's id; jobs of long ago are forgotten."""
    ids = [pack.job_id for pack in packs if pack.job_id is not None]
    found = {job.id: job for job in db.session.scalars(select(Job).where(Job.id.in_(ids)))}
    return {pack.id: found[pack.job_id] for pack in packs if pack.job_id in found}


def state_of(pack: Pack, job: Job | None) -> PackState:
    """Where a pack stands; a file that was put away can be made again."""
    states = {
        JobState.WAITING: PackState.WAITING,
        JobState.RUNNING: PackState.MAKING,
        JobState.DEAD: PackState.FAILED,
        JobState.CANCELLED: PackState.STOPPED,
    }
    if job is not None and job.state in states:
        return states[job.state]
    if pack.file_name:
        return PackState.READY
    return PackState.PUT_AWAY if pack.ready_at else PackState.FAILED


def pack_of_form(form_key: str, person_id: int | None) -> Pack | None:
    """The pack that this very form has asked for already."""
    return db.session.scalar(
        select(Pack).where(Pack.form_key == form_key, Pack.asked_by_id == person_id)
    )


def unfinished_packs(person_id: int) -> int:
    """How many packs of a person wait or are being made."""
    query = (
        select(func.count(Pack.id))
        .join(Job, Job.id == Pack.job_id)
        .where(Pack.asked_by_id == person_id)
        .where(Job.state.in_([JobState.WAITING, JobState.RUNNING]))
    )
    return db.session.scalar(query) or 0


def earlier_ten(team: Team, *, until: datetime) -> Snapshot | None:
    """The team's ten as some earlier pack froze them in their usual order; None without one.

    It is the newest made by `until`, so that a pack made twice in a morning is not compared with
    itself; where all are newer, the newest.
    """
    return db.session.scalar(
        select(Snapshot)
        .where(Snapshot.kind.in_(WITH_THE_TEN), Snapshot.team_id == team.id)
        .where(Snapshot.subject_ref == "")
        .order_by(case((Snapshot.made_at <= until, 0), else_=1), Snapshot.id.desc())
        .limit(1)
    )


def _all_seen(pack: Pack, seen: list[int] | None) -> bool:
    return seen is None or set(pack.snapshot.other_team_ids) <= set(seen)
