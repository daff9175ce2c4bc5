"""How a risk is recognised when the same register is imported again.

A row with an id of its own tool is known by that id. A row without one is known by its title,
cause and category, folded, so that a new score, owner or date is an update and a new title is a
new risk. Rows of our own export are known by their reference. Keys hold inside one team.
"""

from __future__ import annotations

import hashlib

from riskreg.imports.cells import fold

_ID_LENGTH_MAX = 120
_HASH_LENGTH = 32
_SEPARATOR = "\x1f"


def key_of(*, ref: str, external_ref: str, texts: tuple[str, ...]) -> str:
    """Return the key of a row by our reference, else the other tool's id, else its texts."""
    if ref:
        return f"ref:{ref.upper()}" if len(ref) <= _ID_LENGTH_MAX else f"ref:{_hash(ref)}"
    return id_key(external_ref) if external_ref else text_key(*texts)


def id_key(external_ref: str) -> str:
    """Return the key of a row with an id; at most 200 characters."""
    folded = fold(external_ref)
    return (
        f"id:{folded}" if folded and len(folded) <= _ID_LENGTH_MAX else f"id:{_hash(external_ref)}"
    )


def text_key(*texts: str) -> str:
    """Return the key of a row without an id; a hash, because texts may be long."""
    parts = (fold(text) or text for text in texts)
    return f"text:{_hash(_SEPARATOR.join(parts))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
