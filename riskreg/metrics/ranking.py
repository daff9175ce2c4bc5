"""The two orders of the register, the top ten, and why an item is not in it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

TOP_SIZE = 10
# The id to give an item that is not stored yet: the newest of all, so it loses every tie.
NEW_ID = 2**63 - 1


class Order(StrEnum):
    """The orders of the register."""

    SEVERITY = "severity"
    VALUE = "value"


class Kind(StrEnum):
    """The two kinds the top ten should hold at least one of each; a risk may be both."""

    SECURITY = "security"
    OPERATIONAL = "operational"


class WhyNot(StrEnum):
    """What keeps an item out of the top, compared with the last one that is in by merit."""

    PINNED_OUT = "pinned_out"
    LOWER_BAND = "lower_band"
    NEEDS_EFFORT = "needs_effort"
    LOWER_VALUE = "lower_value"
    LOWER_EXPOSURE = "lower_exposure"
    TIE = "tie"


@dataclass(frozen=True, kw_only=True, slots=True)
class SortTerm:
    """One column of an order.

    `column` is the attribute of a Standing, `stored` the database column that holds what
    `stored_value` makes of it, so that every order is plainly ascending there. An unknown
    value comes last, whatever the direction.
    """

    column: str
    stored: str
    descending: bool
    nulls: str = "last"


SortSpec: TypeAlias = tuple[SortTerm, ...]
SortKey: TypeAlias = tuple[int, ...]

_BY_VALUE = (
    SortTerm(column="value_rate", stored="order_value", descending=True),
    SortTerm(column="exposure_milli", stored="order_exposure", descending=True),
    SortTerm(column="identified_on", stored="identified_on", descending=False),
    SortTerm(column="id", stored="id", descending=False),
)
# The only definition of the orders: Python keys and SQL ORDER BY are both built from it.
# value_rate is unknown exactly when effort or rating is, so within a band "unknown last"
# is the "needs effort" group.
ORDERS: Mapping[Order, SortSpec] = {
    Order.SEVERITY: (
        SortTerm(column="band_rank", stored="order_band", descending=True),
        *_BY_VALUE,
    ),
    Order.VALUE: _BY_VALUE,
}
# Above every value the metrics give, and inside a signed 64-bit integer.
UNKNOWN_LAST = 2**62


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What decides an item's place; None means unknown.

    `value_rate` and `exposure_milli` are those of `metrics.severity`; `kind` is
    "security", "operational", "both" or "" when it does not matter.
    """

    id: int
    band_rank: int | None
    value_rate: int | None
    exposure_milli: int | None
    effort_days: int | None
    identified_on: date | None
    kind: str = ""

    @property
    def needs_effort(self) -> bool:
        """Whether the item is rated but nobody has said what it takes."""
        return self.band_rank is not None and self.effort_days is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One item's place.

    `position` counts from 1 in the list shown, pins first. `rank_from` to `rank_to` are
    the ranks the item shares with those it ties with, pins set aside.
    """

    item: Standing
    position: int
    rank_from: int
    rank_to: int
    pin_reason: str | None = None
    why_not: WhyNot | None = None

    @property
    def tied(self) -> bool:
        """Whether only age or id separates the item from another."""
        return self.rank_from != self.rank_to


@dataclass(frozen=True, kw_only=True, slots=True)
class Top:
    """The top of a register.

    `places` holds at most the size asked for, `following` as many again with their reason,
    `needs_effort` every rated item without effort and `unrated` every item without rating,
    both in order. `missing_kinds` names the kinds that no item in `places` has.
    """

    order: Order
    places: tuple[Place, ...]
    following: tuple[Place, ...]
    needs_effort: tuple[Standing, ...]
    unrated: tuple[Standing, ...]
    missing_kinds: tuple[Kind, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RankPreview:
    """The rank an item would take among others; `ties` counts those it would tie with."""

    rank: int
    total: int
    ties: int
    in_top: bool


def severity_key(item: Standing) -> SortKey:
    """Return the ascending sort key of the severity order.

    Band, then gain per person-day, then exposure, highest first and unknown last; then the
    older, then the lower id. Source: docs/metrics.md, Order.
    """
    return _key(item, ORDERS[Order.SEVERITY])


def value_key(item: Standing) -> SortKey:
    """Return the ascending sort key of the value order: as severity, without the band.

    Source: docs/metrics.md, Order.
    """
    return _key(item, ORDERS[Order.VALUE])


def order_columns(order: Order = Order.SEVERITY) -> tuple[str, ...]:
    """Return the stored columns to sort by, all ascending. Source: docs/metrics.md, Order."""
    return tuple(term.stored for term in ORDERS[order])


def stored_value(value: int | None, *, descending: bool = True) -> int:
    """Return what a database column holds so that ascending is the order wanted.

    The negated value when the order is descending; UNKNOWN_LAST for an unknown one.
    Source: docs/metrics.md, Order.
    """
    if value is None:
        return UNKNOWN_LAST
    return -value if descending else value


def rank(items: Iterable[Standing], order: Order = Order.SEVERITY) -> list[Standing]:
    """Return the items in order, first place first. Source: docs/metrics.md, Order."""
    return sorted(items, key=lambda item: _key(item, ORDERS[order]))


def top(
    items: Iterable[Standing],
    n: int = TOP_SIZE,
    *,
    order: Order = Order.SEVERITY,
    pins: Mapping[int, str] | None = None,
) -> Top:
    """Return the first `n` of the items, the next `n` with what keeps each of them out.

    `pins` maps an item's id to the reason for placing it first; pinned items keep their
    order among themselves. Items without a rating have no place unless pinned. Raises
    ValueError when `n` is below 1, a pin has no reason, or there are more pins than places.
    Source: docs/metrics.md, The ten.
    """
    ranked = rank(items, order)
    pins = _checked_pins(pins or {}, ranked, n)
    ranges = _rank_ranges(ranked, order)
    placeable = [item for item in ranked if item.band_rank is not None]
    by_merit = [item for item in placeable if item.id not in pins]
    chosen = [item for item in ranked if item.id in pins] + by_merit[: n - len(pins)]
    cut = chosen[-1] if len(chosen) > len(pins) else None
    seats = {item.id for item in placeable[:n]}
    places = tuple(
        _place(item, position, ranges, pin_reason=pins.get(item.id))
        for position, item in enumerate(chosen, start=1)
    )
    following = tuple(
        _place(item, position, ranges, why_not=_why_not(item, cut, order=order, seats=seats))
        for position, item in enumerate(
            by_merit[n - len(pins) : 2 * n - len(pins)], start=len(chosen) + 1
        )
    )
    return Top(
        order=order,
        places=places,
        following=following,
        needs_effort=tuple(item for item in ranked if item.needs_effort),
        unrated=tuple(item for item in ranked if item.band_rank is None),
        missing_kinds=missing_kinds(place.item.kind for place in places),
    )


def missing_kinds(kinds: Iterable[str]) -> tuple[Kind, ...]:
    """Return the kinds (security, operational) that none of these is; "both" is each.

    Source: docs/metrics.md, The ten.
    """
    present = set(kinds)
    return () if "both" in present else tuple(kind for kind in Kind if kind not in present)


def rank_preview(
    items: Iterable[Standing],
    candidate: Standing,
    *,
    order: Order = Order.SEVERITY,
    n: int = TOP_SIZE,
) -> RankPreview:
    """Return the rank (from 1) a candidate would take among the items, and out of how many.

    An item with the candidate's own id is left out, so an edit compares with the others.
    Give an unstored candidate the id NEW_ID. Source: docs/metrics.md, Order.
    """
    others = [item for item in items if item.id != candidate.id]
    key = _key(candidate, ORDERS[order])
    place = 1 + sum(_key(item, ORDERS[order]) < key for item in others)
    return RankPreview(
        rank=place,
        total=len(others) + 1,
        ties=sum(_tie_key(item, order) == _tie_key(candidate, order) for item in others),
        in_top=place <= n and candidate.band_rank is not None,
    )


def first(items: Iterable[Standing], n: int, order: Order = Order.SEVERITY) -> list[Standing]:
    """Return the first `n` in order without sorting the rest; equal to `rank(...)[:n]`.

    Source: docs/metrics.md, Order.
    """
    return heapq.nsmallest(n, items, key=lambda item: _key(item, ORDERS[order]))


def _key(item: Standing, spec: SortSpec) -> SortKey:
    return tuple(_stored(getattr(item, term.column), term) for term in spec)


def _stored(value: int | date | None, term: SortTerm) -> int:
    number = value.toordinal() if isinstance(value, date) else value
    return stored_value(number, descending=term.descending)


def _tie_key(item: Standing, order: Order) -> SortKey:
    """Return the part of the key that merit decides: all but age and id."""
    return _key(item, ORDERS[order][:-2])


def _checked_pins(pins: Mapping[int, str], items: Sequence[Standing], n: int) -> dict[int, str]:
    """Return the pins whose item is present."""
    present = {item.id for item in items}
    kept = {item_id: reason for item_id, reason in pins.items() if item_id in present}
    if n < 1:
        raise ValueError("A top list has at least one place.")
    if not all(reason.strip() for reason in kept.values()):
        raise ValueError("A pin needs a reason.")
    if len(kept) > n:
        raise ValueError(f"There are {len(kept)} pins for {n} places.")
    return kept


def _rank_ranges(ranked: Sequence[Standing], order: Order) -> dict[int, tuple[int, int]]:
    """Return the first and last rank of each item's group of ties, by item id."""
    ranges: dict[int, tuple[int, int]] = {}
    start = 1
    for _, group in groupby(ranked, key=lambda item: _tie_key(item, order)):
        members = list(group)
        ranges.update((item.id, (start, start + len(members) - 1)) for item in members)
        start += len(members)
    return ranges


def _place(
    item: Standing,
    position: int,
    ranges: Mapping[int, tuple[int, int]],
    *,
    pin_reason: str | None = None,
    why_not: WhyNot | None = None,
) -> Place:
    rank_from, rank_to = ranges[item.id]
    return Place(
        item=item,
        position=position,
        rank_from=rank_from,
        rank_to=rank_to,
        pin_reason=pin_reason,
        why_not=why_not,
    )


def _why_not(item: Standing, cut: Standing | None, *, order: Order, seats: set[int]) -> WhyNot:
    """Compare an item that is out with the last one that is in by merit."""
    if cut is None or item.id in seats:
        return WhyNot.PINNED_OUT
    if order is Order.SEVERITY and item.band_rank != cut.band_rank:
        return WhyNot.LOWER_BAND
    if item.value_rate != cut.value_rate:
        return WhyNot.NEEDS_EFFORT if item.value_rate is None else WhyNot.LOWER_VALUE
    if item.exposure_milli != cut.exposure_milli:
        return WhyNot.LOWER_EXPOSURE
    return WhyNot.TIE
