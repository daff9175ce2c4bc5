"""Tables of snapshots and the packs made from them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, column_property, declared_attr, mapped_column, relationship

from riskreg.db import Base, Key, Name
from riskreg.org.confidential import KINDS, Secret, belongs_to_secret
from riskreg.org.models import Person, Team

_KINDS = tuple(KINDS.items())


class AboutOne:
    """At most one number says which thing it is about, and so whose secret it is.

    They are no foreign keys: a pack stays when a sample is taken away.
    """

    __tablename__: str

    risk_id: Mapped[int | None] = mapped_column(index=True, sort_order=97)
    incident_id: Mapped[int | None] = mapped_column(index=True, sort_order=97)
    review_id: Mapped[int | None] = mapped_column(index=True, sort_order=97)

    @declared_attr
    def is_confidential(cls) -> Mapped[bool]:  # noqa: N805 - SQLAlchemy gives the class
        """Whether what it is about is confidential now."""
        numbers = {kind.parts[cls.__tablename__] for kind in KINDS.values()}
        columns = {name: getattr(cls, name).column for name in numbers}
        return column_property(belongs_to_secret(cls.__tablename__, columns))

    @property
    def secret(self) -> Secret | None:
        """What a reader has to be privy to."""
        if not self.is_confidential:
            return None
        parts = ((name, getattr(self, kind.parts[self.__tablename__])) for name, kind in _KINDS)
        return next(((name, number) for name, number in parts if number), None)


class Snapshot(AboutOne, Base):
    """Plain values frozen at an instant; the same snapshot gives the same bytes."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_kind", "kind", "team_id", "id"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    subject_ref: Mapped[str] = mapped_column(String(120), default="")
    title: Mapped[Name]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # long; lists do without
    other_team_ids: Mapped[list[Any]]  # teams beside `team` and below that were looked at
    sha256: Mapped[str] = mapped_column(String(64))

    team: Mapped[Team] = relationship()
    made_by: Mapped[Person | None] = relationship()


class Pack(AboutOne, Base):
    """A PDF of a snapshot: asked for, being made, or kept in the data folder."""

    __tablename__ = "pack"

    id: Mapped[Key]
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # one form, one pack
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    paper: Mapped[str] = mapped_column(String(10), default="A4")
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    ready_at: Mapped[datetime | None]
    file_name: Mapped[str] = mapped_column(String(200), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size_bytes: Mapped[int | None]
    page_count: Mapped[int | None]

    snapshot: Mapped[Snapshot] = relationship()
    asked_by: Mapped[Person | None] = relationship()
