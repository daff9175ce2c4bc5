"""riskreg db copy: the whole register into another, empty database, compared before it counts.

All of it or nothing, in one transaction of the database it goes to: an attempt that was stopped is
begun again, and no half of a register can ever be taken for a whole one.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import current_app

from riskreg import create_app, migrate
from riskreg.audit.verify import verify_on
from riskreg.db import Base, db, engine_options, opened, prepare_engine, write_intent
from riskreg.errors import Conflict
from riskreg.lib.hashing import canonical_json
from riskreg.settings import Settings
from riskreg.standing import current_revision, wanted_revision

BATCH = 1_000


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A table: its rows, and SHA-256 over the digests of their canonical JSON, in order."""

    table: str
    rows: int
    sha256: str


def run_copy(chosen: argparse.Namespace) -> int:
    """Copy, compare, print; exit 1 with one sentence where nothing was copied."""
    settings: Settings = current_app.config["SETTINGS"]
    target = settings.with_database(chosen.to)
    _prepare(target)
    with _engine(settings) as source, _engine(target) as goal:
        copied = copy_all(source, goal)
    if chosen.format == "json":
        print(json.dumps({"data": [asdict(table) for table in copied]}))
    else:
        for table in copied:
            print(f"{table.table:<28}{table.rows:>10,}  {table.sha256}")
    shown = sa.make_url(target.database_url).render_as_string(hide_password=True)
    print(f"Equal here and there. To work with it: RISKREG_DATABASE_URL={shown}", file=sys.stderr)
    return 0


def copy_all(source: sa.Engine, target: sa.Engine) -> list[Copied]:
    """Copy every table into empty ones; raises Conflict, and nothing is there, where they differ.

    What is copied is the register of one moment; what is saved meanwhile is not in it.
    """
    with _reading(source) as here, write_intent(), target.begin() as there:
        with _links_last(there):
            copied = [_copy(table, here, there) for table in _tables()]
        _set_counters(there)
        for table, wanted in zip(_tables(), copied, strict=True):
            if (found := _seen(table, _rows(table, there))) != wanted:
                raise Conflict(
                    f"Table {table.name} came out different ({wanted.rows} rows, then "
                    f"{found.rows}); nothing was copied."
                )
        trail = verify_on(there)
        if not trail.is_sound:
            raise Conflict(f"The trail is not sound: {trail.fault} Nothing was copied.")
    return copied


def _prepare(target: Settings) -> None:
    """Make the tables where they are missing; raises Conflict for a database that holds anything.

    Nothing is done before it is known that nobody's data is there.
    """
    with opened(create_app(target)):
        _refuse_data(current_revision())
        migrate.upgrade()


def _refuse_data(revision: str | None) -> None:
    with db.engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names())
        if names and revision is None:
            raise Conflict(f"There are tables of something else in it (such as {min(names)}).")
        for name in sorted(set(Base.metadata.tables) & names):
            if connection.scalar(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)):
                raise Conflict(f"It holds data already (table {name}); use an empty database.")
    if revision is not None and revision > wanted_revision():
        raise Conflict(f"Its tables are at version {revision}, made by a newer riskreg.")


@contextmanager
def _engine(settings: Settings) -> Iterator[sa.Engine]:
    """By the program's own rules, but the JSON null stays apart from the missing value."""
    url, options = engine_options(settings)
    engine = sa.create_engine(url, **options, json_deserializer=_keeping_null)
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def _keeping_null(text: str | bytes) -> Any:
    value = json.loads(text)
    return sa.JSON.NULL if value is None else value


@contextmanager
def _reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that sees one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        yield connection


def _tables() -> Sequence[sa.Table]:
    """Every table, those that others point to first; a value that is missing stays missing."""
    copies = sa.MetaData()
    for table in Base.metadata.sorted_tables:
        for column in table.to_metadata(copies).columns:
            if isinstance(column.type, sa.JSON):
                column.type = sa.JSON(none_as_null=True)
    return [copies.tables[table.name] for table in Base.metadata.sorted_tables]


def _copy(table: sa.Table, here: sa.Connection, there: sa.Connection) -> Copied:
    def written() -> Iterator[dict[str, Any]]:
        result = here.execute(sa.select(table).execution_options(yield_per=BATCH))
        for part in result.mappings().partitions():
            rows = [dict(row) for row in part]
            there.execute(sa.insert(table), rows)
            yield from rows

    return _seen(table, written())


def _rows(table: sa.Table, connection: sa.Connection) -> Iterator[dict[str, Any]]:
    result = connection.execute(sa.select(table).execution_options(yield_per=BATCH))
    yield from map(dict, result.mappings())


def _seen(table: sa.Table, rows: Iterable[dict[str, Any]]) -> Copied:
    """In the order of the digests: two databases may sort words in two ways."""
    digests = sorted(
        sha256(canonical_json({name: _shown(value) for name, value in row.items()})).digest()
        for row in rows
    )
    return Copied(table=table.name, rows=len(digests), sha256=sha256(b"".join(digests)).hexdigest())


def _shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return {"JSON": "null"} if value is sa.JSON.NULL else value


@contextmanager
def _links_last(connection: sa.Connection) -> Iterator[None]:
    """Inside, a row may point to one that comes later; all of them are looked at at the end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        yield
        return
    connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
    links = [
        (table.name, link["name"])
        for table in Base.metadata.sorted_tables
        for link in sa.inspect(connection).get_foreign_keys(table.name)
    ]
    for table, name in links:
        _alter(connection, table, f'ALTER CONSTRAINT "{name}" DEFERRABLE INITIALLY DEFERRED')
    yield
    connection.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, name in links:
        _alter(connection, table, f'ALTER CONSTRAINT "{name}" NOT DEFERRABLE')


def _alter(connection: sa.Connection, table: str, act: str) -> None:
    connection.exec_driver_sql(f'ALTER TABLE "{table}" {act}')


def _set_counters(connection: sa.Connection) -> None:
    """Let PostgreSQL number new rows after those that came; SQLite does it by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.scalar(sa.select(sa.func.max(column)))
        counter = sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)
        connection.execute(sa.select(sa.func.setval(counter, last or 1, last is not None)))
