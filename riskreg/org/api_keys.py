"""Idempotency keys: a create that a program sends twice happens once.

The key is taken first and in the transaction of the row itself, so it counts from the same moment
as what it made; what was refused took none. A second request waits for the first to end: on SQLite
for the lock that every write takes, on PostgreSQL for the row of the key.
"""

import hashlib
from datetime import datetime, timedelta

from flask import g
from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import IntegrityError, OperationalError

from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.lib.dates import now
from riskreg.org.models import ApiCreate

KEPT_FOR = timedelta(days=7)


def begin(key: str, fingerprint: str) -> str | None:
    """Take the key; gives what it made when it was taken for the same request before.

    Raises Invalid when it was taken for another one, Conflict while that still runs.
    """
    taken = _taken(key) or _take(key, fingerprint)
    if taken is None:
        return None
    if taken.fingerprint != fingerprint:
        raise Invalid(
            _("This Idempotency-Key was used for another request. Take a new one for each."),
            field="Idempotency-Key",
        )
    return taken.made


def keep(key: str, made: str) -> None:
    """Remember what came of it."""
    taken = _taken(key)
    assert taken is not None
    taken.made = made
    db.session.flush()


def sweep_keys(before: datetime) -> int:
    """Forget keys that were taken before; returns how many."""
    result = db.session.execute(delete(ApiCreate).where(ApiCreate.created_at < before))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _take(key: str, fingerprint: str) -> ApiCreate | None:
    """Take it; gives what another request took it for, that was faster."""
    row = ApiCreate(
        token_id=g.token_id, key_hash=_digest(key), fingerprint=fingerprint, created_at=now()
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return _taken(key)
    except OperationalError as error:
        raise Conflict(
            _("A request with this Idempotency-Key still runs. Ask again in a moment.")
        ) from error
    return None


def _taken(key: str) -> ApiCreate | None:
    return db.session.scalar(
        select(ApiCreate).where(
            ApiCreate.token_id == g.token_id, ApiCreate.key_hash == _digest(key)
        )
    )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
