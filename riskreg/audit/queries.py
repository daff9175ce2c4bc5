"""Read the trail."""

from collections.abc import Sequence

from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db


def entries_of(subject_type: str, subject_id: int, *, limit: int = 50) -> Sequence[AuditEntry]:
    """What was done to one thing, newest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()
