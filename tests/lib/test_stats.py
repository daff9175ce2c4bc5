"""Median, quantile, Wilson interval, two significant figures."""

import math
from statistics import median as known_median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.stats import median, quantile, two_significant, wilson

VALUES = st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=30)


def test_nothing_has_no_median() -> None:
    assert median([]) is None


@given(VALUES)
def test_median_agrees_with_the_standard_library(values: list[float]) -> None:
    assert median(values) == pytest.approx(known_median(values), abs=1e-6)


@given(VALUES, st.floats(min_value=0, max_value=1))
def test_quantile_agrees_with_numpy(values: list[float], share: float) -> None:
    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)), abs=1e-6)


def test_refuses_a_share_outside_zero_to_one() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile([1], 1.1)


def test_wilson_vector() -> None:
    low, high = wilson(41, 50) or (0.0, 0.0)
    assert (round(low, 2), round(high, 2)) == (0.69, 0.90)


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_holds_the_share(successes: int, failures: int) -> None:
    found = wilson(successes, successes + failures)
    if found is None:
        assert successes + failures == 0
        return
    assert 0 <= found[0] <= successes / (successes + failures) + 1e-12
    assert successes / (successes + failures) - 1e-12 <= found[1] <= 1


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3)])
def test_wilson_refuses_impossible_counts(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        wilson(successes, trials)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (4_039_812, 4_000_000),
        (0.012345, 0.012),
        (-987, -990),
        (0, 0),
        (9.96, 10),
        (math.inf, math.inf),
    ],
)
def test_two_significant_figures(value: float, rounded: float) -> None:
    assert two_significant(value) == rounded
