"""What the matrix says about a rating: band, score, exposure, gain and value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskreg.metrics.default_matrix import DEFAULT_MATRIX
from riskreg.metrics.matrix import Band, Level, Matrix, Rating

__all__ = [
    "DEFAULT_MATRIX",
    "Band",
    "Level",
    "Matrix",
    "Rating",
    "Scores",
    "band",
    "exposure_milli",
    "gain_milli",
    "product_score",
    "scores",
    "value_rate",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """Everything derived from one risk's ratings and effort; None means unknown."""

    band_rank: int | None
    target_band_rank: int | None
    score: int | None
    exposure_milli: int | None
    gain_milli: int | None
    value_rate: int | None


def band(matrix: Matrix, rating: Rating | None) -> Band | None:
    """Return the band of a rating, or None when it is not rated.

    Raises ValueError when a level does not exist on the matrix: nothing is clamped.
    Source: docs/metrics.md, Scores.
    """
    levels = _levels_of(matrix, rating)
    if levels is None:
        return None
    likelihood, impact = levels
    return matrix.bands[matrix.grid[impact.position - 1][likelihood.position - 1] - 1]


def product_score(rating: Rating | None) -> int | None:
    """Return likelihood times impact (1 to 25 on a 5 by 5), for the eye only.

    It never orders anything. Source: docs/metrics.md, Scores.
    """
    if rating is None or rating.likelihood is None or rating.impact is None:
        return None
    return rating.likelihood * rating.impact


def exposure_milli(matrix: Matrix, rating: Rating | None) -> int | None:
    """Return the expected yearly loss in thousandths of the cost unit; None when not rated.

    Events a year (in thousandths) times the cost of one event, both at the midpoints.
    Source: docs/metrics.md, Exposure and gain.
    """
    levels = _levels_of(matrix, rating)
    if levels is None:
        return None
    likelihood, impact = levels
    return likelihood.midpoint * impact.midpoint


def gain_milli(matrix: Matrix, current: Rating | None, target: Rating | None = None) -> int | None:
    """Return the exposure that reaching the target removes a year, in thousandths.

    Without a (complete) target the whole current exposure counts. Negative when the target
    is above the current rating. None when the current rating is unknown.
    Source: docs/metrics.md, Exposure and gain.
    """
    before = exposure_milli(matrix, current)
    if before is None:
        return None
    return before - (exposure_milli(matrix, target) or 0)


def value_rate(gain_milli: int | None, effort_days: int | None) -> int | None:
    """Return gain per person-day in millionths of the cost unit, rounded down.

    None when gain or effort is unknown; a negative gain counts as none (0), so that less
    effort can never lower a rank. Raises ValueError for an effort below one day.
    Source: docs/metrics.md, Order.
    """
    if gain_milli is None or effort_days is None:
        return None
    if effort_days < 1:
        raise ValueError("Effort is at least one person-day, or unknown.")
    return max(gain_milli, 0) * 1000 // effort_days


def scores(
    matrix: Matrix,
    current: Rating | None,
    *,
    target: Rating | None = None,
    effort_days: int | None = None,
) -> Scores:
    """Return everything a register stores beside a risk's ratings and effort.

    Units as in the single functions. Raises ValueError as they do.
    """
    now_band = band(matrix, current)
    then_band = band(matrix, target)
    gain = gain_milli(matrix, current, target)
    return Scores(
        band_rank=now_band.rank if now_band else None,
        target_band_rank=then_band.rank if then_band else None,
        score=product_score(current),
        exposure_milli=exposure_milli(matrix, current),
        gain_milli=gain,
        value_rate=value_rate(gain, effort_days),
    )


def _levels_of(matrix: Matrix, rating: Rating | None) -> tuple[Level, Level] | None:
    """Return the likelihood and impact levels of a complete rating."""
    if rating is None:
        return None
    likelihood = _level("likelihood", matrix.likelihoods, rating.likelihood)
    impact = _level("impact", matrix.impacts, rating.impact)
    if likelihood is None or impact is None:
        return None
    return likelihood, impact


def _level(name: str, scale: Sequence[Level], position: int | None) -> Level | None:
    if position is None:
        return None
    if not 1 <= position <= len(scale):
        raise ValueError(f"There is no {name} level {position}; the scale has 1 to {len(scale)}.")
    return scale[position - 1]
