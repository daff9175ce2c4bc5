"""Tables of single sign-on: whose account is whose, which groups give which roles."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.db import Base, Key, Word
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team


class OutsideAccount(Base):
    """An account at a provider, named by issuer and subject, and the person whose it is."""

    __tablename__ = "outside_account"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("issuer", "person_id"),
    )

    id: Mapped[Key]
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class GroupRule(Base):
    """Whoever is in the group there has the role on the team here."""

    __tablename__ = "group_rule"
    __table_args__ = (UniqueConstraint("group_name", "team_id"),)

    id: Mapped[Key]
    group_name: Mapped[str] = mapped_column(String(200))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    created_at: Mapped[datetime]

    team: Mapped[Team] = relationship()


class Admission(Base):
    """One row: who is let in beside those whose accounts are connected; all off without it."""

    __tablename__ = "admission"

    id: Mapped[Key]
    connects_by_email: Mapped[bool] = mapped_column(default=False)
    admits_new: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy
