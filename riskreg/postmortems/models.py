"""Tables of incidents and post-mortems."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.actions.once import MadeOnce
from riskreg.db import Base, Key, Name, Word
from riskreg.org.confidential import Guarded, confidential_index
from riskreg.org.models import Person, System, Team
from riskreg.postmortems.kinds import FoundBy, PostmortemStatus
from riskreg.risks.models import Risk

if TYPE_CHECKING:
    from riskreg.reviews.models import Statement


class Incident(Guarded, MadeOnce, Base):
    """Something that went wrong, with its six times; an unknown time is None."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_start", "impact_start_at", "id"),
        Index("ix_incident_team", "team_id", "impact_start_at"),
        confidential_index("incident"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Key]
    title: Mapped[Name]
    severity: Mapped[int]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    summary: Mapped[str] = mapped_column(Text, default="")
    customer_effect: Mapped[str] = mapped_column(Text, default="")
    customer_impact: Mapped[bool] = mapped_column(default=False)
    budget_percent: Mapped[int | None]  # of one error budget, 100 is all of it
    found_by: Mapped[FoundBy | None] = mapped_column(Word(FoundBy))
    impact_start_at: Mapped[datetime]
    detected_at: Mapped[datetime | None]
    paged_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    mitigated_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    team: Mapped[Team] = relationship()
    systems: Mapped[list[System]] = relationship(
        secondary="incident_system", order_by="System.name"
    )
    postmortem: Mapped["Postmortem | None"] = relationship(back_populates="incident")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy

    @property
    def ref(self) -> str:
        """What people call it: I-7."""
        return f"I-{self.id}"


class IncidentSystem(Base):
    """A system that an incident touched."""

    __tablename__ = "incident_system"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"), primary_key=True, index=True)


class Postmortem(Base):
    """What was learned: `sections` is {section key: Markdown}."""

    __tablename__ = "postmortem"

    id: Mapped[Key]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    status: Mapped[PostmortemStatus] = mapped_column(
        Word(PostmortemStatus), default=PostmortemStatus.DRAFT
    )
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    review_due_on: Mapped[date | None] = mapped_column(index=True)
    sections: Mapped[dict[str, Any]]
    causes: Mapped[list[Any]]
    started_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    review_note: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    incident: Mapped[Incident] = relationship(back_populates="postmortem")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    reviewed_by: Mapped[Person | None] = relationship(foreign_keys=[reviewed_by_id])
    ideas: Mapped[list["Idea"]] = relationship(order_by="Idea.id")
    risk_links: Mapped[list["PostmortemRisk"]] = relationship()
    statement_links: Mapped[list["PostmortemStatement"]] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy

    @property
    def ref(self) -> str:
        """It goes by the name of its incident."""
        return f"I-{self.incident_id}"

    @property
    def secret(self) -> tuple[str, int] | None:
        """That of its incident."""
        return self.incident.secret


class Idea(MadeOnce, Base):
    """Something considered; it has no date and promises nothing."""

    __tablename__ = "postmortem_idea"

    id: Mapped[Key]
    postmortem_id: Mapped[int] = mapped_column(ForeignKey("postmortem.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class PostmortemRisk(Base):
    """A risk that foresaw the incident, or that was found by it."""

    __tablename__ = "postmortem_risk"
    __table_args__ = (UniqueConstraint("postmortem_id", "risk_id"),)

    id: Mapped[Key]
    postmortem_id: Mapped[int] = mapped_column(ForeignKey("postmortem.id"))
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    foresaw: Mapped[bool]

    risk: Mapped[Risk] = relationship()


class PostmortemStatement(Base):
    """A checklist statement that would have helped."""

    __tablename__ = "postmortem_statement"
    __table_args__ = (UniqueConstraint("postmortem_id", "statement_id"),)

    id: Mapped[Key]
    postmortem_id: Mapped[int] = mapped_column(ForeignKey("postmortem.id"))
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    was_met: Mapped[bool | None]  # what the latest review said then; None = not known

    statement: Mapped["Statement"] = relationship()
