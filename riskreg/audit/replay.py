"""Rebuild every row from the trail, and say where the tables differ from it."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Table, select

from riskreg.audit.models import AuditEntry
from riskreg.audit.plain import plain
from riskreg.audit.rows import columns_of
from riskreg.db import Base, db

Key: TypeAlias = tuple[Any, ...]
Rebuilt: TypeAlias = dict[str, dict[Key, dict[str, Any]]]

BATCH = 1_000


def rebuilt() -> Rebuilt:
    """The rows of every table that the trail tells of, as its entries leave them."""
    tables: Rebuilt = {}
    query = select(AuditEntry.rows).order_by(AuditEntry.id).execution_options(yield_per=BATCH)
    with db.session.connection().execute(query) as entries:
        for (rows,) in entries:
            for row in rows or ():
                _apply(tables, row)
    return tables


def differences() -> Iterator[str]:
    """One sentence for each row that is not as the trail says."""
    told = rebuilt()
    for table in Base.metadata.sorted_tables:
        names = columns_of(table)
        if names:
            yield from _differing(table, names, told.get(table.name, {}))


def _apply(tables: Rebuilt, row: dict[str, Any]) -> None:
    rows = tables.setdefault(row["in"], {})
    key = _key(row["key"])
    if row.get("gone"):
        rows.pop(key, None)
        for name, column in _pointing_at(row["in"]):
            _unlink(tables.get(name, {}), name, column, key[0])
    else:
        rows[key] = rows.get(key, {}) | row["set"]


def _unlink(rows: dict[Key, dict[str, Any]], name: str, column: str, gone: Any) -> None:
    """Rows of a joining table go with what they join."""
    keys = [each.name for each in Base.metadata.tables[name].primary_key]
    for key in [key for key in rows if key[keys.index(column)] == gone]:
        del rows[key]


def _pointing_at(name: str) -> list[tuple[str, str]]:
    """(table, column) of keys that are another table's key."""
    return [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.primary_key
        for key in column.foreign_keys
        if key.column.table.name == name and len(table.primary_key) > 1
    ]


def _differing(
    table: Table, names: Sequence[str], told: dict[Key, dict[str, Any]]
) -> Iterator[str]:
    keys = [column.name for column in table.primary_key]
    left = dict(told)
    query = select(table).execution_options(yield_per=BATCH)
    with db.session.connection().execute(query) as rows:
        for row in rows.mappings():
            key = tuple(row[name] for name in keys)
            expected = left.pop(key, None)
            if expected is None:
                yield f"{table.name} {_said(key)} is in the table, and not in the trail."
                continue
            found = {name: plain(row[name]) for name in names}
            wrong = [name for name in names if found[name] != _expected(expected, name, row)]
            if wrong:
                yield f"{table.name} {_said(key)} is not as the trail says: {', '.join(wrong)}."
    for key in left:
        yield f"{table.name} {_said(key)} is in the trail, and not in the table."


def _expected(told: dict[str, Any], name: str, row: Any) -> Any:
    """A key is told beside the values."""
    return told[name] if name in told else plain(row[name])


def _key(key: Any) -> Key:
    return tuple(key) if isinstance(key, list) else (key,)


def _said(key: Key) -> str:
    return "/".join(str(part) for part in key)
