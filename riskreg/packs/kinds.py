"""What a pack is made of, and which packs there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from riskreg.org.models import Team
from riskreg.org.permissions import Actor


class PackKind(StrEnum):
    """The packs riskreg makes."""

    TOP_TEN = "top-ten"
    REGISTER = "register"
    RISK = "risk"
    REVIEW = "review"
    POSTMORTEM = "postmortem"
    LEADERSHIP = "leadership"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a pack is about: a team and all below, on a day, and where it says so one thing of it.

    `ref` is R-12, OR-3 or I-7; `filters` are the query values of the list it was asked from.
    """

    team: Team
    on: date
    ref: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of a pack: `collect` freezes plain values, the template prints nothing else.

    The template is templates/packs/sections/<key>.html and sees them as `data`. Returning None
    leaves the section out.
    """

    key: str
    title: Callable[[], str]
    collect: Callable[[Actor, Scope], dict[str, Any] | None]
    new_page: bool = True


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Which sections make a pack, in order, and what its cover says.

    `cover` returns figure (None = no figure), figure_label and sentence from the frozen data.
    """

    kind: PackKind
    title: Callable[[], str]
    sections: tuple[str, ...]
    cover: Callable[[Mapping[str, Any]], dict[str, Any]]
    needs_ref: bool = False
