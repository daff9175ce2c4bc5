"""What is confidential: who reads it all the same, and the conditions that keep it from others.

A confidential thing is seen by its owner, by those an action of it is assigned to, and by its named
readers (whoever filed it and whoever marked it are named first). No role opens it. `KINDS` says
what can be confidential and what hangs on it, by table and number, because the features stand above
this one; `riskreg.org.access` puts the conditions on every list and every row, so that no feature
has to think of it. A further kind is one more entry, and `Guarded` in its model.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Index,
    Integer,
    Select,
    String,
    and_,
    cast,
    column,
    exists,
    func,
    not_,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.org.models import Reader
from riskreg.org.permissions import VIEW_OF, Permission

ACTION = "action_item"
ENTRY = "audit_entry"
PACK, SNAPSHOT = "pack", "snapshot"
# A confidential thing, by table and number.
Secret = tuple[str, int]
# What the actor may read of each kind: numbers, or a parameter that stands for them.
Privy = Mapping[str, Any]


class Guarded:
    """A row that can be confidential."""

    __tablename__: str
    id: Any

    is_confidential: Mapped[bool] = mapped_column(default=False, sort_order=98)

    @property
    def secret(self) -> Secret | None:
        """What a reader has to be privy to; None when it is not confidential."""
        return (self.__tablename__, self.id) if self.is_confidential else None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of thing that can be confidential, by its table.

    `owner` is where its owner stands, as (table, column of the number, column of the person);
    `parts` are the tables whose rows are as confidential as the thing that a column names. `acts`
    is what its acts begin with in the trail, `filed` the act that made it.
    """

    name: str
    letters: str
    edit: Permission
    owner: tuple[str, str, str]
    parts: Mapping[str, str]
    acts: str
    filed: str

    @property
    def view(self) -> Permission:
        """What opens it to look at."""
        return VIEW_OF[self.name]


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="risk",
            letters="R",
            edit=Permission.RISK_EDIT,
            owner=("risk", "id", "owner_id"),
            parts={ACTION: "risk_id", PACK: "risk_id", SNAPSHOT: "risk_id"},
            acts="risk",
            filed="risk.create",
        ),
        Kind(
            name="incident",
            letters="I",
            edit=Permission.INCIDENT_EDIT,
            owner=("postmortem", "incident_id", "owner_id"),
            parts={
                ACTION: "incident_id",
                "postmortem": "incident_id",
                PACK: "incident_id",
                SNAPSHOT: "incident_id",
            },
            acts="incident",
            filed="incident.create",
        ),
        Kind(
            name="operability_review",
            letters="OR",
            edit=Permission.REVIEW_EDIT,
            owner=("operability_review", "id", "started_by_id"),
            parts={ACTION: "review_id", PACK: "review_id", SNAPSHOT: "review_id"},
            acts="review",
            filed="review.start",
        ),
    )
}
RISK, INCIDENT, REVIEW = KINDS["risk"], KINDS["incident"], KINDS["operability_review"]


def confidential_index(name: str) -> Index:
    """The index of a table's few confidential rows; where there are none it costs nothing."""
    on_sqlite, on_postgresql = text("is_confidential = 1"), text("is_confidential")
    return Index(
        f"ix_{name}_confidential", "id", sqlite_where=on_sqlite, postgresql_where=on_postgresql
    )


def privy_numbers(person_id: Any, instant: Any) -> ColumnElement[str]:
    """The numbers of all that a person may read, as "12,17;3": kind after kind.

    The person may be a column of the statement around this one: each part takes it from there, and
    never from a second look at that table, which would find everybody's.
    """
    found = [func.coalesce(_numbers_of(kind, person_id, instant), "") for kind in KINDS.values()]
    return reduce(lambda before, each: before + ";" + each, found)


def privy_of(numbers: str) -> frozenset[Secret]:
    """What `privy_numbers` found, as actors carry it."""
    return frozenset(
        (kind, int(number))
        for kind, found in zip(KINDS, numbers.split(";"), strict=True)
        for number in found.split(",")
        if number
    )


def numbers_in(privy: Iterable[Secret], kind: Kind) -> tuple[int, ...]:
    """The numbers of one kind, in order."""
    return tuple(sorted(number for each, number in privy if each == kind.name))


def by_kind(privy: Iterable[Secret]) -> Privy:
    """The numbers of each kind."""
    found = tuple(privy)
    return {name: numbers_in(found, kind) for name, kind in KINDS.items()}


def open_to(privy: Privy, columns: Any, name: str) -> ColumnElement[bool]:
    """Whether a row of the table is not kept from whoever may read `privy`.

    True for a table that keeps nothing secret.
    """
    if name == ENTRY:
        return and_(*[not_(each) for each in _hidden_entries(privy, columns)])
    if name in KINDS and "is_confidential" in columns:
        plain: ColumnElement[bool] = not_(columns.is_confidential)
        return plain if _is_none(privy[name]) else or_(plain, columns.id.in_(privy[name]))
    if name in KINDS:
        shown: ColumnElement[bool] = columns.id.not_in(_hidden(KINDS[name], privy))
        return shown
    parts = [(columns[kind.parts[name]], kind) for kind in KINDS.values() if name in kind.parts]
    return and_(
        true(),
        *[or_(number.is_(None), number.not_in(_hidden(kind, privy))) for number, kind in parts],
    )


def own_rows(person_id: Any, privy: Privy, columns: Any, name: str) -> Any:
    """Whether a row is one that somebody may see whatever their roles are; None where none is.

    Confidential things they are privy to, with their actions, and any action assigned to them.
    """
    if name in KINDS:
        return None if _is_none(privy[name]) else columns.id.in_(privy[name])
    if name != ACTION or person_id is None:
        return None
    parts = [(columns[kind.parts[ACTION]], privy[kind.name]) for kind in KINDS.values()]
    theirs = [number.in_(numbers) for number, numbers in parts if not _is_none(numbers)]
    return or_(columns.owner_id == person_id, *theirs)


def belongs_to_secret(name: str, columns: Mapping[str, ColumnElement[Any]]) -> Any:
    """Whether a row of this table hangs on something confidential; `columns` are those of parts."""
    return or_(
        *[
            exists().where(rows.c.id == columns[kind.parts[name]], rows.c.is_confidential)
            for kind in KINDS.values()
            if name in kind.parts
            for rows in [_GUARDED[kind.name]]
        ]
    )


def parts_of(privy: Privy, name: str) -> Iterator[tuple[str, Select[int, int]]]:
    """For each kind that rows of this table hang on: (kind, statement of row and thing)."""
    for kind in KINDS.values():
        if name in kind.parts and not _is_none(privy[kind.name]):
            rows = _PARTS[kind.name, name].c
            number = rows[kind.parts[name]]
            yield kind.name, select(rows.id, number).where(number.in_(privy[kind.name]))


def _numbers_of(kind: Kind, person_id: Any, instant: Any) -> Any:
    rows, action, owned = _GUARDED[kind.name], _ACTIONS, _OWNERS[kind.name]
    _table, number, person = kind.owner
    named = exists().where(
        Reader.kind == kind.name,
        Reader.item_id == rows.c.id,
        Reader.person_id == person_id,
        or_(Reader.until_at.is_(None), Reader.until_at > instant),
    )
    assigned = exists().where(
        action.c[kind.parts[ACTION]] == rows.c.id, action.c.owner_id == person_id
    )
    owns = exists().where(owned.c[number] == rows.c.id, owned.c[person] == person_id)
    theirs = or_(
        named.correlate_except(Reader),
        assigned.correlate_except(action),
        owns.correlate_except(owned),
    )
    found = select(func.aggregate_strings(cast(rows.c.id, String), ",")).where(
        rows.c.is_confidential, theirs
    )
    return found.correlate_except(rows).scalar_subquery()


def _hidden(kind: Kind, privy: Privy) -> Select[int]:
    """The few that are confidential, without those of the reader."""
    rows, numbers = _GUARDED[kind.name].c, privy[kind.name]
    hidden = select(rows.id).where(rows.is_confidential)
    return hidden if _is_none(numbers) else hidden.where(rows.id.not_in(numbers))


def _hidden_entries(privy: Privy, columns: Any) -> list[ColumnElement[bool]]:
    found = []
    for kind in KINDS.values():
        hidden = _hidden(kind, privy)
        found.append(and_(columns.subject_type == kind.name, columns.subject_id.in_(hidden)))
        for name, number in kind.parts.items():
            rows = _PARTS[kind.name, name].c
            parts = select(rows.id).where(rows[number].in_(hidden))
            found.append(and_(columns.subject_type == name, columns.subject_id.in_(parts)))
    return found


def _is_none(numbers: Any) -> bool:
    """Whether these are no numbers at all; a parameter may stand for some."""
    return isinstance(numbers, Sequence) and not numbers


_GUARDED = {
    name: table(name, column("id", Integer), column("is_confidential", Boolean)).alias(
        f"guarded_{name}"
    )
    for name in KINDS
}
_OWNERS = {
    name: table(kind.owner[0], *[column(each, Integer) for each in kind.owner[1:]]).alias(
        f"owned_{name}"
    )
    for name, kind in KINDS.items()
}
_PARTS = {
    (kind.name, name): table(name, column("id", Integer), column(number, Integer)).alias("part")
    for kind in KINDS.values()
    for name, number in kind.parts.items()
}
_ACTIONS = table(
    ACTION,
    column("owner_id", Integer),
    *[column(kind.parts[ACTION], Integer) for kind in KINDS.values()],
).alias("guarded_action")
