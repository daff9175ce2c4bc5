"""The plain values of an export: what was asked for, sheets of rows, formats; no request."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from riskreg.org.confidential import Secret
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch

# A list (tags, links) is a tuple of texts: joined in tables, a list in JSON.
Cell = str | int | float | bool | date | datetime | tuple[str, ...] | None
Row = Sequence[Cell]
LIST_SIGN = "; "


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an export is about: the filters as its page has them, in the team and below.

    `ref` names the one thing of a kind that is about one (a review).
    """

    actor: Actor
    team: Branch | None
    today: date
    filters: Mapping[str, str] = field(default_factory=dict)
    ref: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table: column names and rows, read when they are written and only as fast as that.

    `rows` gives every row again each time it is called; it needs neither request nor session.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]


@dataclass(frozen=True, kw_only=True)
class Book:
    """An export: its rows, their number, and more sheets for formats that hold several.

    `about` is the one confidential thing that it is about: the trail tells of it to nobody else.
    `secrets` are the confidential things that its rows are, or hang on.
    """

    name: str
    data: Sheet
    count: int
    more: tuple[Sheet, ...] = ()
    about: Any = None
    secrets: frozenset[Secret] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ExportTable:
    """A kind of export: who may have it, and how it is read.

    `label` is what people call it; `everything` are filters that leave nothing out; with
    `needs_ref` it is about one thing and has no place among the lists.
    """

    name: str
    label: Callable[[], str]
    permission: Permission
    read: Callable[[Asked], Book]
    everything: Mapping[str, str] = field(default_factory=dict)
    needs_ref: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportFormat:
    """A kind of file: `write` yields its bytes piece by piece, in flat memory."""

    name: str
    label: str
    mimetype: str
    write: Callable[[Book], Iterator[bytes]]


@dataclass(kw_only=True)
class Exported:
    """What the trail remembers an export by; it is no row of its own, so it has no id."""

    ref: str
    team_id: int | None
    id: Any = None
    __tablename__: Any = "export"
