"""Tables of the organisation: teams, people, grants, sessions, systems."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.db import Base, Big, Key, Name, Word
from riskreg.org.kinds import DataClass, Hours, LinkKind, Role, Scope, Strength


class Team(Base):
    """A node of the organisation tree; `path` is "/1/4/9/" and ends with its own id.

    One that was merged into another stands below it with what it had closed; it takes nothing new.
    """

    __tablename__ = "team"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[Name]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    path: Mapped[str] = mapped_column(String(400), unique=True)
    depth: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    merged_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    parent: Mapped["Team | None"] = relationship(remote_side="Team.id", foreign_keys=[parent_id])
    merged_into: Mapped["Team | None"] = relationship(
        remote_side="Team.id", foreign_keys=[merged_into_id]
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy


class FormerPlace(Base):
    """Where a team stood in the tree in [from_on, until_on); None is "always until then".

    Where it stands now is on its own row; see riskreg.org.history.
    """

    __tablename__ = "former_place"
    __table_args__ = (Index("ix_former_place_team", "team_id", "until_on"),)

    id: Mapped[Key]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    path: Mapped[str] = mapped_column(String(400))
    from_on: Mapped[date | None]
    until_on: Mapped[date]


class FormerTeam(Base):
    """The team that a thing, named by its table and number, belonged to in [from_on, until_on)."""

    __tablename__ = "former_team"
    __table_args__ = (Index("ix_former_team_item", "kind", "item_id", "until_on"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    item_id: Mapped[int]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    from_on: Mapped[date | None]
    until_on: Mapped[date]

    team: Mapped[Team] = relationship()


class TreeStamp(Base):
    """One row, with another word after every change of a team; see riskreg.org.tree."""

    __tablename__ = "tree_stamp"

    id: Mapped[Key]
    word: Mapped[str] = mapped_column(String(32))


class Person(Base):
    """Somebody who can sign in."""

    __tablename__ = "person"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[Name]
    title: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    has_short_password: Mapped[bool] = mapped_column(default=False)  # enough with a second factor
    timezone: Mapped[str | None] = mapped_column(String(60))
    is_active: Mapped[bool] = mapped_column(default=True)
    home_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    grants: Mapped[list["Grant"]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )
    home_team: Mapped["Team | None"] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy


class Grant(Base):
    """A role of a person on a team and everything below it."""

    __tablename__ = "grant_of_role"
    __table_args__ = (UniqueConstraint("person_id", "team_id"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="grants")
    team: Mapped[Team] = relationship()


class UserSession(Base):
    """A signed-in browser; only the hash of its token is stored."""

    __tablename__ = "user_session"

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    old_token_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    old_until: Mapped[datetime | None]  # requests on their way may still carry the old token
    must_renew: Mapped[bool] = mapped_column(default=False)  # its next request gets another token
    proved_at: Mapped[datetime]  # when password or code were last shown
    factor_elsewhere: Mapped[bool] = mapped_column(default=False)  # the provider asked for it
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(64), default="")

    person: Mapped[Person] = relationship()


class ApiToken(Base):
    """What a program acts for a person with, on one team and below; its secret is stored nowhere.

    It is never more than its owner's roles at that moment; see riskreg.org.tokens.
    """

    __tablename__ = "api_token"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    scope: Mapped[Scope] = mapped_column(Word(Scope))
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]  # to a minute
    last_address: Mapped[str] = mapped_column(String(64), default="")
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # one form, one token

    person: Mapped[Person] = relationship()
    team: Mapped[Team] = relationship()


class ApiCreate(Base):
    """What a program's request with an Idempotency-Key made; see riskreg.org.api_keys."""

    __tablename__ = "api_create"
    __table_args__ = (UniqueConstraint("token_id", "key_hash"),)

    id: Mapped[Key]
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"))
    key_hash: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    made: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(index=True)


class SecondFactor(Base):
    """A person's second factor: the secret shared with their phone, encrypted."""

    __tablename__ = "second_factor"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    sealed: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # None: shown, but no code came back yet
    last_step: Mapped[Big | None]  # half minutes since 1970; no code of it or before is taken


class RecoveryCode(Base):
    """A code that takes the place of the second factor once; only its hash is stored."""

    __tablename__ = "recovery_code"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class SetupCode(Base):
    """The one-time code with which the first administrator is made."""

    __tablename__ = "setup_code"

    id: Mapped[Key]
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A link that was mailed to a person to choose a password with; its token is stored nowhere."""

    __tablename__ = "one_time_link"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(Word(LinkKind))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # later with every try to send it
    used_at: Mapped[datetime | None]  # also when it lost its meaning


class UseCount(Base):
    """How often something was done lately; old rows are swept by a job. See riskreg.org.limits."""

    __tablename__ = "use_count"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(320), unique=True)
    uses: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(index=True)
    free_at: Mapped[datetime]  # no sooner than then again, for tries to sign in


class System(Base):
    """Something a team runs."""

    __tablename__ = "system"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[Name]
    description: Mapped[str] = mapped_column(Text, default="")
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    tier: Mapped[int | None]
    slo_target_milli: Mapped[int | None]  # thousandths of a percent: 99.9 % = 99900; None = no SLO
    hours: Mapped[Hours] = mapped_column(Word(Hours), default=Hours.BUSINESS)
    pages: Mapped[bool] = mapped_column(default=False)
    data_class: Mapped[DataClass | None] = mapped_column(Word(DataClass))
    repository_url: Mapped[str] = mapped_column(String(500), default="")
    runbook_url: Mapped[str] = mapped_column(String(500), default="")
    dashboard_url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    team: Mapped[Team] = relationship()
    operators: Mapped[list[Person]] = relationship(
        secondary="system_operator", order_by="Person.name"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy


class Reader(Base):
    """Somebody who may read one confidential thing, named by its table and number.

    With `until_at` it was opened to them for a while, and `reason` says why; they may be named too.
    """

    __tablename__ = "confidential_reader"
    __table_args__ = (UniqueConstraint("kind", "item_id", "person_id", "until_at"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    item_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    until_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class SystemOperator(Base):
    """A person who is able to operate a system."""

    __tablename__ = "system_operator"

    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Dependency(Base):
    """A system that another one needs."""

    __tablename__ = "system_dependency"

    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"), primary_key=True)
    needs_id: Mapped[int] = mapped_column(ForeignKey("system.id"), primary_key=True, index=True)
    strength: Mapped[Strength] = mapped_column(Word(Strength))
