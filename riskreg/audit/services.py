"""Write the trail."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from riskreg.audit.chain import add
from riskreg.audit.plain import plain
from riskreg.lib.dates import now

Changes: TypeAlias = Mapping[str, list[Any]]


class Doer(Protocol):
    """Who acts: a signed-in person or the program itself."""

    @property
    def person_id(self) -> int | None:
        """Their id; None for the program itself."""

    @property
    def name(self) -> str:
        """What the trail calls them."""


class Subject(Protocol):
    """What is acted upon: any row with an id."""

    id: Any
    __tablename__: Any


def record(
    *,
    actor: Doer,
    action: str,
    subject: Subject,
    changes: Changes | None = None,
    note: str = "",
) -> None:
    """Add one act to the trail, in the transaction of the change itself.

    `action` is "resource.verb" (risk.create); `changes` is {field: [old, new]}.
    """
    add([_columns(actor, action, subject, changes or {}, note)])


def record_all(
    *, actor: Doer, action: str, acts: Iterable[tuple[Subject, Changes]], note: str = ""
) -> None:
    """Add the same act on many things to the trail; as `record` for each."""
    add(_columns(actor, action, subject, changes, note) for subject, changes in acts)


def _columns(
    actor: Doer, action: str, subject: Subject, changes: Changes, note: str
) -> dict[str, Any]:
    return {
        "at": now(),
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "action": action,
        "subject_type": subject.__tablename__,
        "subject_id": subject.id,
        "subject_ref": str(
            getattr(subject, "ref", None) or getattr(subject, "slug", None) or subject.id
        ),
        "team_id": _team_id(subject),
        "changes": {field: [plain(old), plain(new)] for field, (old, new) in changes.items()},
        "note": note,
    }


def _team_id(subject: Subject) -> int | None:
    """The team whose people may read the entry; a team is its own."""
    number: int | None = getattr(subject, "team_id", None)
    return subject.id if subject.__tablename__ == "team" else number


def changed(row: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set the values that differ on the row; returns {field: [old, new]} of what changed."""
    changes: dict[str, list[Any]] = {}
    for field, new in values.items():
        old = getattr(row, field)
        if old != new:
            changes[field] = [old, new]
            setattr(row, field, new)
    return changes
