"""Idempotency keys: a create that a program sends twice happens once.

Whoever sends a key waits for those who sent the same one, and keeps it in the transaction of what
it made: both count from the same moment, and what was refused keeps none.
"""

import hashlib
from datetime import datetime, timedelta

from flask import g
from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import OperationalError

from riskreg.db import db, take_turn
from riskreg.errors import Conflict, Refused
from riskreg.lib.dates import now
from riskreg.org.models import ApiCreate

KEPT_FOR = timedelta(days=7)
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's word for having waited long enough


def made_with(key: str, fingerprint: str) -> str | None:
    """What was made with the key; None for the first, and nobody else makes it meanwhile.

    Raises Refused when it was used for another request, Conflict while that still runs.
    """
    key_hash = _digest(key)
    try:
        take_turn(f"ApiCreate:{g.token_id}:{key_hash}")
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Conflict(
            _("A request with this Idempotency-Key still runs. Ask again in a moment.")
        ) from error
    taken = db.session.scalar(
        select(ApiCreate).where(ApiCreate.token_id == g.token_id, ApiCreate.key_hash == key_hash)
    )
    if taken is not None and taken.fingerprint != fingerprint:
        sentence = _("This Idempotency-Key was used for another request. Take a new one for each.")
        raise Refused(sentence, errors=[{"header": "Idempotency-Key", "detail": sentence}])
    return None if taken is None else taken.made


def keep(key: str, fingerprint: str, made: str) -> None:
    """Remember what came of it."""
    row = ApiCreate(
        token_id=g.token_id,
        key_hash=_digest(key),
        fingerprint=fingerprint,
        made=made,
        created_at=now(),
    )
    db.session.add(row)
    db.session.flush()


def sweep_keys(before: datetime) -> int:
    """Forget keys that were used before; returns how many."""
    result = db.session.execute(delete(ApiCreate).where(ApiCreate.created_at < before))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
