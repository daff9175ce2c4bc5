"""Tables of action items."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from riskreg.actions.kinds import ActionStatus, ActionType, Priority
from riskreg.actions.once import MadeOnce
from riskreg.db import Base, Key, Name, Word
from riskreg.org.confidential import ACTION, KINDS, belongs_to_secret
from riskreg.org.models import Person, Team


class ActionItem(MadeOnce, Base):
    """A promise: one owner, one date. `original_due_on` never changes.

    At most one of risk_id, incident_id and review_id says where it came from; accepted_risk_id is
    the risk that stays because it will not be done.
    """

    __tablename__ = "action_item"
    __table_args__ = (
        Index("ix_action_item_due", "status", "due_on", "id"),
        Index("ix_action_item_team", "team_id", "status", "due_on"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Key]
    title: Mapped[Name]
    detail: Mapped[str] = mapped_column(Text, default="")
    type: Mapped[ActionType] = mapped_column(Word(ActionType))
    priority: Mapped[Priority] = mapped_column(Word(Priority))
    status: Mapped[ActionStatus] = mapped_column(Word(ActionStatus), default=ActionStatus.OPEN)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    committed_at: Mapped[datetime]
    original_due_on: Mapped[date]
    due_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    evidence: Mapped[str] = mapped_column(Text, default="")
    external_url: Mapped[str] = mapped_column(String(1000), default="")
    verify_how: Mapped[str] = mapped_column(Text, default="")
    risk_id: Mapped[int | None] = mapped_column(ForeignKey("risk.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("operability_review.id"), index=True)
    accepted_risk_id: Mapped[int | None] = mapped_column(ForeignKey("risk.id"), index=True)
    version: Mapped[int] = mapped_column()

    team: Mapped[Team] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])
    slips: Mapped[list["Slip"]] = relationship(order_by="Slip.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy

    is_confidential: Mapped[bool] = column_property(
        belongs_to_secret(
            ACTION,
            {
                "risk_id": cast(Any, risk_id).column,
                "incident_id": cast(Any, incident_id).column,
                "review_id": cast(Any, review_id).column,
            },
        )
    )

    @property
    def assignee_id(self) -> int | None:
        """Who sees it whatever their roles are."""
        return self.owner_id

    @property
    def secret(self) -> tuple[str, int] | None:
        """What a reader has to be privy to: the confidential thing that it came from."""
        if not self.is_confidential:
            return None
        origins = ((name, getattr(self, kind.parts[ACTION])) for name, kind in KINDS.items())
        return next(((name, number) for name, number in origins if number), None)

    @property
    def ref(self) -> str:
        """What people call it: A-31."""
        return f"A-{self.id}"


class Slip(Base):
    """A change of the due date and its reason."""

    __tablename__ = "action_slip"

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
