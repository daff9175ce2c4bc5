"""The plan: best under the wishes, at least as good as walking down the list."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.metrics import plan
from riskreg.metrics.plan import Candidate, NextIn, PlanError, Wishes, suggest


def candidate(item_id: int, gain: int | None, effort: int | None, *works: str) -> Candidate:
    return Candidate(id=item_id, gain_milli=gain, effort_days=effort, mitigations=frozenset(works))


def wishes(capacity: int, **changes: object) -> Wishes:
    return Wishes(capacity_days=capacity, **changes)  # type: ignore[arg-type]  # one of each


# Walking down takes 1 and 2; 2 and 3 are worth more.
TRAP = [candidate(1, 60, 5), candidate(2, 100, 10), candidate(3, 95, 10)]


def test_beats_walking_down_the_list() -> None:
    found = suggest(TRAP, wishes(20))
    assert found.items == (2, 3)
    assert found.greedy_items == (1, 2)
    assert (found.gain_milli, found.greedy_gain_milli) == (195, 160)
    assert (found.effort_days, found.capacity_days, found.proved) == (20, 20, True)
    assert found.next == NextIn(id=1, gain_milli=60, effort_days=5, missing_days=5)


def test_at_most_so_many() -> None:
    found = suggest(TRAP, wishes(100, items_max=1))
    assert found.items == (2,)
    assert found.next == NextIn(id=1, gain_milli=60, effort_days=5, missing_days=0)


def test_musts_and_exclusions() -> None:
    assert suggest(TRAP, wishes(20, must=frozenset({1}))).items == (1, 2)
    found = suggest(TRAP, wishes(20, exclude=frozenset({2})))
    assert found.items == (1, 3)
    assert found.next is None


def test_shared_work_counts_once() -> None:
    shared = [candidate(1, 50, 1, "waf"), candidate(2, 50, 1, "waf"), candidate(3, 70, 12)]
    found = suggest(shared, wishes(12, mitigation_days={"waf": 10}))
    assert (found.items, found.effort_days) == ((1, 2), 12)


def test_what_is_needed_comes_along() -> None:
    items = [candidate(1, 100, 5), candidate(2, 0, 6), candidate(3, 90, 8)]
    needs = {1: frozenset({2})}
    assert suggest(items, wishes(11, needs=needs)).items == (1, 2)
    assert suggest(items, wishes(10, needs=needs)).items == (3,)
    assert suggest(items, wishes(20, needs={1: frozenset({99})})).items == (3,)


def test_needs_may_go_in_a_circle() -> None:
    needs = {1: frozenset({2}), 2: frozenset({1})}
    assert suggest(TRAP, wishes(15, needs=needs)).items == (1, 2)


def test_the_same_gain_takes_the_least_effort() -> None:
    items = [candidate(1, 100, 9), candidate(2, 50, 3), candidate(3, 50, 3)]
    assert suggest(items, wishes(9)).effort_days == 6


def test_unknown_effort_is_never_chosen_and_unknown_gain_brings_nothing() -> None:
    found = suggest([candidate(1, 99, None), candidate(2, None, 3), candidate(3, -5, 3)], wishes(9))
    assert (found.items, found.gain_milli, found.next) == ((), 0, None)


def test_nothing_to_choose_from() -> None:
    assert suggest([], wishes(10)).items == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"must": frozenset({9})}, "Risk 9 must be in"),
        ({"must": frozenset({1}), "exclude": frozenset({1})}, "Risk 1 must be in"),
        ({"must": frozenset({1}), "needs": {1: frozenset({8})}}, "Risk 1 must be in"),
        ({"must": frozenset({2, 3})}, "takes 20 person-days; there are 12"),
        ({"must": frozenset({1}), "items_max": 0}, "1 risks must be in; there are 0 places"),
    ],
)
def test_refuses_wishes_that_contradict(changes: dict[str, object], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        suggest(TRAP, wishes(12, **changes))


def test_refuses_shared_work_without_effort() -> None:
    with pytest.raises(PlanError, match="'waf' has no effort"):
        suggest([candidate(1, 5, 1, "waf")], wishes(9))


def test_without_time_to_solve_the_walk_down_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plan._OPTIONS, "time_limit", 0.0)
    found = suggest(
        [candidate(item, item * 7 % 41 + 3, item % 9 + 2) for item in range(60)], wishes(40)
    )
    assert not found.proved
    assert found.gain_milli >= found.greedy_gain_milli > 0


WORKS = {"a": 4, "b": 7}
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        id=st.integers(1, 9),
        gain_milli=st.none() | st.integers(-20, 100),
        effort_days=st.none() | st.integers(1, 12),
        mitigations=st.frozensets(st.sampled_from(sorted(WORKS))),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)
NEEDS = st.dictionaries(st.integers(1, 9), st.frozensets(st.integers(1, 9), max_size=2), max_size=3)


def possible(chosen: tuple[Candidate, ...], asked: Wishes) -> bool:
    """Whether a set obeys the wishes, told without the code under test."""
    ids = {each.id for each in chosen}
    shared = {name for each in chosen for name in each.mitigations}
    effort = sum(each.effort_days or 0 for each in chosen) + sum(WORKS[name] for name in shared)
    return (
        effort <= asked.capacity_days
        and len(ids) <= (asked.items_max or 99)
        and not ids & asked.exclude
        and all(each.effort_days is not None for each in chosen)
        and all(asked.needs.get(each, frozenset()) <= ids for each in ids)
    )


@given(CANDIDATES, st.integers(0, 30), st.none() | st.integers(1, 4), NEEDS)
def test_no_other_set_is_better(
    items: list[Candidate], capacity: int, limit: int | None, needs: dict[int, frozenset[int]]
) -> None:
    asked = wishes(
        capacity, items_max=limit, exclude=frozenset({9}), needs=needs, mitigation_days=WORKS
    )
    found = suggest(items, asked)
    sets = [
        each for size in range(7) for each in combinations(items, size) if possible(each, asked)
    ]
    gains = [sum(each.gain_milli or 0 for each in chosen) for chosen in sets]
    assert found.gain_milli == max(gains)
    assert found.greedy_gain_milli <= found.gain_milli
    assert {frozenset(found.items), frozenset(found.greedy_items)} <= {
        frozenset(each.id for each in chosen) for chosen in sets
    }
