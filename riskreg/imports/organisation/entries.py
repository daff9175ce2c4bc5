"""What a file says about teams, people and systems, before anything is asked of the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from riskreg.imports.kinds import Note
from riskreg.org.kinds import Role, Strength


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """A thing named by another: its name in addresses, or an e-mail; `column` says where it stood.

    `text` is what the file says, for whoever has to find it there.
    """

    name: str
    line: int
    column: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamEntry:
    """A team; None and "" mean that the file does not say. `below` are teams it says it has."""

    line: int
    slug: str
    name: str = ""
    parent: Ref | None = None
    below: tuple[Ref, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonEntry:
    """A person; a member gets a role on the teams, if they have none there yet."""

    line: int
    email: str
    name: str = ""
    title: str = ""
    home: Ref | None = None
    roles: tuple[tuple[Role, Ref], ...] = ()
    member_of: tuple[Ref, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemEntry:
    """A system; `values` are columns of riskreg.org.models.System that the file states."""

    line: int
    key: str
    name: str = ""
    team: Ref | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    operators: tuple[Ref, ...] = ()
    needs: tuple[tuple[Strength | None, Ref], ...] = ()  # None: the file does not say how


@dataclass(frozen=True, kw_only=True, slots=True)
class Entries:
    """A file, read. `kind` is what reports call it; `rows` counts what the file tells of."""

    kind: str
    rows: int
    teams: tuple[TeamEntry, ...] = ()
    people: tuple[PersonEntry, ...] = ()
    systems: tuple[SystemEntry, ...] = ()
    skipped: int = 0
    warnings: tuple[Note, ...] = ()
    errors: tuple[Note, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    recognised: Mapping[str, str] = field(default_factory=dict)
