"""What must hold for the order of every register."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from riskreg.metrics.ranking import Order, Standing, first, rank, rank_preview, top
from riskreg.metrics.severity import Rating
from tests.metrics.standings import DAYS, EFFORTS, RATINGS, registers, scored

ORDERS = st.sampled_from(Order)
DAY = date(2026, 1, 3)


def rank_of(item: Standing, others: list[Standing], order: Order) -> int:
    return [each.id for each in rank([*others, item], order)].index(item.id)


@given(registers(), ORDERS, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_items_come(
    items: list[Standing], order: Order, chance: random.Random
) -> None:
    shuffled = items.copy()
    chance.shuffle(shuffled)
    assert rank(shuffled, order) == rank(items, order)
    assert top(shuffled, order=order) == top(items, order=order)


@given(registers(), ORDERS, st.integers(1, 12))
def test_the_first_are_those_ranked_first(items: list[Standing], order: Order, n: int) -> None:
    assert first(items, n, order) == rank(items, order)[:n]


@given(registers(), RATINGS, RATINGS, EFFORTS, ORDERS, st.integers(0, 5), st.integers(0, 5))
def test_a_higher_rating_never_lowers_a_rank(
    items: list[Standing],
    current: Rating,
    target: Rating,
    effort: int | None,
    order: Order,
    likelier: int,
    worse: int,
) -> None:
    higher = Rating(
        likelihood=current.likelihood and min(5, current.likelihood + likelier),
        impact=current.impact and min(5, current.impact + worse),
    )
    before = scored(0, current, target=target, effort_days=effort, on=DAY)
    after = scored(0, higher, target=target, effort_days=effort, on=DAY)
    assert rank_of(after, items, order) <= rank_of(before, items, order)


@given(registers(), RATINGS, RATINGS, st.integers(1, 60), ORDERS, st.integers(0, 59))
def test_less_effort_never_lowers_a_rank(
    items: list[Standing], current: Rating, target: Rating, effort: int, order: Order, less: int
) -> None:
    before = scored(0, current, target=target, effort_days=effort, on=DAY)
    after = scored(0, current, target=target, effort_days=max(1, effort - less), on=DAY)
    assert rank_of(after, items, order) <= rank_of(before, items, order)


@given(registers(), RATINGS, RATINGS, st.integers(1, 60), ORDERS)
def test_knowing_the_effort_never_lowers_a_rank(
    items: list[Standing], current: Rating, target: Rating, effort: int, order: Order
) -> None:
    before = scored(0, current, target=target, effort_days=None, on=DAY)
    after = scored(0, current, target=target, effort_days=effort, on=DAY)
    assert rank_of(after, items, order) <= rank_of(before, items, order)


@given(registers())
def test_severity_order_groups_bands_then_known_effort(items: list[Standing]) -> None:
    keys = [
        (-(item.band_rank or 0), item.band_rank is not None and item.effort_days is None)
        for item in rank(items)
    ]
    assert keys == sorted(keys)


@given(registers(), ORDERS, st.integers(1, 12))
def test_brackets_hold_exactly_those_that_tie(items: list[Standing], order: Order, n: int) -> None:
    found = top(items, n, order=order)
    ranked = rank(items, order)
    for place in (*found.places, *found.following):
        bracket = ranked[place.rank_from - 1 : place.rank_to]
        merit = [(each.value_rate, each.exposure_milli) for each in bracket]
        assert place.item in bracket
        assert set(merit) == {(place.item.value_rate, place.item.exposure_milli)}
        assert place.tied == (len(bracket) > 1)


@given(registers(), ORDERS, st.sets(st.integers(1, 30), max_size=5))
def test_every_item_is_placed_once(items: list[Standing], order: Order, pinned: set[int]) -> None:
    found = top(items, 5, order=order, pins=dict.fromkeys(pinned, "why"))
    shown = [place.item.id for place in (*found.places, *found.following)]
    assert len(shown) == len(set(shown))
    assert {place.item.id for place in found.places} >= pinned & {item.id for item in items}
    assert all(place.why_not for place in found.following)


@given(registers(), RATINGS, EFFORTS, DAYS, ORDERS)
def test_the_preview_is_the_rank_it_gets(
    items: list[Standing], current: Rating, effort: int | None, on: date, order: Order
) -> None:
    item = scored(1000, current, target=Rating(), effort_days=effort, on=on)
    assert rank_preview(items, item, order=order).rank == rank_of(item, items, order) + 1
