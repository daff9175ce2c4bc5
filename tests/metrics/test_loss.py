"""Loss ranges, simulated years, bad minutes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.stats import two_significant
from riskreg.metrics import loss
from riskreg.metrics.loss import (
    LossRisk,
    bad_minutes,
    budget_minutes,
    is_budget_risk,
    lognormal,
    simulate,
    summary,
    yearly_exceedance,
)


def test_known_parameters() -> None:
    found = lognormal(1e6, 1e7)
    assert round(found.mu, 4) == 14.9668
    assert round(found.sigma, 5) == 0.69994
    assert round(found.mean, -3) == 4.040e6
    assert two_significant(found.mean) == 4.0e6


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (2, 1), (1, math.inf)])
def test_refuses_an_impossible_range(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="0 < low <= high"):
        lognormal(low, high)


@given(st.floats(1e-3, 1e9), st.floats(1, 1e4))
def test_a_twentieth_lies_outside_on_either_side(low: float, factor: float) -> None:
    found = lognormal(low, low * factor * 1.01)
    assert found.exceedance(low) == pytest.approx(0.95, abs=1e-6)
    assert found.exceedance(low * factor * 1.01) == pytest.approx(0.05, abs=1e-6)


def test_exceedance_at_the_edges() -> None:
    assert lognormal(1, 10).exceedance(0) == 1
    certain = lognormal(5, 5)
    assert (certain.exceedance(4), certain.exceedance(6)) == (1, 0)


def test_one_event_a_year_at_most() -> None:
    assert yearly_exceedance(0.2, lognormal(1, 100), 100) == pytest.approx(0.01)
    with pytest.raises(ValueError, match="between 0 and 1"):
        yearly_exceedance(1.2, lognormal(1, 100), 1)


RISKS = [
    LossRisk(id=1, rate=0.5, low=10, high=1000),
    LossRisk(id=2, rate=12, low=1, high=5),
]


def test_the_same_seed_gives_the_same_years() -> None:
    first, again = simulate(RISKS, years=500), simulate(RISKS, years=500)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, simulate(RISKS, years=500, seed=1))


def test_leaving_a_risk_out_changes_nothing_about_the_others() -> None:
    both = simulate(RISKS, years=200)
    parts = simulate(RISKS[:1], years=200) + simulate(RISKS[1:], years=200)
    assert np.allclose(both, parts)
    assert np.array_equal(simulate([], years=3), np.zeros(3))


def test_simulated_means_come_close_to_the_formula() -> None:
    found = summary(simulate([LossRisk(id=7, rate=3, low=10, high=100)], years=20_000))
    assert found.mean == pytest.approx(3 * lognormal(10, 100).mean, rel=0.03)
    assert found.p10 <= found.p50 <= found.p90
    assert found.years == 20_000


def test_blocks_do_not_lose_years(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss, "EVENTS_A_BLOCK", 100)
    losses = simulate([LossRisk(id=7, rate=30, low=10, high=10)], years=1000)
    assert losses.shape == (1000,)
    assert losses.mean() == pytest.approx(300, rel=0.05)


def test_a_risk_that_never_happens_costs_nothing() -> None:
    assert not simulate([LossRisk(id=7, rate=0, low=1, high=2)], years=10).any()
    assert simulate(RISKS, years=0).size == 0


@pytest.mark.parametrize("rate", [-1, 1001, math.nan])
def test_refuses_an_impossible_rate(rate: float) -> None:
    with pytest.raises(ValueError, match="yearly rate"):
        simulate([LossRisk(id=1, rate=rate, low=1, high=2)])


def test_the_curve_counts_years_of_at_least_so_much() -> None:
    found = summary(np.array([0.0, 1.0, 2.0, 4.0]), points=[0, 1, 3, 5])
    assert found.curve == ((0.0, 1.0), (1.0, 0.75), (3.0, 0.25), (5.0, 0.0))
    assert found.p50 == 1.5
    assert found.mean == 1.75


def test_no_years_have_no_summary() -> None:
    with pytest.raises(ValueError, match="at least one year"):
        summary(np.zeros(0))


def test_bad_minutes_against_the_budget() -> None:
    minutes = bad_minutes(4, detect_minutes=10, repair_minutes=60, user_share=0.5)
    assert minutes == 140
    assert budget_minutes(99_900) == pytest.approx(525.6)
    assert is_budget_risk(minutes, 99_900)
    assert not is_budget_risk(131.4, 99_900)
