"""Find risks, systems, incidents, actions and reviews by words, or one thing by its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from riskreg.actions.models import ActionItem
from riskreg.db import db
from riskreg.lib.text import fold
from riskreg.org.access import ids_among, visible_among
from riskreg.org.confidential import KINDS, by_kind, open_to, own_rows
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.postmortems.models import Incident
from riskreg.reviews.models import Review
from riskreg.risks.conditions import view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.models import Risk
from riskreg.risks.queries import RiskPage, RiskRow, list_page

SHOWN_MAX = 8
NO_NUMBERS = (0,)  # nothing has this number
WORDS_MAX = 8
ESCAPE = "/"
ME: BindParameter[Any] = bindparam("me")
PRIVY: dict[str, BindParameter[Any]] = {
    kind: bindparam(f"privy_{kind}", expanding=True) for kind in KINDS
}
NAME = re.compile(r"(R|A|I|OR)-?([1-9]\d{0,8})", re.IGNORECASE | re.ASCII)


class Found(StrEnum):
    """What can be found beside risks."""

    SYSTEM = "system"
    INCIDENT = "incident"
    ACTION = "action"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing that was found; `key` is a system's, `note` a word about where it stands."""

    id: int
    key: str
    title: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Hits:
    """What was found: at most eight of each, and which had more."""

    risks: Sequence[RiskRow]
    others: dict[Found, list[Hit]]
    more_risks: bool
    more: frozenset[Found]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self.risks and not any(self.others.values())


def named(actor: Actor, text: str, known: Sequence[Branch]) -> str | None:
    """The address of the thing that the text names (R-12, a31), if the actor may see it."""
    match = NAME.fullmatch(text.strip())
    if match is None:
        return None
    letters, number = match[1].upper(), int(match[2])
    model, permission, folder = _NAMED[letters]
    seen = visible_among(actor, permission, model.team_id, known)
    found = db.session.scalar(select(model.id).where(model.id == number, seen))
    return None if found is None else f"{folder}/{letters}-{number}"


def search(
    actor: Actor, text: str, *, known: Sequence[Branch], below: Branch | None, today: date
) -> Hits:
    """What holds every word, in the team and below: risks most severe first, the rest newest first.

    Risks open and closed are found by any of their texts, the others by their titles and main
    texts. `known` are all teams the actor may look at.
    """
    if not fold(text):
        return Hits(risks=[], others={}, more_risks=False, more=frozenset())
    risks = _risks(actor, text, known=known, below=below, today=today)
    others = _others(actor, text, known=known, below=below)
    return Hits(
        risks=risks.rows,
        others={sort: hits[:SHOWN_MAX] for sort, hits in others.items()},
        more_risks=risks.more_after,
        more=frozenset(sort for sort, hits in others.items() if len(hits) > SHOWN_MAX),
    )


def _risks(
    actor: Actor, text: str, *, known: Sequence[Branch], below: Branch | None, today: date
) -> RiskPage:
    slug = below.slug if below else ""
    criteria = RiskFilter.from_args({"q": text, "status": "all", "team": slug})
    view = view_of(actor, criteria, known=known, today=today)
    return list_page(view, size=SHOWN_MAX)


def _others(
    actor: Actor, text: str, *, known: Sequence[Branch], below: Branch | None
) -> dict[Found, list[Hit]]:
    patterns = _patterns(text)
    teams = {each.sort: ids_among(actor, each.permission, known, below=below) for each in _SEARCHED}
    within = {sort: ids for sort, ids in teams.items() if ids is not None}
    values: dict[str, Any] = {f"teams_{sort}": ids for sort, ids in within.items()}
    # Never empty: one parameter stands behind IN and NOT IN, and an empty list is written in one
    # way for both, which on PostgreSQL lets everything through.
    privy = by_kind(actor.privy)
    values |= {f"privy_{kind}": numbers or NO_NUMBERS for kind, numbers in privy.items()}
    values["me"] = actor.own_id
    for at, spellings in enumerate(patterns):
        values |= {f"word_{at}_{which}": pattern for which, pattern in enumerate(spellings)}
    statement = _statement(len(patterns), len(patterns[0]), frozenset(within))
    found: dict[Found, list[Hit]] = {sort: [] for sort in Found}
    for sort, number, key, title, note in db.session.connection().execute(statement, values):
        found[Found(sort)].append(Hit(id=number, key=key, title=title, note=str(note or "")))
    for hits in found.values():
        hits.sort(key=lambda hit: -hit.id)
    return found


def _patterns(text: str) -> list[list[str]]:
    """LIKE patterns of each word: as typed, and without accents where any word has some."""
    words = [word.lower() for word in text.split()[:WORDS_MAX]]
    plain = [fold(word) or word for word in words]
    spellings = [words] if words == plain else [words, plain]
    return [[_anywhere(word) for word in pair] for pair in zip(*spellings, strict=True)]


def _anywhere(word: str) -> str:
    for sign in (ESCAPE, "%", "_"):
        word = word.replace(sign, ESCAPE + sign)
    return f"%{word}%"


@lru_cache(maxsize=128)
def _statement(words: int, spellings: int, narrowed: frozenset[Found]) -> Any:
    """Built once for each number of words. The one place that a full-text index would change."""
    parts = []
    for each in _SEARCHED:
        where = [_says(each.searched, at, spellings) for at in range(words)]
        if each.sort in narrowed:
            within = each.model.team_id.in_(bindparam(f"teams_{each.sort}", expanding=True))
            own = own_rows(ME, PRIVY, each.model.__table__.c, each.model.__tablename__)
            where.append(within if own is None else or_(within, own))
        where.append(open_to(PRIVY, each.model.__table__.c, each.model.__tablename__))
        part = select(literal(each.sort.value), *each.shown).select_from(each.model)
        if each.model is Review:
            part = part.join(System, System.id == Review.system_id)
        newest = each.model.id.desc()
        parts.append(select(part.where(*where).order_by(newest).limit(SHOWN_MAX + 1).subquery()))
    return union_all(*parts)


def _says(columns: Sequence[Any], word: int, spellings: int) -> ColumnElement[bool]:
    """Whether one of the columns holds the word, in one of its spellings, in any case."""
    return or_(
        *[
            func.lower(column).like(bindparam(f"word_{word}_{which}"), escape=ESCAPE)
            for column in columns
            for which in range(spellings)
        ]
    )


@dataclass(frozen=True, kw_only=True)
class _Searched:
    """How one sort is searched: `shown` are id, key, title and note."""

    sort: Found
    model: Any
    permission: Permission
    shown: tuple[Any, ...]
    searched: tuple[Any, ...]


_NO_KEY = literal("", String)
_SEARCHED = (
    _Searched(
        sort=Found.SYSTEM,
        model=System,
        permission=Permission.SYSTEM_VIEW,
        shown=(System.id, System.key, System.name, _NO_KEY),
        searched=(System.name, System.key, System.description),
    ),
    _Searched(
        sort=Found.INCIDENT,
        model=Incident,
        permission=Permission.INCIDENT_VIEW,
        shown=(Incident.id, _NO_KEY, Incident.title, cast(Incident.severity, String)),
        searched=(Incident.title, Incident.summary, Incident.customer_effect),
    ),
    _Searched(
        sort=Found.ACTION,
        model=ActionItem,
        permission=Permission.ACTION_VIEW,
        shown=(ActionItem.id, _NO_KEY, ActionItem.title, cast(ActionItem.status, String)),
        searched=(ActionItem.title, ActionItem.detail, ActionItem.evidence),
    ),
    _Searched(
        sort=Found.REVIEW,
        model=Review,
        permission=Permission.REVIEW_VIEW,
        shown=(Review.id, _NO_KEY, System.name, cast(Review.status, String)),
        searched=(System.name, System.key, Review.sign_off_note),
    ),
)
_NAMED: dict[str, tuple[Any, Permission, str]] = {
    "R": (Risk, Permission.RISK_VIEW, "/risks"),
    "A": (ActionItem, Permission.ACTION_VIEW, "/actions"),
    "I": (Incident, Permission.INCIDENT_VIEW, "/incidents"),
    "OR": (Review, Permission.REVIEW_VIEW, "/reviews"),
}
