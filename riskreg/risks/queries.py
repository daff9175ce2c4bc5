"""Reads of the register: one risk, a page of the list, its counts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.db import db
from riskreg.metrics.matrix import Rating
from riskreg.metrics.ranking import Order, Standing, order_columns
from riskreg.org.access import require
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.conditions import View, after, before, conditions, ordered_ids, view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.stamps import kept

__all__ = [
    "Neighbours",
    "RiskFilter",
    "RiskPage",
    "RiskRow",
    "View",
    "all_rows",
    "assessments_of",
    "cells",
    "count",
    "list_page",
    "neighbours",
    "risk_for",
    "risk_id",
    "risk_seen",
    "rows_by_id",
    "rows_of",
    "view_of",
]

PAGE_SIZE = 50
ROWS_AT_ONCE = 1_000
STATEMENTS_KEPT = 128


class RiskRow(NamedTuple):
    """A risk as lists, exports and packs show it, without an object behind it."""

    id: int
    title: str
    kind: str
    status: str
    band_rank: int | None
    current_likelihood: int | None
    current_impact: int | None
    target_likelihood: int | None
    target_impact: int | None
    effort_days: int | None
    effort_size: str | None
    exposure_milli: int | None
    gain_milli: int | None
    value_rate: int | None
    treatment: str
    identified_on: date
    review_due_on: date | None
    pin_reason: str
    matrix_id: int
    team_slug: str
    team_name: str
    system_key: str | None
    system_name: str | None
    system_team_id: int | None
    owner_id: int | None
    owner_name: str | None
    owner_email: str | None
    order_band: int
    order_value: int
    order_exposure: int

    @property
    def ref(self) -> str:
        """What people call it: R-12."""
        return f"R-{self.id}"

    @property
    def current(self) -> Rating:
        """The current rating."""
        return Rating(likelihood=self.current_likelihood, impact=self.current_impact)

    @property
    def target(self) -> Rating:
        """The target rating."""
        return Rating(likelihood=self.target_likelihood, impact=self.target_impact)

    @property
    def standing(self) -> Standing:
        """What decides its place in the orders."""
        return Standing(
            id=self.id,
            band_rank=self.band_rank,
            value_rate=self.value_rate,
            exposure_milli=self.exposure_milli,
            effort_days=self.effort_days,
            identified_on=self.identified_on,
            kind=self.kind,
        )

    def key(self, order: Order) -> list[Any]:
        """Its sort key, to go on after it."""
        return list(order_key(order)(self))


def order_key(order: Order) -> Callable[[RiskRow], tuple[Any, ...]]:
    """What gives a row's sort key."""
    return attrgetter(*order_columns(order))


@dataclass(frozen=True, kw_only=True)
class RiskPage:
    """Some rows of a list in its order, and whether there are more on either side."""

    rows: Sequence[RiskRow]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The ids of the risks before and after one in a list; None at its ends."""

    before: int | None
    after: int | None


def risk_id(ref: str) -> int | None:
    """12 from "R-12" or "12"; None for anything else."""
    number = ref.upper().removeprefix("R-")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def risk_seen(actor: Actor, ref: str) -> Risk:
    """The same with its team only, to look at."""
    number = risk_id(ref)
    risk = None if number is None else db.session.scalar(_SEEN, {"number": number})
    require(actor, Permission.RISK_VIEW, risk, view=Permission.RISK_VIEW)
    assert risk is not None
    return risk


def risk_for(actor: Actor, ref: str | int, permission: Permission = Permission.RISK_VIEW) -> Risk:
    """A risk by "R-12" or its id, with team, owner, system and tags; NotFound or Forbidden."""
    number = ref if isinstance(ref, int) else risk_id(ref)
    risk = None
    if number is not None:
        risk = db.session.scalar(_RISK, {"number": number})
    require(actor, permission, risk, view=Permission.RISK_VIEW)
    assert risk is not None
    return risk


def list_page(
    view: View,
    *,
    after_key: Sequence[Any] | None = None,
    before_key: Sequence[Any] | None = None,
    size: int = PAGE_SIZE,
) -> RiskPage:
    """A page of the view: from its beginning, or next to the row with the sort key given."""
    backwards = before_key is not None
    query = _page_of(
        view,
        tuple(after_key) if after_key is not None else None,
        tuple(before_key) if before_key is not None else None,
        size,
    )
    found = _sorted_rows(query, view.criteria.order)
    more = len(found) > size
    if backwards:
        return RiskPage(rows=found[1:] if more else found, more_before=more, more_after=True)
    return RiskPage(rows=found[:size], more_before=after_key is not None, more_after=more)


def count(view: View) -> int:
    """How many risks the view shows; counted anew when a risk of its teams has changed."""
    return kept("count", view, view.stamp, lambda: _count(view))


def all_rows(view: View, *, limit: int | None = None) -> Iterator[RiskRow]:
    """Every row of the view in its order, read in portions; at most `limit`."""
    key: Sequence[Any] | None = None
    left = limit
    while left is None or left > 0:
        size = ROWS_AT_ONCE if left is None else min(left, ROWS_AT_ONCE)
        page = list_page(view, after_key=key, size=size)
        yield from page.rows
        if not page.more_after:
            return
        key = page.rows[-1].key(view.criteria.order)
        left = None if left is None else left - len(page.rows)


def rows_by_id(ids: Iterable[int]) -> dict[int, RiskRow]:
    """Rows by id. Who may see them was asked before: the ids come from a view."""
    wanted = list(ids)
    if not wanted:
        return {}
    query = _rows_of(select(Risk.id).where(Risk.id.in_(wanted)))
    return {row[0]: RiskRow(*row) for row in db.session.execute(query)}


def rows_of(ids: Select[Any], order: Order) -> list[RiskRow]:
    """The rows of a query of ids, in an order. Who may see them is asked in that query."""
    return _sorted_rows(_rows_of(ids), order)


def cells(view: View, tier: Tier) -> dict[tuple[int | None, int | None], int]:
    """How many risks of the view stand in each cell: {(likelihood, impact): count}.

    (None, None) counts those that are not rated, or only half, on this tier. The counts add up
    to `count(view)`.
    """
    return dict(kept("cells", (view, tier), view.stamp, lambda: _cells(view, tier)))


def _count(view: View) -> int:
    return db.session.connection().scalar(_count_of(view)) or 0


def _cells(view: View, tier: Tier) -> dict[tuple[int | None, int | None], int]:
    likelihood = getattr(Risk, f"{tier}_likelihood")
    impact = getattr(Risk, f"{tier}_impact")
    query = (
        select(likelihood, impact, func.count())
        .where(*conditions(view))
        .group_by(likelihood, impact)
    )
    found: dict[tuple[int | None, int | None], int] = {}
    for level, severity, number in db.session.execute(query):
        rated = level is not None and severity is not None
        cell = (level, severity) if rated else (None, None)
        found[cell] = found.get(cell, 0) + number
    return found


def neighbours(view: View, risk: Risk) -> Neighbours:
    """Which risks come before and after one in a list, whether or not it is in it itself."""
    order = view.criteria.order
    key = [getattr(risk, name) for name in order_columns(order)]
    return Neighbours(
        before=db.session.scalar(ordered_ids(view, 1, where=[before(order, key)], backwards=True)),
        after=db.session.scalar(ordered_ids(view, 1, where=[after(order, key)])),
    )


def assessments_of(risk: Risk) -> Sequence[Assessment]:
    """Every rating the risk was given, newest first, with who gave it."""
    return db.session.scalars(_ASSESSMENTS, {"risk_id": risk.id}).all()


# Building a statement costs more than running it, and people come back to the same views.
@lru_cache(maxsize=STATEMENTS_KEPT)
def _page_of(
    view: View, after_key: tuple[Any, ...] | None, before_key: tuple[Any, ...] | None, size: int
) -> Select[Any]:
    order = view.criteria.order
    where = []
    if before_key is not None:
        where = [before(order, before_key)]
    elif after_key is not None:
        where = [after(order, after_key)]
    return _rows_of(ordered_ids(view, size + 1, where=where, backwards=before_key is not None))


@lru_cache(maxsize=STATEMENTS_KEPT)
def _count_of(view: View) -> Select[int]:
    return select(func.count()).select_from(Risk).where(*conditions(view))


def _sorted_rows(query: Select[Any], order: Order) -> list[RiskRow]:
    rows = [RiskRow(*row) for row in db.session.connection().execute(query).all()]
    return sorted(rows, key=order_key(order))


def _rows_of(ids: Select[Any]) -> Select[Any]:
    """The rows of these ids; outer joins, so that the ids are found first."""
    return (
        select(*_COLUMNS)
        .outerjoin(Team, Team.id == Risk.team_id)
        .outerjoin(System, System.id == Risk.system_id)
        .outerjoin(Person, Person.id == Risk.owner_id)
        .where(Risk.id.in_(select(ids.subquery())))
    )


_RISK = (
    select(Risk)
    .where(Risk.id == bindparam("number"))
    .options(
        joinedload(Risk.team),
        joinedload(Risk.owner),
        joinedload(Risk.system),
        selectinload(Risk.tags),
    )
)
_SEEN = select(Risk).where(Risk.id == bindparam("number")).options(joinedload(Risk.team))
_ASSESSMENTS = (
    select(Assessment)
    .where(Assessment.risk_id == bindparam("risk_id"))
    .options(joinedload(Assessment.by))
    .order_by(Assessment.at.desc(), Assessment.id.desc())
)
_OF_OTHERS = {
    "team_slug": Team.slug,
    "team_name": Team.name,
    "system_key": System.key,
    "system_name": System.name,
    "system_team_id": System.team_id,
    "owner_name": Person.name,
    "owner_email": Person.email,
}
_COLUMNS = [_OF_OTHERS.get(name) or getattr(Risk, name) for name in RiskRow._fields]
