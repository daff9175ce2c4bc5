"""What must hold for every operability review."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from riskreg.metrics.reviews import (
    Item,
    Level,
    Readiness,
    Severity,
    State,
    result,
    score_share,
    state,
)

TODAY = date(2026, 6, 15)
DAYS = st.none() | st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 1, 1))
ITEMS = st.builds(
    Item,
    code=st.text("abcdefgh", min_size=1, max_size=4),
    severity=st.sampled_from(Severity),
    level=st.sampled_from(Level),
    max_age_months=st.integers(1, 12),
    value=st.sampled_from([None, "met", "not_met", "na"]),
    evidence_on=DAYS,
    answered_on=DAYS,
    waived_until=DAYS,
    disproved=st.booleans(),
)
REVIEWS = st.lists(ITEMS, min_size=1, max_size=12, unique_by=lambda item: item.code)
LEVELS = st.sampled_from(Level)
READINESS = list(Readiness)
REACHED = [None, *Level]


def met(item: Item) -> Item:
    return replace(
        item, value="met", answered_on=TODAY, evidence_on=TODAY, disproved=False, waived_until=None
    )


@given(REVIEWS, LEVELS, st.integers(0, 11))
def test_a_met_answer_never_makes_it_worse(items: list[Item], level: Level, index: int) -> None:
    index %= len(items)
    before = result(items, level, TODAY)
    after = result([*items[:index], met(items[index]), *items[index + 1 :]], level, TODAY)
    assert READINESS.index(after.readiness) >= READINESS.index(before.readiness)
    assert REACHED.index(after.level_reached) >= REACHED.index(before.level_reached)
    assert (after.score_share or 0) >= (before.score_share or 0)


@given(REVIEWS, st.integers(0, 11))
def test_not_applicable_never_scores_above_met(items: list[Item], index: int) -> None:
    index %= len(items)
    rest = items[:index] + items[index + 1 :]
    beside = score_share([*rest, replace(items[index], value="na")], TODAY)
    assert beside == score_share(rest, TODAY)
    assert (beside or 0) <= (score_share([*rest, met(items[index])], TODAY) or 0) <= 1


@given(REVIEWS)
def test_only_fresh_met_counts_as_met(items: list[Item]) -> None:
    worthless = [item for item in items if state(item, TODAY) is not State.MET]
    assert not score_share(worthless, TODAY)


@given(REVIEWS, LEVELS)
def test_the_counts_add_up(items: list[Item], level: Level) -> None:
    found = result(items, level, TODAY)
    assert sum(found.counts.values()) == found.progress.total
    assert found.progress.total - found.counts[State.UNANSWERED] == found.progress.answered
    assert (found.readiness is Readiness.NOT_READY) == bool(found.open_codes[Severity.BLOCKER])


@given(ITEMS, st.integers(0, 900))
def test_nothing_gets_better_by_waiting(item: Item, days: int) -> None:
    later = date.fromordinal(TODAY.toordinal() + days)
    if state(item, TODAY) is not State.MET:
        assert state(item, later) is not State.MET
