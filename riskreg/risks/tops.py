"""The ten, the next ten and why not, and the quadrant: few rows of a long register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from riskreg.db import db
from riskreg.metrics.matrix import BANDS_MAX
from riskreg.metrics.ranking import (
    TOP_SIZE,
    UNKNOWN_LAST,
    Order,
    Place,
    RankPreview,
    Standing,
    Top,
    order_columns,
    stored_value,
    top,
)
from riskreg.risks.conditions import View, before, conditions, order_of, ordered_ids
from riskreg.risks.kinds import Status
from riskreg.risks.models import Risk
from riskreg.risks.queries import RiskRow, list_page, rows_of
from riskreg.risks.stamps import kept

CANDIDATES = 60
NEEDS_EFFORT_SHOWN = 20
POINTS_MAX = 200
ID_MAX = 2**31 - 1
RATED = Risk.order_band != UNKNOWN_LAST


@dataclass(frozen=True, kw_only=True)
class TopTen:
    """The ten of a view with the rows behind it.

    `rows` has every risk named in `top`; `needs_effort` are the first rated risks without effort
    and `needs_effort_count` how many there are; `unrated_count` those without a rating.
    `total` counts all open risks of the view.
    """

    top: Top
    rows: Mapping[int, RiskRow]
    needs_effort: Sequence[RiskRow]
    needs_effort_count: int
    unrated_count: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Points:
    """What a quadrant draws: the first risks in the view's order, and how many it leaves out."""

    rows: Sequence[RiskRow]
    drawable: int
    without_effort: int
    unrated: int

    @property
    def not_drawn(self) -> int:
        """How many more could be drawn."""
        return self.drawable - len(self.rows)


def top_ten(view: View, *, size: int = TOP_SIZE) -> TopTen:
    """The ten open risks of a view in its order, pins first; a status in the filter is ignored."""
    view = view.with_criteria(status=Status.OPEN.value)
    return kept("top ten", (view, size), view.stamp, lambda: _top_ten(view, size), names=True)


def _top_ten(view: View, size: int) -> TopTen:
    order = view.criteria.order
    candidates = list_page(view, size=CANDIDATES).rows
    pinned = _pinned(view, size)
    hungry = list_page(
        view.with_criteria(band="", effort="unknown", order=Order.SEVERITY), size=CANDIDATES
    )
    needs_effort = [row for row in hungry.rows if row.band_rank is not None][:NEEDS_EFFORT_SHOWN]
    rows = {row.id: row for row in (*candidates, *pinned, *needs_effort)}
    found = top(
        [row.standing for row in rows.values()],
        size,
        order=order,
        pins={row.id: row.pin_reason for row in pinned},
    )
    exact = _with_exact_ranks(view, found, {row.id for row in candidates})
    needing, unrated, total = _counts(view)
    return TopTen(
        top=exact,
        rows=rows,
        needs_effort=needs_effort,
        needs_effort_count=needing,
        unrated_count=unrated,
        total=total,
    )


def points(view: View, *, limit: int = POINTS_MAX) -> Points:
    """The rated risks with effort, for severity against effort."""
    rows = kept("points", (view, limit), view.stamp, lambda: _drawable(view, limit), names=True)
    needing, unrated, total = _counts(view)
    return Points(
        rows=rows,
        drawable=total - needing - unrated,
        without_effort=needing,
        unrated=unrated,
    )


def rank_in(view: View, item: Standing, *, size: int = TOP_SIZE) -> RankPreview:
    """The rank that an item takes, or would take, among the open risks of a view."""
    view = view.with_criteria(status=Status.OPEN.value)
    order = view.criteria.order
    others = [*conditions(view), Risk.id != min(item.id, ID_MAX)]
    place = 1 + _count(*others, before(order, _key(item, order)))
    merit = zip(order_of(order)[:-2], _key(item, order)[:-2], strict=True)
    return RankPreview(
        rank=place,
        total=1 + _count(*others),
        ties=_count(*others, *[column == value for column, value in merit]),
        in_top=place <= size and item.band_rank is not None,
    )


def _drawable(view: View, limit: int) -> list[RiskRow]:
    known = view.with_criteria(effort="known")
    return rows_of(ordered_ids(known, limit, where=[RATED]), view.criteria.order)


def _pinned(view: View, size: int) -> list[RiskRow]:
    """The pinned risks of a view, as many as there are places, in its order."""
    query = select(Risk.id).where(Risk.pinned_at.is_not(None), *conditions(view, beside=True))
    return rows_of(query, view.criteria.order)[:size]


def _needing_effort(view: View) -> list[RiskRow]:
    """The first rated risks whose effort nobody has said, most severe first.

    Each band's are next to each other in the severity index, behind those with effort.
    """
    view = view.with_criteria(order=Order.SEVERITY)
    ids = kept("needing effort", view, view.stamp, lambda: _ids_needing_effort(view))
    return rows_of(select(Risk.id).where(Risk.id.in_(ids)), Order.SEVERITY) if ids else []


def _ids_needing_effort(view: View) -> tuple[int, ...]:
    ids = ordered_ids(
        view,
        NEEDS_EFFORT_SHOWN,
        where=[RATED, Risk.order_value == UNKNOWN_LAST],
        bands=range(1, BANDS_MAX + 1),
    )
    return tuple(db.session.scalars(ids))


def _counts(view: View) -> tuple[int, int, int]:
    """(rated without effort, unrated, all) of a view."""
    return kept("top counts", view, view.stamp, lambda: _counted(view))


def _counted(view: View) -> tuple[int, int, int]:
    row = db.session.execute(
        select(
            func.count().filter(RATED, Risk.order_value == UNKNOWN_LAST),
            func.count().filter(~RATED),
            func.count(),
        )
        .select_from(Risk)
        .where(*conditions(view))
    ).one()
    return row[0], row[1], row[2]


def _with_exact_ranks(view: View, found: Top, candidates: set[int]) -> Top:
    """Count in the register where the candidates alone cannot tell a rank or the end of a tie."""
    return replace(
        found,
        places=tuple(_exact(view, place, candidates) for place in found.places),
        following=tuple(_exact(view, place, candidates) for place in found.following),
    )


def _exact(view: View, place: Place, candidates: set[int]) -> Place:
    inside = place.item.id in candidates
    if inside and place.rank_to < CANDIDATES:
        return place
    seen = rank_in(view, place.item)
    first = place.rank_from if inside else _first_of_tie(view, place.item)
    return replace(place, rank_from=first, rank_to=first + seen.ties)


def _first_of_tie(view: View, item: Standing) -> int:
    order = view.criteria.order
    earliest = [*_key(item, order)[:-2], "0001-01-01", 0]
    return 1 + _count(*conditions(view), before(order, earliest))


def _key(item: Standing, order: Order) -> list[Any]:
    stored = {
        "order_band": stored_value(item.band_rank),
        "order_value": stored_value(item.value_rate),
        "order_exposure": stored_value(item.exposure_milli),
        "identified_on": item.identified_on,
        "id": min(item.id, ID_MAX),  # an unstored one is the newest of all
    }
    return [stored[name] for name in order_columns(order)]


def _count(*where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(Risk).where(*where)) or 0
