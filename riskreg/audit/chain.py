"""The chain of the trail: each entry carries a digest of itself and of the digest before it.

Entries are numbered without a gap in the order in which their transactions commit. They wait in
the session until then, because the order is settled under a lock that is held for a moment only:
the write lock that SQLite has anyway, an advisory lock of the transaction on PostgreSQL.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session, SessionTransaction

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.lib.hashing import canonical_json, sha256

Columns: TypeAlias = Mapping[str, Any]

START = "0" * 64  # what the first entry follows
LOCK_KEY = 7_274_832_020
FIELDS = (
    *("id", "at", "actor_id", "actor_name", "action", "subject_type", "subject_id"),
    *("subject_ref", "team_id", "changes", "note"),
)
_PENDING = "riskreg.audit.pending"
_MARKS = "riskreg.audit.marks"

HEAD = select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)


def add(entries: Iterable[dict[str, Any]]) -> None:
    """Let these entries be written, last of all, by the transaction that is open."""
    db.session.info.setdefault(_PENDING, []).extend(entries)


def digest_of(previous: str, entry: Columns) -> str:
    """SHA-256, in hexadecimal, of the digest before and the entry as canonical JSON."""
    content = canonical_json({name: entry[name] for name in FIELDS})
    return sha256(previous.encode() + b"\n" + content)


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


def _seal(session: Session) -> None:
    if session.in_nested_transaction():
        return
    pending: list[dict[str, Any]] = session.info.pop(_PENDING, [])
    if not pending:
        return
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCKING, {"key": LOCK_KEY})
    head = connection.execute(HEAD).first()
    last, digest = (head.id, head.digest) if head else (0, START)
    for number, entry in enumerate(pending, last + 1):
        entry["id"] = number
        digest = entry["digest"] = digest_of(digest, entry)
    connection.execute(_WRITING, pending)


def _mark(session: Session, transaction: SessionTransaction) -> None:
    """Note how many entries there were when a savepoint was made."""
    if transaction.nested:
        marks = session.info.setdefault(_MARKS, WeakKeyDictionary())
        marks[transaction] = len(session.info.get(_PENDING, ()))


def _forget(session: Session, transaction: SessionTransaction) -> None:
    """What was done in the transaction, or after its savepoint was made, did not happen."""
    start = session.info[_MARKS].pop(transaction, 0) if transaction.nested else 0
    del session.info.get(_PENDING, [])[start:]


_LOCKING = text("SELECT pg_advisory_xact_lock(:key)")
_WRITING = insert(AuditEntry)
