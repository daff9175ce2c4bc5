"""Passwords: argon2id at a stated cost, never more at once than there are cores."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from flask_babel import gettext as _

from riskreg.errors import TooMany

MIN_LENGTH = 15
MIN_LENGTH_WITH_SECOND_FACTOR = 8
MAX_LENGTH = 256
WAIT_SECONDS = 3.0
RETRY_SECONDS = 5

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)
# Checked when there is no such person, so that the answer takes as long.
_DECOY = _hasher.hash("nobody has this password")
# Each hash keeps a core busy: a flood of sign-ins must leave the others something to work with.
_places = BoundedSemaphore(os.cpu_count() or 1)


def hash_password(password: str) -> str:
    """The hash to store. Raises TooMany when no core is free for a while."""
    with _place():
        return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored; takes as long when nothing is stored.

    Raises TooMany when no core is free for a while.
    """
    with _place():
        try:
            _hasher.verify(stored or _DECOY, password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made at another cost than today's."""
    return _hasher.check_needs_rehash(stored)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise TooMany(
            _("Very many people are signing in just now. Try again in a few seconds."),
            retry_after_seconds=RETRY_SECONDS,
        )
    try:
        yield
    finally:
        _places.release()
