"""Whole rows before and after a request, and how they are put back."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from riskreg.db import Base, db, write_intent
from riskreg.org.refusals import Act

Key = tuple[Any, ...]
Row = dict[str, Any]
Rows = dict[str, dict[Key, Row]]

_COUNTED = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))

WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of one row: None is no row at all."""

    table: str
    key: Key
    old: Row | None
    new: Row | None

    @property
    def columns(self) -> list[str]:
        """The names of the columns that differ; of a new row those that are not as by default."""
        new = self.new or {}
        old = _defaults_of(self.table) if self.old is None else self.old
        return [name for name in new if name not in old or old[name] != new[name]]

    @property
    def is_refusal(self) -> bool:
        """Whether it is what the trail says of a refusal."""
        return (
            self.table == "audit_entry" and not self.old and (self.new or {})["action"] in set(Act)
        )


def rows_of(names: Iterable[str]) -> Rows:
    """All rows of these tables, by their keys."""
    found: Rows = {}
    with db.engine.connect() as connection:
        for name in names:
            table = Base.metadata.tables[name]
            keys = [column.name for column in table.primary_key]
            rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            found[name] = {tuple(row[key] for key in keys): row for row in rows}
    return found


def all_rows() -> Rows:
    """All rows of all tables."""
    return rows_of(Base.metadata.tables)


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that are written to meanwhile; no key of ours deletes or empties by itself."""
    names: set[str] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        names.update(set(WRITES.findall(statement)) & set(Base.metadata.tables))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield names
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def changes(before: Rows, after: Rows) -> list[Change]:
    """What differs in the tables that were looked at afterwards, in their order."""
    return [
        Change(table=name, key=key, old=before[name].get(key), new=after[name].get(key))
        for name in sorted(after)
        for key in sorted({*before[name], *after[name]}, key=str)
        if before[name].get(key) != after[name].get(key)
    ]


def put_back(before: Rows, after: Rows) -> None:
    """The rows as they were, and the numbers that further rows are given."""
    found = changes(before, after)
    tables = [each for each in Base.metadata.sorted_tables if each.name in after]
    with write_intent(), db.engine.begin() as connection:
        for table, change in _in_order(tables, found):
            if change.old is not None and change.new is None:
                connection.execute(sa.insert(table), change.old)
        for table, change in _in_order(tables, found):
            if change.old is not None and change.new is not None:
                connection.execute(sa.update(table).where(_is(table, change.key)), change.old)
        for table, change in _in_order(tables[::-1], found):
            if change.old is None:
                connection.execute(sa.delete(table).where(_is(table, change.key)))
        _count_on(connection, tables)


def _in_order(
    tables: Iterable[sa.Table], found: Iterable[Change]
) -> Iterator[tuple[sa.Table, Change]]:
    return ((table, each) for table in tables for each in found if each.table == table.name)


def _is(table: sa.Table, key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _count_on(connection: sa.Connection, tables: Iterable[sa.Table]) -> None:
    """Let numbers go on where they did: one that was taken is not given back by itself."""
    newest = {
        table: sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0)).scalar_subquery()
        for table in tables
        if table.name in _numbered(connection.dialect.name)
    }
    if connection.dialect.name == "postgresql" and newest:
        sequences = {table: sa.func.pg_get_serial_sequence(table.name, "id") for table in newest}
        again = [sa.func.setval(it, newest[table] + 1, False) for table, it in sequences.items()]
        connection.execute(sa.select(*again))
    elif connection.dialect.name == "sqlite":
        for table, number in newest.items():
            counted = sa.update(_COUNTED).where(_COUNTED.c.name == table.name)
            connection.execute(counted.values(seq=number))


@cache
def _numbered(dialect: str) -> set[str]:
    """Tables whose numbers go on from the last one that was taken, not from the newest."""
    tables = Base.metadata.tables.values()
    if dialect == "postgresql":
        return {each.name for each in tables if each.autoincrement_column is not None}
    return {each.name for each in tables if each.dialect_options["sqlite"]["autoincrement"]}


@cache
def _defaults_of(name: str) -> Row:
    """What stands in a new row where nobody said otherwise; None where that is allowed."""
    columns = Base.metadata.tables[name].columns
    said = [each for each in columns if getattr(each.default, "is_scalar", False)]
    known = {each.name: getattr(each.default, "arg", None) for each in said}
    return {each.name: None for each in columns if each.nullable} | known
