"""Tables of imports: saved mappings, uploads waiting for a decision, and what came of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.db import Base, Key, Name
from riskreg.org.models import Person, Team


class SavedMapping(Base):
    """A mapping of columns a person made and named, to use again."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[Name]
    mapping: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class ImportFile(Base):
    """An uploaded file: kept until it is applied or a day old; the report stays.

    `mapping` holds the decisions of the person (see riskreg.imports.decisions), `report` what the
    last preview or the import itself said, `problem` why the file was refused; `job_id` names the
    background work that is to make the report, and outlives the job's own row.
    """

    __tablename__ = "import_file"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size_bytes: Mapped[int]
    mapping: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    applied_at: Mapped[datetime | None]
    job_id: Mapped[int | None]
    problem: Mapped[str] = mapped_column(Text, default="")

    team: Mapped[Team] = relationship()
    uploaded_by: Mapped[Person | None] = relationship()
