"""The table of the trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.db import Base


class AuditEntry(Base):
    """One act: `changes` is {field: [old, new]}; never edited, never deleted.

    `id` counts from 1 without a gap; `digest` chains the entries, see riskreg.audit.chain.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_type", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    subject_ref: Mapped[str] = mapped_column(String(120))
    team_id: Mapped[int | None] = mapped_column(index=True)
    changes: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    rows: Mapped[list[Any]] = mapped_column(deferred=True)  # see riskreg.audit.rows
    digest: Mapped[str] = mapped_column(String(64))
