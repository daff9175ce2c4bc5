"""How somebody with the database's password may cover their tracks."""

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from riskreg.audit.chain import START, digest_of
from riskreg.audit.models import AuditEntry

Tampering = Callable[[Connection, random.Random, int], None]


def edit(connection: Connection, dice: random.Random, length: int) -> None:
    """Change one value of one entry."""
    values: dict[str, Any] = dice.choice(
        [
            {"actor_name": "Nobody"},
            {"note": "Nothing happened."},
            {"action": "team.look"},
            {"changes": {"name": ["A", "B"]}},
            {"subject_id": 99_999},
            {"digest": "f" * 64},
            {"rows": [{"in": "risk", "key": 1, "gone": True}]},
            {"team_id": None, "subject_ref": "elsewhere"},
        ]
    )
    _change(connection, dice.randint(1, length), **values)


def cut_middle(connection: Connection, dice: random.Random, length: int) -> None:
    """Take one entry away."""
    connection.execute(delete(AuditEntry).where(AuditEntry.id == dice.randint(1, length - 1)))


def cut_tail(connection: Connection, dice: random.Random, length: int) -> None:
    """Take the last ones away."""
    connection.execute(delete(AuditEntry).where(AuditEntry.id > dice.randint(0, length - 1)))


def swap(connection: Connection, dice: random.Random, length: int) -> None:
    """Let two entries change places."""
    one, other = dice.sample(range(1, length + 1), 2)
    for old, new in ((one, 10**6), (other, one), (10**6, other)):
        _change(connection, old, id=new)


def insert_one(connection: Connection, dice: random.Random, length: int) -> None:
    """Make room for an entry that never was, and write all after it anew."""
    place = dice.randint(1, length)
    rows = _rows(connection)
    rows.insert(place - 1, rows[place - 1] | {"note": "made up"})
    _write(connection, rows)


def rewrite(connection: Connection, dice: random.Random, length: int) -> None:
    """Change one entry and work out all digests anew."""
    rows = _rows(connection)
    rows[dice.randint(0, length - 1)]["actor_name"] = "Nobody"
    _write(connection, rows)


def rewrite_shorter(connection: Connection, dice: random.Random, length: int) -> None:
    """Leave one entry out and work out all digests anew."""
    rows = _rows(connection)
    del rows[dice.randint(0, length - 1)]
    _write(connection, rows)


SEEN_BY_ITSELF: list[Tampering] = [edit, cut_middle, swap]
SEEN_WITH_AN_ANCHOR: list[Tampering] = [cut_tail, insert_one, rewrite, rewrite_shorter]


def _change(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(AuditEntry).where(AuditEntry.id == number).values(**values))


def _rows(connection: Connection) -> list[dict[str, Any]]:
    query = select(AuditEntry.__table__).order_by(AuditEntry.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    digest = START
    for number, row in enumerate(rows, 1):
        row["id"] = number
        digest = row["digest"] = digest_of(digest, row)
    connection.execute(delete(AuditEntry))
    connection.execute(insert(AuditEntry), rows)
