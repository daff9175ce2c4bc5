"""The database: base class, column types, connection rules of each engine, and transactions."""

import hashlib
import importlib.util
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Annotated, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Dialect,
    Engine,
    MetaData,
    String,
    event,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import DateTime, TypeDecorator

from riskreg.errors import SettingsError
from riskreg.settings import Settings
from riskreg.waiting_line import Line, line_before

# The WAL-reset fault: several connections can lose commits. Repaired in these releases.
WAL_FIXED_SINCE = (3, 51, 3)
WAL_FIXED_BRANCHES = {(3, 44): 6, (3, 50): 7}
BUSY_SECONDS = 10
SYNCHRONOUS_FULL = 2
IN_LINE_SECONDS = 9  # of these; then the line does not move on, and one asks SQLite itself
# What a database says that is down, busy, full or not to be written to; all else is our fault.
DATABASE_FAULTS = (OperationalError, InterfaceError, InternalError, NoConnection)

_IN_TURN = "riskreg.turn"
_TURN = text("SELECT pg_advisory_xact_lock(:key)")
_writing: ContextVar[bool] = ContextVar("riskreg_writing", default=False)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware, stored in UTC; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite stores no offset, so it is taken off there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One word of a closed set, stored as text and read back as the set's own member."""

    impl = String(20)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """As text; raises ValueError for a word outside the set."""
        return None if value is None else str(self.words(value))

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        """As a member; looked up without a call of ours, since a list has hundreds of words."""
        members: dict[str | None, StrEnum | None] = {word.value: word for word in self.words}
        return (members | {None: None}).__getitem__


Key = Annotated[int, mapped_column(primary_key=True)]
Name = Annotated[str, mapped_column(String(200))]
Big = Annotated[int, mapped_column(BigInteger)]


class Base(DeclarativeBase):
    """What every table shares."""

    registry = registry(
        type_annotation_map={datetime: UTCDateTime, dict[str, Any]: JSON, list[Any]: JSON},
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


@contextmanager
def write_intent() -> Iterator[None]:
    """Transactions begun inside take the write lock at once (SQLite: BEGIN IMMEDIATE)."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def transaction() -> Iterator[None]:
    """One transaction for a job or a command: commits at the end, rolls back on any error."""
    db.session.rollback()
    with write_intent():
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


@contextmanager
def opened(app: Flask) -> Iterator[None]:
    """Inside the application; its connections are closed at the end."""
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def take_turn(what: str) -> None:
    """Let no other transaction be at the same thing until this one ends.

    Any writer of SQLite has the whole database for itself; PostgreSQL is asked.
    """
    if db.engine.dialect.name != "sqlite":
        db.session.connection().execute(_TURN, {"key": _number_of(what)})


def _number_of(what: str) -> int:
    digest = hashlib.blake2b(what.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def sqlite_module() -> Any:
    """The SQLite library with the newest fixes on this machine."""
    if importlib.util.find_spec("pysqlite3") is None:
        return sqlite3
    import pysqlite3  # noqa: PLC0415 - optional on other systems

    return pysqlite3


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite version is free of the WAL-reset fault."""
    branch = WAL_FIXED_BRANCHES.get((version[0], version[1]))
    return version >= WAL_FIXED_SINCE or (branch is not None and version[2] >= branch)


def journal_mode() -> str:
    """WAL where it is safe, else DELETE; both with synchronous=FULL."""
    return "WAL" if wal_is_safe(sqlite_module().sqlite_version_info) else "DELETE"


def demand_safe_writing(engine: Engine) -> None:
    """Raise SettingsError unless SQLite says itself that it waits for the disk at each commit."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        found = tuple(
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode")
        )
    if found != (SYNCHRONOUS_FULL, journal_mode().lower()):
        raise SettingsError(
            f"SQLite does not keep what is saved as it was told to (synchronous {found[0]}, "
            f"journal {found[1]}); this build of it cannot be used."
        )


def engine_options(settings: Settings) -> tuple[URL, dict[str, Any]]:
    """URL and create_engine options for the configured database."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return url, {"module": sqlite_module(), "connect_args": {"timeout": BUSY_SECONDS}}
    if importlib.util.find_spec("psycopg") is None:
        raise SettingsError(
            "RISKREG_DATABASE_URL names a PostgreSQL database, for which the Python package "
            "psycopg is missing; install riskreg[postgres]."
        )
    # To compile a statement (jit) takes longer than any of ours runs; pages took thrice as long.
    limits = "-c statement_timeout=30000 -c lock_timeout=5000 -c timezone=UTC -c jit=off"
    return url.set(drivername="postgresql+psycopg"), {
        "pool_pre_ping": True,
        "pool_timeout": 5,
        "connect_args": {"options": limits},  # riskreg.pulse says how long connecting may take
    }


def prepare_engine(engine: Engine) -> None:
    """Attach the connection rules of each database."""
    if engine.dialect.name != "sqlite":
        from riskreg import pulse  # noqa: PLC0415 - its library is optional

        pulse.attach(engine)
        return
    _close_to_others(engine.url.database)
    _prepare_sqlite(engine, line_before(engine.url.database))


def _prepare_sqlite(engine: Engine, line: Line) -> None:
    mode = journal_mode()

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (f"journal_mode={mode}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if _writing.get():
            _begin_in_turn(connection, line)
        else:
            connection.exec_driver_sql("BEGIN")

    @event.listens_for(engine, "checkin")
    def end_turn(_connection: Any, record: ConnectionPoolEntry) -> None:
        turn = record.info.pop(_IN_TURN, None)
        if turn is not None:
            turn.end()


def _begin_in_turn(connection: Connection, line: Line) -> None:
    """Take the write lock when it is one's turn, which lasts until the connection is given back."""
    came_at = monotonic()
    if _IN_TURN not in connection.info:
        connection.info[_IN_TURN] = line.wait(IN_LINE_SECONDS)
    waited = int(monotonic() - came_at)
    if waited:
        _be_patient(connection, BUSY_SECONDS - waited)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        if waited:
            _be_patient(connection, BUSY_SECONDS)


def _be_patient(connection: Connection, seconds: int) -> None:
    """Say how long SQLite shall wait for others; past SQLAlchemy, as no transaction is open yet."""
    connection.connection.cursor().execute(f"PRAGMA busy_timeout={seconds * 1000}").close()


def _close_to_others(file: str | None) -> None:
    """Make the file of a new database with mode 0600; SQLite's own files beside it follow it.

    Where that is not possible, the first connection says why.
    """
    if file:
        with suppress(OSError):  # also when it is there already
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
