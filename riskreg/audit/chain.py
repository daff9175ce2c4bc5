"""The chain of the trail: each entry carries a digest of itself and of the digest before it.

Entries are numbered without a gap in the order in which their transactions commit. They wait in
the session until then, because the order is settled under a lock that is held for a moment only:
the write lock that SQLite has anyway, an advisory lock of the transaction on PostgreSQL.
"""

from collections.abc import Iterable, Mapping
from json import JSONEncoder
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session, SessionTransaction

from riskreg.audit import rows
from riskreg.audit.models import AuditEntry
from riskreg.audit.plain import plain
from riskreg.db import db
from riskreg.lib.dates import now
from riskreg.lib.hashing import sha256

Columns: TypeAlias = Mapping[str, Any]

START = "0" * 64  # what the first entry follows
LOCK_KEY = 7_274_832_020
FIELDS = (
    *("id", "at", "actor_id", "actor_name", "action", "subject_type", "subject_id"),
    *("subject_ref", "team_id", "changes", "note", "rows"),
)
_PENDING = "riskreg.audit.pending"
_MARKS = "riskreg.audit.marks"

HEAD = select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)


def add(entries: Iterable[dict[str, Any]]) -> None:
    """Let these entries be written, last of all, by the transaction that is open."""
    db.session.info.setdefault(_PENDING, []).extend(entries)


def digest_of(previous: str, entry: Columns) -> str:
    """SHA-256, in hexadecimal, of the digest before and the entry as canonical JSON."""
    values = {name: entry[name] for name in FIELDS}
    values["at"] = plain(values["at"])
    return sha256(f"{previous}\n{_CANONICAL.encode(values)}".encode())


def attach() -> None:
    """Seal entries at the end of every transaction; called when all else that ends one is known.

    Nothing may be locked after the trail: two transactions could wait for each other.
    """
    for name, function in (
        ("before_commit", _seal),
        ("after_transaction_create", _mark),
        ("after_soft_rollback", _forget),
    ):
        if not event.contains(db.session.session_factory, name, function):
            event.listen(db.session.session_factory, name, function)
    rows.attach(db.session.session_factory)


def _seal(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    pending: list[dict[str, Any]] = session.info.pop(_PENDING, [])
    written = plain(rows.took(session))
    if written and not pending:
        pending = [_without_an_act(written[-1])]
    if not pending:
        return
    pending[-1]["rows"] = written
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCKING, {"key": LOCK_KEY})
    head = connection.execute(HEAD).first()
    last, digest = (head.id, head.digest) if head else (0, START)
    for number, entry in enumerate(pending, last + 1):
        entry["id"] = number
        entry.setdefault("rows", [])
        digest = entry["digest"] = digest_of(digest, entry)
    connection.execute(_WRITING, pending)


def _mark(session: Session, transaction: SessionTransaction) -> None:
    """Note how many entries there were when a savepoint was made."""
    if transaction.nested:
        marks = session.info.setdefault(_MARKS, WeakKeyDictionary())
        marks[transaction] = (len(session.info.get(_PENDING, ())), rows.count(session))


def _forget(session: Session, transaction: SessionTransaction) -> None:
    """What was done in the transaction, or after its savepoint was made, did not happen."""
    acts, written = (0, 0)
    if transaction.nested:
        acts, written = session.info[_MARKS].pop(transaction, (0, 0))
    del session.info.get(_PENDING, [])[acts:]
    rows.forget(session, written)


def _without_an_act(row: rows.Wrote) -> dict[str, Any]:
    """What was written by no act that has a name: the program's own doing."""
    key = row["key"]
    return {
        "at": now(),
        "actor_id": None,
        "actor_name": "riskreg",
        "action": "data.write",
        "subject_type": row["in"],
        "subject_id": key if isinstance(key, int) else None,
        "subject_ref": str(key),
        "team_id": None,
        "changes": {},
        "note": "",
    }


# What is stored is plain already, so the library's own encoder serves, ten times faster.
_CANONICAL = JSONEncoder(
    sort_keys=True,
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    separators=(",", ":"),
)
_LOCKING = text("SELECT pg_advisory_xact_lock(:key)")
_WRITING = insert(AuditEntry)
