"""Read the trail page by page: only what happened where the reader may look."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.lib.dates import day_end, day_start
from riskreg.org.access import note_shown, secrets_among, visible
from riskreg.org.confidential import KINDS, Secret
from riskreg.org.permissions import Actor, Permission
from riskreg.trail.filters import NAME, TrailFilter

PAGE_SIZE = 50
# The tables behind the letters of a name; a post-mortem goes by the name of its incident.
TABLES = {"R": "risk", "A": "action_item", "I": "incident", "OR": "operability_review"}

_GUARDED = {*KINDS, *(part for kind in KINDS.values() for part in kind.parts)}


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """Some entries, newest first, and whether there are more on either side."""

    entries: Sequence[AuditEntry]
    more_before: bool
    more_after: bool


def entries(
    actor: Actor, wanted: TrailFilter, *, after: int | None = None, before: int | None = None
) -> EntryPage:
    """The newest entries, those older than the id `after`, or the next newer than `before`.

    Entries that belong to no team (people, sign-ins, the matrix) are for those who may look at
    the whole organisation.
    """
    found = _entries(actor, wanted, after=after, before=before)
    note_shown(_secrets_of(actor, found.entries))
    return found


def _entries(
    actor: Actor, wanted: TrailFilter, *, after: int | None, before: int | None
) -> EntryPage:
    query = select(AuditEntry).where(*_conditions(actor, wanted)).limit(PAGE_SIZE + 1)
    if before is not None:
        query = query.where(AuditEntry.id > before).order_by(AuditEntry.id)
        found = db.session.scalars(query).all()
        more = len(found) > PAGE_SIZE
        shown = list(reversed(found[:PAGE_SIZE]))
        return EntryPage(entries=shown, more_before=more, more_after=True)
    if after is not None:
        query = query.where(AuditEntry.id < after)
    found = db.session.scalars(query.order_by(AuditEntry.id.desc())).all()
    return EntryPage(
        entries=found[:PAGE_SIZE],
        more_before=after is not None,
        more_after=len(found) > PAGE_SIZE,
    )


def _secrets_of(actor: Actor, shown: Sequence[AuditEntry]) -> set[Secret]:
    """What confidential the entries tell of: they show its texts as they were and are."""
    found: set[Secret] = set()
    for name in _GUARDED & {entry.subject_type for entry in shown}:
        ids = [entry.subject_id or 0 for entry in shown if entry.subject_type == name]
        found |= secrets_among(actor, name, ids)
    return found


def _conditions(actor: Actor, wanted: TrailFilter) -> list[ColumnElement[bool]]:
    team_id: ColumnElement[int] = AuditEntry.team_id  # type: ignore[assignment]  # None is in no team
    found = [visible(actor, Permission.TRAIL_VIEW, team_id, below=wanted.below)]
    if wanted.actor_id is not None:
        found.append(AuditEntry.actor_id == wanted.actor_id)
    if wanted.action:
        found.append(AuditEntry.action == wanted.action)
    if wanted.subject:
        found.append(AuditEntry.subject_type == wanted.subject)
    if wanted.ref:
        found.append(_about(wanted.ref))
    if wanted.first_on is not None:
        found.append(AuditEntry.at >= day_start(wanted.first_on, actor.timezone))
    if wanted.last_on is not None:
        found.append(AuditEntry.at < day_end(wanted.last_on, actor.timezone))
    return found


def _about(ref: str) -> ColumnElement[bool]:
    """By table and number where the name says them, so that an index finds them."""
    match = NAME.fullmatch(ref)
    if match is None:
        return AuditEntry.subject_ref == ref
    letters, number = match[1], int(match[2])
    named = and_(AuditEntry.subject_type == TABLES[letters], AuditEntry.subject_id == number)
    if letters != "I":
        return named
    return or_(named, and_(AuditEntry.subject_type == "postmortem", AuditEntry.subject_ref == ref))
