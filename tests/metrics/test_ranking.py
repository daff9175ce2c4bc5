"""The two orders, the ten, and why an item is not in it."""

import sqlite3
from datetime import date

import pytest

from riskreg.metrics.ranking import (
    NEW_ID,
    ORDERS,
    UNKNOWN_LAST,
    Kind,
    Order,
    Place,
    WhyNot,
    missing_kinds,
    order_columns,
    rank,
    rank_preview,
    severity_key,
    stored_value,
    top,
    value_key,
)
from tests.metrics.standings import standing


def ids(places: tuple[Place, ...]) -> list[int]:
    return [place.item.id for place in places]


IN_SEVERITY_ORDER = [
    standing(9, band_rank=4, value_rate=500),
    standing(8, band_rank=4, value_rate=None, effort_days=None, exposure_milli=90_000),
    standing(7, value_rate=2000),
    standing(6, exposure_milli=20_000),
    standing(5, identified_on=date(2025, 1, 1)),
    standing(3),
    standing(4),
    standing(2, identified_on=None),
    standing(1, band_rank=1, value_rate=9000),
    standing(10, band_rank=None, value_rate=None, exposure_milli=None),
]


def test_severity_order() -> None:
    assert rank(reversed(IN_SEVERITY_ORDER)) == IN_SEVERITY_ORDER
    assert sorted(IN_SEVERITY_ORDER, key=severity_key) == IN_SEVERITY_ORDER


def test_value_order() -> None:
    found = [item.id for item in rank(IN_SEVERITY_ORDER, Order.VALUE)]
    assert found == [1, 7, 6, 5, 3, 4, 2, 9, 8, 10]
    assert [item.id for item in sorted(IN_SEVERITY_ORDER, key=value_key)] == found


def test_stored_columns_are_all_ascending() -> None:
    assert order_columns(Order.VALUE) == ("order_value", "order_exposure", "identified_on", "id")
    assert order_columns() == ("order_band", *order_columns(Order.VALUE))
    assert all(term.nulls == "last" for spec in ORDERS.values() for term in spec)


@pytest.mark.parametrize(
    ("value", "descending", "stored"),
    [(5, True, -5), (5, False, 5), (0, True, 0), (None, True, UNKNOWN_LAST)],
)
def test_stored_value(value: int | None, descending: bool, stored: int) -> None:
    assert stored_value(value, descending=descending) == stored


@pytest.mark.parametrize("order", list(Order))
def test_a_database_sorts_the_same(order: Order) -> None:
    connection = sqlite3.connect(":memory:")
    columns = order_columns(order)
    connection.execute(f"CREATE TABLE item ({', '.join(columns)})")
    items = [item for item in IN_SEVERITY_ORDER if item.identified_on is not None]
    for item in items:
        stored = [
            value.isoformat()
            if isinstance(value := getattr(item, term.column), date)
            else stored_value(value, descending=term.descending)
            for term in ORDERS[order]
        ]
        connection.execute(f"INSERT INTO item VALUES ({', '.join('?' * len(stored))})", stored)  # noqa: S608
    found = connection.execute(f"SELECT id FROM item ORDER BY {', '.join(columns)}")  # noqa: S608
    assert [row[0] for row in found] == [item.id for item in rank(items, order)]
    connection.close()


def test_the_ten_and_the_next() -> None:
    found = top([standing(item_id, value_rate=1000 - item_id) for item_id in range(1, 26)])
    assert ids(found.places) == list(range(1, 11))
    assert ids(found.following) == list(range(11, 21))
    assert [place.position for place in (*found.places, *found.following)] == list(range(1, 21))
    assert {place.why_not for place in found.places} == {None}
    assert {place.why_not for place in found.following} == {WhyNot.LOWER_VALUE}
    assert found.order is Order.SEVERITY


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"band_rank": 2, "value_rate": 9000}, WhyNot.LOWER_BAND),
        ({"value_rate": None, "effort_days": None}, WhyNot.NEEDS_EFFORT),
        ({"value_rate": 999}, WhyNot.LOWER_VALUE),
        ({"exposure_milli": 9_999}, WhyNot.LOWER_EXPOSURE),
        ({"identified_on": date(2026, 1, 2)}, WhyNot.TIE),
        ({}, WhyNot.TIE),
    ],
)
def test_why_not(changes: dict[str, object], reason: WhyNot) -> None:
    found = top([standing(1), standing(2, **changes)], 1)
    assert ids(found.following) == [2]
    assert found.following[0].why_not is reason


def test_a_lower_band_is_no_reason_in_the_value_order() -> None:
    found = top([standing(1), standing(2, band_rank=2)], 1, order=Order.VALUE)
    assert found.following[0].why_not is WhyNot.TIE


def test_ties_are_bracketed_by_rank() -> None:
    items = [
        standing(1, value_rate=2000),
        standing(2),
        standing(3),
        standing(4),
        standing(5, band_rank=1),
    ]
    found = top(items, 3)
    ranges = [(place.rank_from, place.rank_to) for place in (*found.places, *found.following)]
    assert ranges == [(1, 1), (2, 4), (2, 4), (2, 4), (5, 5)]
    assert [place.tied for place in found.places] == [False, True, True]


def test_pins_come_first_and_push_others_out() -> None:
    items = [standing(item_id, value_rate=1000 - item_id) for item_id in range(1, 6)]
    found = top(items, 3, pins={5: "Regulator asked", 4: "Board asked", 99: "Not here"})
    assert ids(found.places) == [4, 5, 1]
    assert [place.pin_reason for place in found.places] == ["Board asked", "Regulator asked", None]
    assert [(place.item.id, place.why_not) for place in found.following] == [
        (2, WhyNot.PINNED_OUT),
        (3, WhyNot.PINNED_OUT),
    ]
    assert found.places[0].rank_from == 4


def test_the_next_are_as_many_as_the_first() -> None:
    items = [standing(item_id, value_rate=1000 - item_id) for item_id in range(1, 10)]
    assert ids(top(items, 3, pins={9: "Asked for"}).following) == [3, 4, 5]


def test_pins_may_fill_every_place() -> None:
    found = top([standing(1), standing(2, value_rate=1)], 1, pins={2: "Asked for"})
    assert ids(found.places) == [2]
    assert found.following[0].why_not is WhyNot.PINNED_OUT


def test_an_unrated_item_has_a_place_only_when_pinned() -> None:
    unrated = standing(2, band_rank=None, value_rate=None, exposure_milli=None)
    assert ids(top([standing(1), unrated]).places) == [1]
    assert top([standing(1), unrated]).unrated == (unrated,)
    assert ids(top([standing(1), unrated], pins={2: "Look at it"}).places) == [2, 1]


def test_needs_effort_is_a_group_of_its_own() -> None:
    without = standing(2, effort_days=None, value_rate=None)
    found = top([without, standing(1)])
    assert found.needs_effort == (without,)
    assert ids(found.places) == [1, 2]


@pytest.mark.parametrize(
    ("n", "pins", "message"),
    [
        (0, {}, "at least one place"),
        (1, {1: " "}, "needs a reason"),
        (1, {1: "a", 2: "b"}, "2 pins"),
    ],
)
def test_refuses_impossible_pins(n: int, pins: dict[int, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        top([standing(1), standing(2)], n, pins=pins)


@pytest.mark.parametrize(
    ("kinds", "missing"),
    [
        ([], (Kind.SECURITY, Kind.OPERATIONAL)),
        (["security"], (Kind.OPERATIONAL,)),
        (["operational"], (Kind.SECURITY,)),
        (["security", "operational"], ()),
        (["both"], ()),
    ],
)
def test_missing_kinds(kinds: list[str], missing: tuple[Kind, ...]) -> None:
    assert missing_kinds(kinds) == missing
    items = [standing(number, kind=kind) for number, kind in enumerate(kinds)]
    assert top(items).missing_kinds == missing


def test_preview_of_a_new_item() -> None:
    items = [standing(1, value_rate=2000), standing(2), standing(3, band_rank=1)]
    found = rank_preview(items, standing(NEW_ID))
    assert (found.rank, found.total, found.ties, found.in_top) == (3, 4, 1, True)
    assert rank_preview(items, standing(NEW_ID), n=3).in_top
    assert not rank_preview(items, standing(NEW_ID), n=2).in_top


def test_preview_of_an_edit_leaves_the_item_itself_out() -> None:
    items = [standing(1), standing(2)]
    found = rank_preview(items, standing(2, value_rate=5000))
    assert (found.rank, found.total) == (1, 2)


def test_preview_of_an_unrated_item_is_never_in_the_top() -> None:
    unrated = standing(NEW_ID, band_rank=None, value_rate=None, exposure_milli=None)
    assert not rank_preview([], unrated).in_top
