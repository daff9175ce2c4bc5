"""Tables of the register."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.actions.once import MadeOnce
from riskreg.db import Base, Key, Name, Word
from riskreg.org.confidential import Guarded, confidential_index
from riskreg.org.models import Person, System, Team
from riskreg.risks.kinds import CloseReason, Kind, Size, Status, Tier, Treatment

# Columns of the two orders, all ascending, so that a plain index and one row comparison serve each.
VALUE_ORDER = ("order_value", "order_exposure", "identified_on", "id")
SEVERITY_ORDER = ("order_band", *VALUE_ORDER)
UNKNOWN_LAST = 2**62
PINNED = text("pinned_at IS NOT NULL")
# What lists are counted by: an index of just these answers every count without reading the rows.
COUNTED = (
    "kind",
    "order_band",
    "order_value",
    "effort_days",
    "review_due_on",
    "current_likelihood",
    "current_impact",
    "target_likelihood",
    "target_impact",
    "is_confidential",
)


class MatrixVersion(Base):
    """A version of the matrix; never edited once a risk was scored on it."""

    __tablename__ = "matrix_version"

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[Name]
    definition: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Risk(Guarded, MadeOnce, Base):
    """A scenario that could hurt; the sort keys are derived and stored at write time."""

    __tablename__ = "risk"
    __table_args__ = (
        Index("ix_risk_severity", "status", *SEVERITY_ORDER, "is_confidential"),
        Index("ix_risk_value", "status", *VALUE_ORDER, "is_confidential"),
        Index("ix_risk_team_severity", "team_id", "status", *SEVERITY_ORDER, "is_confidential"),
        Index("ix_risk_team_value", "team_id", "status", *VALUE_ORDER, "is_confidential"),
        confidential_index("risk"),
        Index("ix_risk_counted", "status", "team_id", *COUNTED),
        Index("ix_risk_pinned", "pinned_at", sqlite_where=PINNED, postgresql_where=PINNED),
        Index("ix_risk_import", "team_id", "import_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Key]
    title: Mapped[Name]
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    category: Mapped[str] = mapped_column(String(80), default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    event: Mapped[str] = mapped_column(Text, default="")
    consequence: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    controls: Mapped[str] = mapped_column(Text, default="")
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    system_id: Mapped[int | None] = mapped_column(ForeignKey("system.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.OPEN)
    close_reason: Mapped[CloseReason | None] = mapped_column(Word(CloseReason))
    close_note: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    treatment: Mapped[Treatment] = mapped_column(Word(Treatment), default=Treatment.UNDECIDED)
    identified_on: Mapped[date]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    review_due_on: Mapped[date | None] = mapped_column(index=True)
    reviewed_on: Mapped[date | None]

    matrix_id: Mapped[int] = mapped_column(ForeignKey("matrix_version.id"), index=True)
    current_likelihood: Mapped[int | None]
    current_impact: Mapped[int | None]
    target_likelihood: Mapped[int | None]
    target_impact: Mapped[int | None]
    inherent_likelihood: Mapped[int | None]
    inherent_impact: Mapped[int | None]
    effort_days: Mapped[int | None]
    effort_size: Mapped[Size | None] = mapped_column(Word(Size))

    # Derived at write time by riskreg.risks.services; the order_* columns are the negated values,
    # UNKNOWN_LAST where there is none.
    band_rank: Mapped[int | None]
    exposure_milli: Mapped[int | None] = mapped_column(BigInteger)
    gain_milli: Mapped[int | None] = mapped_column(BigInteger)
    value_rate: Mapped[int | None] = mapped_column(BigInteger)
    order_band: Mapped[int] = mapped_column(BigInteger, default=UNKNOWN_LAST)
    order_value: Mapped[int] = mapped_column(BigInteger, default=UNKNOWN_LAST)
    order_exposure: Mapped[int] = mapped_column(BigInteger, default=UNKNOWN_LAST)

    pin_reason: Mapped[str] = mapped_column(Text, default="")
    pinned_at: Mapped[datetime | None]
    realised_at: Mapped[datetime | None]
    external_ref: Mapped[str] = mapped_column(String(120), default="")
    import_key: Mapped[str | None] = mapped_column(String(200))
    stated_score: Mapped[str] = mapped_column(String(40), default="")
    search_text: Mapped[str] = mapped_column(Text, default="")  # see riskreg.risks.matching
    version: Mapped[int] = mapped_column()

    team: Mapped[Team] = relationship()
    system: Mapped[System | None] = relationship()
    owner: Mapped[Person | None] = relationship()
    matrix: Mapped[MatrixVersion] = relationship()
    tags: Mapped[list["RiskTag"]] = relationship(
        cascade="all, delete-orphan", order_by="RiskTag.tag"
    )
    knowers: Mapped[list[Person]] = relationship(secondary="risk_knower", order_by="Person.name")
    links: Mapped[list["RiskLink"]] = relationship(
        cascade="all, delete-orphan", order_by="RiskLink.id"
    )
    assessments: Mapped[list["Assessment"]] = relationship(order_by="Assessment.id.desc()")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy

    @property
    def ref(self) -> str:
        """What people call it: R-12."""
        return f"R-{self.id}"


class RiskTag(Base):
    """A word people filter by."""

    __tablename__ = "risk_tag"

    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class RiskKnower(Base):
    """A person who holds the knowledge about a risk."""

    __tablename__ = "risk_knower"

    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class RiskLink(Base):
    """Somewhere else to read about a risk."""

    __tablename__ = "risk_link"
    __table_args__ = (UniqueConstraint("risk_id", "url"),)

    id: Mapped[Key]
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    url: Mapped[str] = mapped_column(String(1000))
    label: Mapped[str] = mapped_column(String(200), default="")


class Assessment(Base):
    """One rating of one tier, by whom and why; only ever added."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_risk", "risk_id", "id"),)

    id: Mapped[Key]
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    tier: Mapped[Tier] = mapped_column(Word(Tier))
    matrix_id: Mapped[int] = mapped_column(ForeignKey("matrix_version.id"), index=True)
    likelihood: Mapped[int | None]
    impact: Mapped[int | None]
    band_rank: Mapped[int | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    why: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Person | None] = relationship()


class RiskStamp(Base):
    """Changes whenever a risk of the team does; see riskreg.risks.stamps."""

    __tablename__ = "risk_stamp"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime]
