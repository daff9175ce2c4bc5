"""Risks of many teams together: counts and sums, never averages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from riskreg.metrics.ranking import Standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Rollup:
    """Counts by band rank, unknowns apart, and the exposure of the rated ones together.

    `exposure_milli` is a year's, in thousandths of the cost unit.
    """

    bands: Mapping[int, int]
    unrated: int
    needs_effort: int
    exposure_milli: int

    @property
    def total(self) -> int:
        """How many risks there are, rated or not."""
        return sum(self.bands.values()) + self.unrated

    @property
    def worst_band_rank(self) -> int | None:
        """The highest band that has a risk; None when nothing is rated."""
        return max((rank for rank, count in self.bands.items() if count), default=None)


def rollup(items: Iterable[Standing], band_ranks: Iterable[int]) -> Rollup:
    """Return counts and summed exposure of some risks; every rank given has a count.

    Source: docs/metrics.md, Together.
    """
    listed = list(items)
    counts = Counter(item.band_rank for item in listed if item.band_rank is not None)
    ranks = sorted(set(band_ranks) | set(counts))
    return Rollup(
        bands={rank: counts[rank] for rank in ranks},
        unrated=len(listed) - counts.total(),
        needs_effort=sum(item.needs_effort for item in listed),
        exposure_milli=sum(item.exposure_milli or 0 for item in listed),
    )


def combined(rollups: Iterable[Rollup]) -> Rollup:
    """Return the sum of several roll-ups of different risks. Source: docs/metrics.md, Together."""
    listed = list(rollups)
    ranks = sorted({rank for each in listed for rank in each.bands})
    return Rollup(
        bands={rank: sum(each.bands.get(rank, 0) for each in listed) for rank in ranks},
        unrated=sum(each.unrated for each in listed),
        needs_effort=sum(each.needs_effort for each in listed),
        exposure_milli=sum(each.exposure_milli for each in listed),
    )
