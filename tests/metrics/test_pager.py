"""Pager load: bands and the exact interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.metrics.pager import Load, PagerBand, Week, interval, load, pager_band


@pytest.mark.parametrize(
    ("pages", "weeks", "band"),
    [
        (0, 0, PagerBand.UNKNOWN),
        (0, 1, PagerBand.UNKNOWN),
        (0, 4, PagerBand.HEALTHY),
        (7, 4, PagerBand.HEALTHY),
        (8, 4, PagerBand.EDGE),
        (20, 4, PagerBand.EDGE),
        (21, 4, PagerBand.UNHEALTHY),
    ],
)
def test_band(pages: int, weeks: int, band: PagerBand) -> None:
    assert pager_band(Load(pages=pages, weeks=weeks)) is band


def test_weeks_with_a_silent_source_do_not_count() -> None:
    found = load(
        [Week(pages=3), Week(pages=5, heartbeat_share=0.95), Week(pages=0, heartbeat_share=0.94)]
    )
    assert found == Load(pages=8, weeks=2)
    assert found.mean == 4
    assert load([]).mean is None


@pytest.mark.parametrize(
    ("pages", "weeks", "low", "high"),
    [(8, 4, 0.86, 3.94), (20, 4, 3.05, 7.72), (26, 13, 1.31, 2.93), (0, 4, 0.0, 0.92)],
)
def test_interval_vectors(pages: int, weeks: int, low: float, high: float) -> None:
    found = interval(Load(pages=pages, weeks=weeks))
    assert found is not None
    assert (round(found[0], 2), round(found[1], 2)) == (low, high)


def test_no_weeks_have_no_interval() -> None:
    assert interval(Load(pages=0, weeks=0)) is None


@given(st.integers(0, 2000), st.integers(1, 52))
def test_the_mean_lies_in_its_interval(pages: int, weeks: int) -> None:
    found = interval(Load(pages=pages, weeks=weeks))
    assert found is not None
    assert found[0] <= pages / weeks < found[1]
