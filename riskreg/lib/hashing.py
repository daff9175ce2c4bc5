"""One canonical form of plain values, and its SHA-256, so that equal values hash equally."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal


def canonical_json(value: object) -> bytes:
    """Return a value as UTF-8 JSON with sorted keys and no spaces.

    Takes what JSON takes and also aware datetimes (written in UTC), dates, decimals (as
    text), sets (sorted) and tuples. Raises TypeError for anything else, for keys that are
    not text and for naive datetimes; ValueError for NaN and infinities.
    """
    text = json.dumps(
        _plain(value), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON as 64 hexadecimal digits."""
    return sha256(canonical_json(value))


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {_key(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(entry) for entry in value), key=canonical_json)
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise TypeError("A time without a zone has no canonical form.")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"A key must be text, not {type(key).__name__}.")
    return key
