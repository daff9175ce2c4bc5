"""Counts and sums over teams."""

from hypothesis import given
from hypothesis import strategies as st

from riskreg.metrics.ranking import Standing
from riskreg.metrics.rollup import Rollup, combined, rollup
from tests.metrics.standings import registers, standing

RANKS = (1, 2, 3, 4)


def test_rollup_keeps_unknown_apart() -> None:
    found = rollup(
        [
            standing(1),
            standing(2, band_rank=4, effort_days=None),
            standing(3, band_rank=None, exposure_milli=None),
        ],
        RANKS,
    )
    assert found == Rollup(
        bands={1: 0, 2: 0, 3: 1, 4: 1}, unrated=1, needs_effort=1, exposure_milli=20_000
    )
    assert (found.total, found.worst_band_rank) == (3, 4)


def test_teams_may_have_different_bands() -> None:
    found = combined([rollup([standing(1)], (1, 3)), rollup([standing(2)], (3, 4))])
    assert found.bands == {1: 0, 3: 2, 4: 0}


def test_nothing_has_no_worst_band() -> None:
    assert rollup([], RANKS).worst_band_rank is None
    assert combined([]) == rollup([], [])


@given(registers(), st.integers(0, 30))
def test_parts_add_up_to_the_whole(items: list[Standing], split: int) -> None:
    parts = [rollup(items[:split], RANKS), rollup(items[split:], RANKS)]
    assert combined(parts) == rollup(items, RANKS)
    assert combined(parts).total == len(items)
