"""Tables of checklists and operability reviews."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.actions.once import MadeOnce
from riskreg.db import Base, Key, Name, Word
from riskreg.org.confidential import Guarded, confidential_index
from riskreg.org.models import Person, System, Team
from riskreg.reviews.kinds import AnswerValue, Level, ReviewStatus, Severity
from riskreg.risks.kinds import Kind
from riskreg.risks.models import Risk


class Checklist(Base):
    """A named set of statements with its versions."""

    __tablename__ = "checklist"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Name]
    description: Mapped[str] = mapped_column(Text, default="")


class ChecklistVersion(Base):
    """A published version; never edited."""

    __tablename__ = "checklist_version"
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)

    id: Mapped[Key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    number: Mapped[int]
    published_at: Mapped[datetime]
    practices: Mapped[dict[str, Any]]  # {"ci": "chg-1", …}: the practices coverage is counted for

    checklist: Mapped[Checklist] = relationship()
    statements: Mapped[list["Statement"]] = relationship(order_by="Statement.position")


class Statement(Base):
    """One sentence that should be true of a system."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("version_id", "code"),)

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_version.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    area_key: Mapped[str] = mapped_column(String(40))
    area: Mapped[str] = mapped_column(String(120))
    area_about: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text)
    guidance: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[Severity] = mapped_column(Word(Severity))
    level: Mapped[Level] = mapped_column(Word(Level))
    evidence_asked: Mapped[str] = mapped_column(String(300), default="")
    max_age_months: Mapped[int]
    is_starred: Mapped[bool] = mapped_column(default=False)
    seed_impact: Mapped[int]
    seed_likelihood: Mapped[int]
    seed_effort_days: Mapped[int]
    seed_kind: Mapped[Kind] = mapped_column(Word(Kind), default=Kind.OPERATIONAL)
    seed_title: Mapped[str] = mapped_column(String(200), default="")
    seed_cause: Mapped[str] = mapped_column(Text, default="")
    seed_event: Mapped[str] = mapped_column(Text, default="")
    seed_consequence: Mapped[str] = mapped_column(Text, default="")


class Review(Guarded, Base):
    """A review of one system against one checklist version."""

    __tablename__ = "operability_review"
    __table_args__ = (
        Index("ix_operability_review_team", "team_id", "status"),
        confidential_index("operability_review"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Key]
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_version.id"), index=True)
    status: Mapped[ReviewStatus] = mapped_column(
        Word(ReviewStatus), default=ReviewStatus.IN_PROGRESS
    )
    required_level: Mapped[Level] = mapped_column(Word(Level))
    required_reason: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    signed_off_at: Mapped[datetime | None]
    signed_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    sign_off_note: Mapped[str] = mapped_column(Text, default="")
    next_review_on: Mapped[date | None]
    version: Mapped[int] = mapped_column()

    system: Mapped[System] = relationship()
    team: Mapped[Team] = relationship()
    checklist_version: Mapped[ChecklistVersion] = relationship()
    started_by: Mapped[Person | None] = relationship(foreign_keys=[started_by_id])
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=[submitted_by_id])
    signed_off_by: Mapped[Person | None] = relationship(foreign_keys=[signed_off_by_id])
    answers: Mapped[list["Answer"]] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy

    @property
    def ref(self) -> str:
        """What people call it: OR-3."""
        return f"OR-{self.id}"


class Answer(Base):
    """What is known about one statement in one review."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("review_id", "statement_id"),)

    id: Mapped[Key]
    review_id: Mapped[int] = mapped_column(ForeignKey("operability_review.id"))
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    value: Mapped[AnswerValue | None] = mapped_column(Word(AnswerValue))
    reason: Mapped[str] = mapped_column(Text, default="")  # why it does not apply
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_url: Mapped[str] = mapped_column(String(1000), default="")
    evidence_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    waived_until: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    answered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    statement: Mapped[Statement] = relationship()
    answered_by: Mapped[Person | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy


class ReviewComment(MadeOnce, Base):
    """Something said about a review or one of its statements."""

    __tablename__ = "review_comment"

    id: Mapped[Key]
    review_id: Mapped[int] = mapped_column(ForeignKey("operability_review.id"), index=True)
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)

    by: Mapped[Person | None] = relationship()


class ReviewRisk(Base):
    """The risk that stands for a statement which was not met."""

    __tablename__ = "review_risk"
    __table_args__ = (UniqueConstraint("review_id", "statement_id"),)

    id: Mapped[Key]
    review_id: Mapped[int] = mapped_column(ForeignKey("operability_review.id"))
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)

    risk: Mapped[Risk] = relationship()
    review: Mapped[Review] = relationship()
    statement: Mapped[Statement] = relationship()
