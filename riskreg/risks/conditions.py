"""A filter of the register as SQL: its conditions, its order, and where a page begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)

from riskreg.db import db
from riskreg.lib.dates import local_day, now
from riskreg.metrics.ranking import Order, order_columns
from riskreg.org.access import ids_among, team_ids
from riskreg.org.confidential import RISK, numbers_in
from riskreg.org.models import System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.risks.filters import ANY_STATUS, ME, NOBODY, UNRATED, RiskFilter
from riskreg.risks.kinds import Kind, Status
from riskreg.risks.matching import are_common, asked_words, hold_each, holds
from riskreg.risks.models import Risk, RiskTag
from riskreg.risks.stamps import Stamp, kept, stamp_of

# Up to so many (team, status) pairs are walked one ordered index each and merged; beyond, the
# database sorts.
BRANCHES_MAX = 120
# So few where words have to be looked for in every branch.
WORDY_BRANCHES_MAX = 12

Conditions: TypeAlias = list[ColumnElement[bool]]
PLAIN = not_(Risk.is_confidential)


@dataclass(frozen=True, kw_only=True)
class View:
    """A filter as one actor sees it on one day.

    `team_ids` None means every team; what is counted under the same `stamp` still holds.
    `is_common` says that many risks hold the filter's words; `privy` are the confidential risks
    among these that the actor may read, whatever their roles are.
    """

    criteria: RiskFilter
    team_ids: tuple[int, ...] | None
    person_id: int | None
    today: date
    privy: tuple[int, ...] = ()
    is_common: bool = False
    stamp: Stamp = field(default=None, compare=False)

    @property
    def is_narrow(self) -> bool:
        """Whether a condition is in force that few risks meet: then they are found first."""
        is_rare = bool(self.criteria.text) and not self.is_common
        return self.criteria.is_narrow or is_rare

    def with_criteria(self, **changes: Any) -> "View":
        """The same view with another filter or order."""
        return replace(self, criteria=replace(self.criteria, **changes))


def view_of(
    actor: Actor,
    criteria: RiskFilter,
    *,
    known: Sequence[Branch] | None = None,
    today: date | None = None,
    counted: bool = True,
) -> View:
    """What the actor may see of the filter; a team that does not exist shows nothing.

    `known` are the teams the actor may look at, where the page has read them already. A view that
    is not to be `counted` has no stamp, under which its figures would be kept.
    """
    ids = _team_ids(actor, criteria.team) if known is None else _among(actor, criteria.team, known)
    privy = _privy(actor, criteria.team)
    stamp = stamp_of(None if privy else ids) if counted or criteria.text else None
    return View(
        privy=privy,
        criteria=criteria,
        stamp=stamp,
        is_common=_is_common(criteria.text, stamp),
        team_ids=None if ids is None else tuple(ids),
        person_id=actor.person_id,
        today=today or local_day(now(), actor.timezone),
    )


def conditions(view: View, *, beside: bool = False) -> Conditions:
    """Everything the view asks for, team and status too.

    `beside` something rarer, by which the rows are found: then these are only checked.
    """
    return [*(scope(view, off_index) if beside else scope(view)), *narrowing(view)]


def narrowing(view: View, *, walking: bool = False) -> Conditions:
    """What the view asks for beside team and status; `walking` along an index, row by row."""
    criteria = view.criteria
    found = [*_band(criteria), *_people(view), *_system(criteria), *_cell(criteria)]
    if criteria.kind:
        found.append(Risk.kind.in_({criteria.kind, Kind.BOTH}))
    if criteria.tag:
        tagged = select(RiskTag.risk_id).where(RiskTag.tag == criteria.tag.lower())
        found.append(Risk.id.in_(tagged))
    if criteria.effort:
        known = criteria.effort == "known"
        found.append(Risk.effort_days.is_not(None) if known else Risk.effort_days.is_(None))
    if criteria.due:
        found.append(Risk.review_due_on <= view.today)
    return found + _text(criteria.text, walking=walking)


def off_index(column: Any) -> Any:
    """The same column, but no reason to read by it: for what most rows meet."""
    return column + 0 if isinstance(column.type, Integer) else func.lower(column)


def order_of(order: Order) -> list[Any]:
    """The stored columns of an order, all ascending."""
    return [getattr(Risk, name) for name in order_columns(order)]


def after(order: Order, key: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after the one with this sort key, as one row comparison."""
    columns = order_of(order)
    return cast(ColumnElement[bool], tuple_(*columns) > _values(columns, key))


def before(order: Order, key: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come before the one with this sort key."""
    columns = order_of(order)
    return cast(ColumnElement[bool], tuple_(*columns) < _values(columns, key))


def ordered_ids(
    view: View,
    limit: int,
    *,
    where: Sequence[ColumnElement[bool]] = (),
    bands: Sequence[int] = (),
    backwards: bool = False,
) -> Select[Any]:
    """The first ids of the view in its order (the last ones, last first, when `backwards`).

    Every pair of a team and a status is read from its own ordered index and cut off at once;
    only these few are merged, so a page costs the same however long the register is. Where a
    narrow condition is in force the database finds its rows first and sorts those; words that
    many risks hold are looked for along the way. `bands` (all ranks there are) reads each band
    apart as well, for a condition that holds in a part of each.
    """
    columns = order_of(view.criteria.order)
    directed = [column.desc() if backwards else column.asc() for column in columns]
    extra = [*narrowing(view, walking=view.is_common), *where]
    pairs = [] if view.is_narrow else _pairs(view)
    if bands:
        pairs = [[*pair, Risk.order_band == -rank] for pair, rank in product(pairs, bands)]
    if len(pairs) > (WORDY_BRANCHES_MAX if view.is_common else BRANCHES_MAX):
        pairs = []
    if not pairs:
        return select(Risk.id).where(*scope(view), *extra).order_by(*directed).limit(limit)
    parts = [
        select(*columns).where(*pair, *extra).order_by(*directed).limit(limit) for pair in pairs
    ]
    if len(parts) == 1:
        return select(Risk.id).where(*pairs[0], *extra).order_by(*directed).limit(limit)
    merged = union_all(*[select(part.subquery()) for part in parts]).subquery()
    keys = [merged.c[column.key] for column in columns]
    return (
        select(merged.c.id)
        .order_by(*[key.desc() if backwards else key.asc() for key in keys])
        .limit(limit)
    )


def _team_ids(actor: Actor, slug: str) -> list[int] | None:
    if not slug:
        return team_ids(actor, Permission.RISK_VIEW)
    team = db.session.scalar(select(Team).where(Team.slug == slug))
    return [] if team is None else team_ids(actor, Permission.RISK_VIEW, below=team)


def _privy(actor: Actor, slug: str) -> tuple[int, ...]:
    """The confidential risks that the actor may read, in the chosen team and below."""
    numbers = numbers_in(actor.privy, RISK)
    if not numbers or not slug:
        return numbers
    chosen = select(Team.path).where(Team.slug == slug).scalar_subquery()
    here = select(Risk.id).join(Team).where(Risk.id.in_(numbers), Team.path.startswith(chosen))
    return tuple(db.session.scalars(here.order_by(Risk.id)))


def _among(actor: Actor, slug: str, known: Sequence[Branch]) -> list[int] | None:
    """The same from teams that were read before."""
    below = next((team for team in known if team.slug == slug), None) if slug else None
    if slug and below is None:
        return []
    ids = ids_among(actor, Permission.RISK_VIEW, known, below=below)
    return None if ids is None else sorted(ids)


def _pairs(view: View) -> list[list[ColumnElement[bool]]]:
    """Equalities on status, or team and status, that the ordered indexes begin with."""
    wanted = view.criteria.status
    statuses = list(Status) if wanted == ANY_STATUS else [Status(wanted)]
    # A reader's own are few: found by their numbers, never by walking along the register.
    own = [[Risk.id.in_(view.privy), off_index(Risk.status) == status.value] for status in statuses]
    own = own if view.privy else []
    if view.team_ids is None:
        return [[Risk.status == status, PLAIN] for status in statuses] + own
    return [
        [Risk.team_id == team_id, Risk.status == status, PLAIN]
        for team_id, status in product(view.team_ids, statuses)
    ] + own


def scope(view: View, wrap: Callable[[Any], Any] = lambda column: column) -> Conditions:
    """The teams and the status of a view, and what is confidential only for its readers."""
    found: Conditions = [PLAIN]
    if view.team_ids is not None:
        found.append(wrap(Risk.team_id).in_(view.team_ids) if view.team_ids else false())
    if view.privy:
        found = [or_(and_(*found), Risk.id.in_(view.privy))]
    if view.criteria.status != ANY_STATUS:
        found.append(wrap(Risk.status) == view.criteria.status)
    return found


def _band(criteria: RiskFilter) -> Conditions:
    """By the stored sort key: then the band is a range of the severity index."""
    if not criteria.band:
        return []
    rank = None if criteria.band == UNRATED else int(criteria.band)
    return [Risk.band_rank.is_(None)] if rank is None else [Risk.order_band == -rank]


def _people(view: View) -> Conditions:
    owner = view.criteria.owner
    if not owner:
        return []
    if owner == NOBODY:
        return [Risk.owner_id.is_(None)]
    if owner == ME:
        return [Risk.owner_id == view.person_id if view.person_id is not None else false()]
    return [Risk.owner_id == int(owner)]


def _system(criteria: RiskFilter) -> Conditions:
    if not criteria.system:
        return []
    if criteria.system == NOBODY:
        return [Risk.system_id.is_(None)]
    wanted = select(System.id).where(System.key == criteria.system).scalar_subquery()
    return [Risk.system_id == wanted]


def _cell(criteria: RiskFilter) -> Conditions:
    columns = {
        getattr(Risk, f"{criteria.tier}_likelihood"): criteria.likelihood,
        getattr(Risk, f"{criteria.tier}_impact"): criteria.impact,
    }
    return [column == level for column, level in columns.items() if level is not None]


def _text(text: str, *, walking: bool) -> Conditions:
    """Every word in the risk's texts; "R-12" or "12" is the risk itself."""
    if not text:
        return []
    number = _number(text)
    if number is not None:
        return [Risk.id == number]
    words = asked_words(text)
    return hold_each(words) if walking else [holds(words)]


def _number(text: str) -> int | None:
    number = text.upper().removeprefix("R-")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _is_common(text: str, stamp: Stamp) -> bool:
    """Whether many risks hold the words; asked anew when a risk in view has changed."""
    if not text or _number(text) is not None:
        return False
    words = asked_words(text)
    return kept("common words", words, stamp, lambda: are_common(words))


def _values(columns: Sequence[Any], key: Sequence[Any]) -> Any:
    pairs = zip(columns, key, strict=True)
    return tuple_(*[literal(_typed(column, value), column.type) for column, value in pairs])


def _typed(column: Any, value: Any) -> Any:
    return (
        date.fromisoformat(value)
        if column is Risk.identified_on and isinstance(value, str)
        else value
    )
