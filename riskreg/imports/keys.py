"""How a risk is recognised when the same register is imported again.

A row with an id of its own tool is known by that id. A row without one is known by its title,
cause and category, folded, so that a new score, owner or date is an update and a new title is a
new risk. Keys hold inside one team; riskreg's own references ("R-12") need none.
"""

from __future__ import annotations

import hashlib

from riskreg.imports.cells import fold

_ID_LENGTH_MAX = 120
_HASH_LENGTH = 32
_SEPARATOR = "\x1f"


def id_key(external_ref: str) -> str:
    """Return the key of a row with an id; at most 200 characters."""
    folded = fold(external_ref)
    return (
        f"id:{folded}" if folded and len(folded) <= _ID_LENGTH_MAX else f"id:{_hash(external_ref)}"
    )


def text_key(title: str, cause: str, category: str) -> str:
    """Return the key of a row without an id; a hash, because texts may be long."""
    parts = (fold(text) or text for text in (title, cause, category))
    return f"text:{_hash(_SEPARATOR.join(parts))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
