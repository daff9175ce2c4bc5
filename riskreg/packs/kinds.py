"""What a pack is made of, and which packs there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from riskreg.metrics.matrix import Matrix
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission

PAPERS = ("A4", "Letter")
OTHER_TEAMS = "other_team_ids"
Frozen = Mapping[str, Any]


class PackKind(StrEnum):
    """The packs riskreg makes."""

    TOP_TEN = "top-ten"
    REGISTER = "register"
    RISK = "risk"
    REVIEW = "review"
    POSTMORTEM = "postmortem"
    LEADERSHIP = "leadership"


class PackState(StrEnum):
    """Where a pack stands."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"
    PUT_AWAY = "put_away"


# Words that scripts may already use; their packs come with the pages they print.
PLANNED = ("coverage", "actions", "weekly", "six-pager")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a pack is about: a team and all below, on a day, and where it says so one thing of it.

    `ref` is R-12, OR-3 or I-7; `filters` are the query values of the list it was asked from;
    `earlier` is the frozen data of the earlier pack whose ten of this team these are compared with.
    """

    team: Team
    on: date
    ref: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    earlier: Frozen | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of a pack: `collect` freezes plain values, the template prints nothing else.

    The template is templates/packs/sections/<key>.html and sees them as `data`. Returning None
    leaves the section out. What was taken from teams outside of the pack's own is named by their
    ids under OTHER_TEAMS, so that only people who may see those teams read the pack.
    `headline` says in one sentence what to take away; it opens the section and stands in the
    contents.
    `slices` cuts what was frozen, where that is long, into slices that each begin a page and that
    the template prints one by one; a short section is one slice. What it cuts at must not move
    when something changes far away, for a slice that stayed the same is not printed again.
    """

    key: str
    title: Callable[[], str]
    collect: Callable[[Actor, Scope], dict[str, Any] | None]
    headline: Callable[[Frozen, Matrix], str] | None = None
    slices: Callable[[Frozen], list[Frozen]] | None = None


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Which sections make a pack, in order, and what its cover says.

    `cover` returns figure (None = no figure), figure_label, sentence and, where it differs from
    the kind's name, title from the frozen sections. `subject` fetches the one thing it is about,
    for packs about one thing, and fails as that thing's own page does. `needs` is what whoever
    asks for it must be allowed to see somewhere below the team.
    """

    kind: PackKind
    title: Callable[[], str]
    about: Callable[[], str]
    sections: tuple[str, ...]
    cover: Callable[[Frozen], dict[str, Any]]
    needs: Permission
    subject: Callable[[Actor, str], Any] | None = None
    takes_filters: bool = False

    @property
    def needs_ref(self) -> bool:
        """Whether it is about one thing."""
        return self.subject is not None
