"""Read the trail."""

from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db


def entries_of(subject_type: str, subject_id: int, *, limit: int = 50) -> Sequence[AuditEntry]:
    """What was done to one thing, newest first."""
    wanted = {"subject_type": subject_type, "subject_id": subject_id, "most": limit}
    return db.session.scalars(_ENTRIES, wanted).all()


_ENTRIES = (
    select(AuditEntry)
    .where(
        AuditEntry.subject_type == bindparam("subject_type"),
        AuditEntry.subject_id == bindparam("subject_id"),
    )
    .order_by(AuditEntry.id.desc())
    .limit(bindparam("most", type_=Integer))
)
