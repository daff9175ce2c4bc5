"""Pager load: the weekly mean, its band, and how sure one can be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

HEALTHY_BELOW = 2
EDGE_UP_TO = 5
VALID_WEEKS_MIN = 2
HEARTBEAT_SHARE_MIN = 0.95
TAIL = 0.025
HALVINGS = 60


class PagerBand(StrEnum):
    """What a pager load means for the people who carry it."""

    HEALTHY = "healthy"
    EDGE = "edge"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """A complete week: its pages, and the part of it (0 to 1) the source was heard."""

    pages: int
    heartbeat_share: float = 1.0

    @property
    def is_valid(self) -> bool:
        """Whether the source was heard for long enough to trust the count."""
        return self.heartbeat_share >= HEARTBEAT_SHARE_MIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """Pages in so many valid weeks; `mean` a week, None without any valid week."""

    pages: int
    weeks: int

    @property
    def mean(self) -> float | None:
        """Pages a week."""
        return self.pages / self.weeks if self.weeks else None


def load(weeks: Iterable[Week]) -> Load:
    """Return the pages of the valid weeks among these. Source: docs/metrics.md, Pager load."""
    valid = [week for week in weeks if week.is_valid]
    return Load(pages=sum(week.pages for week in valid), weeks=len(valid))


def pager_band(load: Load) -> PagerBand:
    """Return the band of a load: below 2 a week healthy, up to 5 edge, above unhealthy.

    Unknown with fewer than two valid weeks: silence is not healthy. Source:
    docs/metrics.md, Pager load.
    """
    if load.weeks < VALID_WEEKS_MIN:
        return PagerBand.UNKNOWN
    if load.pages < HEALTHY_BELOW * load.weeks:
        return PagerBand.HEALTHY
    return PagerBand.EDGE if load.pages <= EDGE_UP_TO * load.weeks else PagerBand.UNHEALTHY


def interval(load: Load) -> tuple[float, float] | None:
    """Return the exact 95 % interval of the mean in pages a week; None without weeks.

    The means under which so few, or so many, pages would come up one time in forty each.
    8 pages in 4 weeks give 0.86 to 3.94. Source: docs/metrics.md, Pager load.
    """
    if load.weeks < 1:
        return None
    high = _mean_where(load.pages, TAIL)
    low = _mean_where(load.pages - 1, 1 - TAIL) if load.pages else 0.0
    return low / load.weeks, high / load.weeks


def _mean_where(count: int, probability: float) -> float:
    """Return the Poisson mean for which P(X <= count) is the probability, by halving."""
    numbers = np.arange(count + 1)
    log_factorials = np.concatenate(([0.0], np.cumsum(np.log(numbers[1:]))))
    low, high = 0.0, count + 20.0 + 10.0 * math.sqrt(count + 1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        at_most = np.exp(numbers * math.log(middle) - middle - log_factorials).sum()
        low, high = (middle, high) if at_most > probability else (low, middle)
    return (low + high) / 2
