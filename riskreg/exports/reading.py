"""Read the rows of an export in portions, each in a short transaction of its own.

Which rows there are, and in which order, is decided at once where the permissions are asked;
their contents are read while the file is written. So a slow reader of the file holds no lock,
nothing comes twice, and memory stays flat however many rows there are.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam

from riskreg.db import db
from riskreg.exports.kinds import Row

ROWS_AT_ONCE = 1_000
# The ids of one portion: statements with it are built once and compiled once.
IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
Read = Callable[[Connection, Sequence[int]], Mapping[int, Any]]


def ids_of(query: Select[Any]) -> Sequence[int]:
    """The ids that a query selects, in its order, in eight bytes each."""
    return array("q", db.session.scalars(query))


def in_portions(ids: Sequence[int], read: Read) -> Callable[[], Iterator[Row]]:
    """What gives the row of each id in order; `read` gives {id: row} for some ids at a time.

    An id that is gone by then is left out.
    """
    engine = db.engine

    def rows() -> Iterator[Row]:
        for portion in portions(ids):
            with engine.connect() as connection:
                found = read(connection, portion)
            yield from (found[number] for number in portion if number in found)

    return rows


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, some at a time."""
    for start in range(0, len(ids), ROWS_AT_ONCE):
        yield (
            ids[start : start + ROWS_AT_ONCE].tolist()
            if isinstance(ids, array)
            else ids[start : start + ROWS_AT_ONCE]
        )


def by_id(rows: Iterable[Sequence[Any]]) -> dict[int, Sequence[Any]]:
    """Rows by their first column."""
    return {row[0]: row for row in rows}


def lists_of(
    connection: Connection, query: Select[int, str], ids: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    """{id: texts} of a query that selects (id, text) in order, for the ids bound as IDS."""
    found: dict[int, list[str]] = {}
    for number, text in connection.execute(query, {"ids": ids}):
        found.setdefault(number, []).append(text)
    return {number: tuple(texts) for number, texts in found.items()}


def word(value: Any) -> str | None:
    """A member of a closed set as the text that is stored; None for unknown."""
    return None if value is None else str(value.value)
