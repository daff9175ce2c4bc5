"""Reads of imports: kept files of a person, their background work, saved mappings."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.errors import NotFound
from riskreg.imports.models import ImportFile, SavedMapping
from riskreg.imports.texts import gettext as _
from riskreg.jobs.models import Job
from riskreg.org.access import require
from riskreg.org.permissions import Actor, Permission

RECENT = 10


def file_for(
    actor: Actor, file_id: int, *, kind: str = "risks", permission: Permission = Permission.IMPORT
) -> ImportFile:
    """A file of a kind that the actor uploaded; nobody else may see what is in it.

    Raises NotFound, and Forbidden when the actor may no longer import into its team.
    """
    file = db.session.scalar(
        select(ImportFile)
        .where(ImportFile.id == file_id, ImportFile.kind == kind)
        .options(joinedload(ImportFile.team))
    )
    if file is None or actor.person_id is None or file.uploaded_by_id != actor.person_id:
        raise NotFound(_("There is nothing here, or you may not see it."))
    require(actor, permission, file.team, view=Permission.TEAM_VIEW)
    return file


def is_kept(file: ImportFile) -> bool:
    """Whether the contents are still there; does not read them."""
    here = select(ImportFile.id).where(ImportFile.id == file.id, ImportFile.content.is_not(None))
    return db.session.scalar(here) is not None


def job_of(file: ImportFile) -> Job | None:
    """The background work that the file waits for; None when there is none."""
    return db.session.get(Job, file.job_id) if file.job_id is not None else None


def recent_files(actor: Actor, *, kind: str = "risks") -> Sequence[ImportFile]:
    """The last files of a kind that the actor uploaded, newest first."""
    return db.session.scalars(
        select(ImportFile)
        .where(ImportFile.uploaded_by_id == actor.person_id, ImportFile.uploaded_by_id.is_not(None))
        .where(ImportFile.kind == kind)
        .options(joinedload(ImportFile.team))
        .order_by(ImportFile.id.desc())
        .limit(RECENT)
    ).all()


def saved_mappings(kind: str) -> Sequence[SavedMapping]:
    """The mappings that were saved for a kind, by name."""
    return db.session.scalars(
        select(SavedMapping)
        .where(SavedMapping.kind == kind)
        .order_by(SavedMapping.name, SavedMapping.id)
    ).all()
