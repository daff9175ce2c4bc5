"""Which rows a transaction wrote, beside the acts that people read: enough to rebuild them all.

The session tells of every row that it flushes, so no service can forget one. What is written past
the session's objects, in bulk, is told by `wrote`; the session refuses a bulk statement on such a
table that does not say so.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Table, event, inspect
from sqlalchemy.orm import (
    Mapper,
    ORMExecuteState,
    Session,
    object_session,
)

from riskreg.db import Base, db
from riskreg.errors import RiskregError

# {"in": table, "key": value or values of the primary key, "set": {column: value} or "gone": true}
Wrote: TypeAlias = dict[str, Any]

# Tables of which the trail keeps acts but no rows, and why.
UNTOLD = {
    "api_create": "passing; what was made is told",
    "audit_entry": "the trail itself",
    "import_file": "an upload that is thrown away; what it brought is told row by row",
    "job": "passing; what the work changed is told",
    "one_time_link": "a secret; sending it and what was done with it are acts",
    "recovery_code": "secrets; giving and using them are acts",
    "risk_stamp": "counts changes for what is kept in memory",
    "second_factor": "a secret; giving and taking it are acts",
    "setup_code": "a secret of half an hour",
    "snapshot": "never changed, and named by its hash in the pack",
    "tree_stamp": "counts changes for what is kept in memory",
    "use_count": "counts of the last minutes and hours",
    "user_session": "passing; its begin and end are acts",
    "worker_seen": "passing",
}
# Columns that are left out, and why.
SECRET, DERIVED, COUNTER = "a secret", "worked out from the others", "counts changes"
PASSING = "passing"
UNTOLD_COLUMNS = {
    "api_token.last_address": PASSING,
    "api_token.last_used_at": PASSING,
    "api_token.secret_hash": SECRET,
    "person.has_short_password": SECRET,
    "person.password_hash": SECRET,
    "risk.exposure_milli": DERIVED,
    "risk.gain_milli": DERIVED,
    "risk.order_band": DERIVED,
    "risk.order_exposure": DERIVED,
    "risk.order_value": DERIVED,
    "risk.search_text": DERIVED,
    "risk.value_rate": DERIVED,
}
COUNTERS = ("version",)
TOLD = {"told_in_trail": True}  # execution options of a bulk statement that `wrote` speaks of
_ROWS = "riskreg.audit.rows"


class Untold(RiskregError):
    """A bulk statement on a table of the trail that nobody told of: a fault of the program."""


def wrote(table: str, rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """Tell of rows written in bulk: pairs of a key and the values of its columns."""
    told = [_row(table, key, _told(table, values)) for key, values in rows]
    db.session.info.setdefault(_ROWS, []).extend(told)


def took(session: Session) -> list[Wrote]:
    """The rows written since it was asked last."""
    rows: list[Wrote] = session.info.pop(_ROWS, [])
    return rows


def count(session: Session) -> int:
    """How many rows there are by now; `forget` goes back to it."""
    return len(session.info.get(_ROWS, ()))


def forget(session: Session, start: int) -> None:
    """What was written after the first `start` rows was taken back."""
    del session.info.get(_ROWS, [])[start:]


def attach(sessions: Any) -> None:
    """Listen to a session factory and to every table; twice does no harm."""
    for target, name, function, options in (
        (sessions, "after_flush", _linked, {}),
        (sessions, "do_orm_execute", _refuse_untold, {}),
        (Base, "after_insert", _inserted, {"propagate": True}),
        (Base, "after_update", _updated, {"propagate": True}),
        (Base, "after_delete", _deleted, {"propagate": True}),
    ):
        if not event.contains(target, name, function):
            event.listen(target, name, function, **options)


@cache
def columns_of(table: Table) -> tuple[str, ...]:
    """The columns of a table that the trail tells; none where it tells no rows of it."""
    if table.name in UNTOLD:
        return ()
    names = [column.name for column in table.columns if column.name not in COUNTERS]
    return tuple(name for name in names if f"{table.name}.{name}" not in UNTOLD_COLUMNS)


def _inserted(mapper: Mapper[Any], _connection: object, row: Any) -> None:
    names, _links = _told_of(mapper)
    if names:
        values = inspect(row).dict
        _tell(mapper, row, {"set": {column: values.get(key) for key, column in names}})


def _updated(mapper: Mapper[Any], _connection: object, row: Any) -> None:
    state = inspect(row)
    names, _links = _told_of(mapper)
    values = {
        column: state.dict.get(key) for key, column in names if state.attrs[key].history.added
    }
    if values:
        _tell(mapper, row, {"set": values})


def _deleted(mapper: Mapper[Any], _connection: object, row: Any) -> None:
    if _told_of(mapper)[0]:
        _tell(mapper, row, {"gone": True})


def _tell(mapper: Mapper[Any], row: Any, what: dict[str, Any]) -> None:
    session = object_session(row)
    assert session is not None
    place: list[Wrote] = session.info.setdefault(_ROWS, [])
    place.append({"in": row.__tablename__, "key": _key(mapper, row)} | what)


def _linked(session: Session, _context: object) -> None:
    """Rows of tables that only join two others: objects know them as collections."""
    place: list[Wrote] = session.info.setdefault(_ROWS, [])
    for row in (*session.new, *session.dirty):
        state = inspect(row)
        names, links = _told_of(state.mapper)
        for name, table in links if names else ():
            history, own = state.attrs[name].history, _key(state.mapper, row)
            added: list[Wrote] = [_row(table, [own, each.id], {}) for each in history.added]
            gone = [{"in": table, "key": [own, each.id], "gone": True} for each in history.deleted]
            place += added + gone


def _row(table: str, key: Any, values: Mapping[str, Any]) -> Wrote:
    return {"in": table, "key": key, "set": dict(values)}


def _told(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    known = columns_of(Base.metadata.tables[table])
    return {name: value for name, value in values.items() if name in known}


@cache
def _told_of(mapper: Mapper[Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(attribute, column) of what is told, and (attribute, table) of its links to others."""
    table = mapper.local_table
    assert isinstance(table, Table)
    known = set(columns_of(table))
    names = [
        (attribute.key, attribute.columns[0].name)
        for attribute in mapper.column_attrs
        if attribute.columns[0].name in known
    ]
    return names, [
        (link.key, link.secondary.name)
        for link in mapper.relationships
        if isinstance(link.secondary, Table)
    ]


def _key(mapper: Mapper[Any], row: Any) -> Any:
    key = mapper.primary_key_from_instance(row)
    return key[0] if len(key) == 1 else list(key)


def _refuse_untold(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    table = getattr(state.statement, "table", None)
    if table is None or not columns_of(table) or state.execution_options.get("told_in_trail"):
        return
    raise Untold(f"A bulk statement wrote {table.name} without telling the trail of its rows.")
