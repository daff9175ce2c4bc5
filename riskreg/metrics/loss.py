"""Quantities: loss ranges as lognormals, chances of a year's loss, bad minutes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# The 95 % quantile of the standard normal distribution.
Z_UPPER = 1.6448536269514722
YEARS = 10_000
SEED = 20_260_101
EVENTS_A_BLOCK = 1_000_000
RATE_MAX = 1_000.0
MINUTES_A_YEAR = 365 * 24 * 60
BUDGET_SHARE_FLAGGED = 0.25

Losses: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lognormal:
    """A lognormal loss: mean and deviation of the logarithm."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        """The expected loss of one event."""
        return math.exp(self.mu + self.sigma**2 / 2)

    def exceedance(self, loss: float) -> float:
        """Return the probability, 0 to 1, that one event costs at least so much."""
        if loss <= 0:
            return 1.0
        if self.sigma == 0:
            return 1.0 if math.log(loss) <= self.mu else 0.0
        return math.erfc((math.log(loss) - self.mu) / (self.sigma * math.sqrt(2))) / 2


@dataclass(frozen=True, kw_only=True, slots=True)
class LossRisk:
    """A quantified risk: events a year, and the loss that 5 % and 95 % of events stay below."""

    id: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LossSummary:
    """A simulated year's loss; `curve` pairs losses with the chance of at least as much."""

    p10: float
    p50: float
    p90: float
    mean: float
    years: int
    curve: tuple[tuple[float, float], ...]


def lognormal(low: float, high: float) -> Lognormal:
    """Return the lognormal with 5 % of losses below `low` and 5 % above `high`.

    1e6 and 1e7 give mu 14.9668 and sigma 0.69994. Raises ValueError unless 0 < low <= high
    and both are finite. Source: docs/metrics.md, Quantities.
    """
    if not 0 < low <= high < math.inf:
        raise ValueError("A loss range needs 0 < low <= high.")
    sigma = (math.log(high) - math.log(low)) / (2 * Z_UPPER)
    return Lognormal(mu=math.log(low) + Z_UPPER * sigma, sigma=sigma)


def yearly_exceedance(probability: float, severity: Lognormal, loss: float) -> float:
    """Return the chance that a risk with at most one event a year costs so much in a year.

    `probability` and the result are 0 to 1. Source: docs/metrics.md, Quantities.
    """
    if not 0 <= probability <= 1:
        raise ValueError("A probability lies between 0 and 1.")
    return probability * severity.exceedance(loss)


def simulate(risks: Iterable[LossRisk], *, years: int = YEARS, seed: int = SEED) -> Losses:
    """Return the simulated total loss of each of so many years, in the unit of the ranges.

    A Poisson number of events with lognormal losses. Each risk draws from its own stream
    (seed and id), so leaving one out changes nothing about the others. Raises ValueError
    for a rate outside 0 to 1000 a year. Source: docs/metrics.md, Quantities.
    """
    total = np.zeros(years)
    for risk in risks:
        if not 0 <= risk.rate <= RATE_MAX:
            raise ValueError(f"A yearly rate lies between 0 and {RATE_MAX:g}.")
        total += _yearly_losses(risk, years, np.random.default_rng([seed, risk.id]))
    return total


def summary(losses: Losses, points: Sequence[float] = ()) -> LossSummary:
    """Return the deciles, the mean and the exceedance curve of simulated years.

    `points` are the losses to read the curve at. Not rounded: show two significant
    figures. Raises ValueError without years. Source: docs/metrics.md, Quantities.
    """
    if losses.size == 0:
        raise ValueError("A summary needs at least one year.")
    p10, p50, p90 = (float(each) for each in np.quantile(losses, (0.1, 0.5, 0.9)))
    ordered = np.sort(losses)
    at_least = losses.size - np.searchsorted(ordered, np.asarray(points, dtype=float), "left")
    return LossSummary(
        p10=p10,
        p50=p50,
        p90=p90,
        mean=float(losses.mean()),
        years=losses.size,
        curve=tuple(
            (float(point), float(count) / losses.size)
            for point, count in zip(points, at_least, strict=True)
        ),
    )


def bad_minutes(
    rate: float, *, detect_minutes: float, repair_minutes: float, user_share: float
) -> float:
    """Return the minutes a year for which users suffer, weighted by their share (0 to 1).

    Source: docs/metrics.md, Quantities.
    """
    return rate * (detect_minutes + repair_minutes) * user_share


def budget_minutes(slo_target_milli: int) -> float:
    """Return the minutes a year that an SLO leaves; the target in thousandths of a percent.

    99.9 % leaves 525.6. Source: docs/metrics.md, Quantities.
    """
    return MINUTES_A_YEAR * (100_000 - slo_target_milli) / 100_000


def is_budget_risk(bad_minutes: float, slo_target_milli: int) -> bool:
    """Whether bad minutes are above a quarter of a system's yearly error budget.

    Source: docs/metrics.md, Quantities.
    """
    return bad_minutes > BUDGET_SHARE_FLAGGED * budget_minutes(slo_target_milli)


def _yearly_losses(risk: LossRisk, years: int, generator: np.random.Generator) -> Losses:
    """Draw a risk's years, in blocks so that frequent events do not fill the memory."""
    severity = lognormal(risk.low, risk.high)
    block = max(1, int(EVENTS_A_BLOCK / max(1.0, risk.rate)))
    parts = [
        _block(severity, generator.poisson(risk.rate, min(block, years - start)), generator)
        for start in range(0, years, block)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _block(
    severity: Lognormal, counts: NDArray[np.int64], generator: np.random.Generator
) -> Losses:
    draws = generator.lognormal(severity.mu, severity.sigma, int(counts.sum()))
    year = np.repeat(np.arange(counts.size), counts)
    return np.bincount(year, weights=draws, minlength=counts.size).astype(np.float64)
