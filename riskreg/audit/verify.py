"""Hold the trail against its chain of digests, and against anchors kept elsewhere.

Without an anchor a trail whose end was cut off, or that was written anew from some entry on, looks
sound: whoever may write to the database can work the digests out too. An anchor says how long the
trail was and which digest it ended with, signed with a key that is not in the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from riskreg.audit.anchors import Anchor
from riskreg.audit.chain import FIELDS, START, Columns, digest_of
from riskreg.audit.models import AuditEntry
from riskreg.db import db

BATCH = 2_000
_COLUMNS = (*FIELDS, "digest")
_TRAIL = (
    select(*(getattr(AuditEntry, name) for name in _COLUMNS))
    .order_by(AuditEntry.id)
    .execution_options(yield_per=BATCH)
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How many entries were read, the digest of the last sound one, and the first fault."""

    entries: int
    digest: str
    fault: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.fault


def verify(anchors: Sequence[Anchor] = ()) -> Verdict:
    """Read the whole trail once; stops at the first entry that is not what was written."""
    return verify_on(db.session.connection(), anchors)


def verify_on(connection: Connection, anchors: Sequence[Anchor] = ()) -> Verdict:
    """The same, as one connection sees it."""
    with connection.execute(_TRAIL) as rows:
        return follow((dict(zip(_COLUMNS, row, strict=True)) for row in rows), anchors)


def follow(entries: Iterable[Columns], anchors: Sequence[Anchor] = ()) -> Verdict:
    """Hold entries in the order of their numbers, wherever they come from, against the chain."""
    expected: dict[int, set[str]] = {}
    for anchor in anchors:
        expected.setdefault(anchor.entries, set()).add(anchor.digest)
    number, digest = 0, START
    for entry in entries:
        if entry["id"] != number + 1:
            return _fault(number, digest, f"After entry {number} comes entry {entry['id']}.")
        if digest_of(digest, entry) != entry["digest"]:
            return _fault(number, digest, f"Entry {number + 1} is not as it was written.")
        number, digest = number + 1, entry["digest"]
        if expected.pop(number, {digest}) != {digest}:
            return _fault(number, digest, f"The anchor at entry {number} has another digest.")
    if expected.pop(0, {START}) != {START}:
        return _fault(number, digest, "The anchor of the empty trail has another digest.")
    if expected:
        length = max(expected)
        return _fault(number, digest, f"There were {length} entries once; there are {number}.")
    return Verdict(entries=number, digest=digest)


def _fault(number: int, digest: str, fault: str) -> Verdict:
    return Verdict(entries=number, digest=digest, fault=fault)
