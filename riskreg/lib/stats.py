"""Small statistics: median, quantile, Wilson interval, significant figures."""

from __future__ import annotations

import math
from collections.abc import Iterable

Z_95 = 1.959963984540054


def median(values: Iterable[float]) -> float | None:
    """Return the middle value, the mean of the two middle ones when even; None for none."""
    return quantile(values, 0.5)


def quantile(values: Iterable[float], share: float) -> float | None:
    """Return the value below which `share` (0 to 1) of the values lie; None for none.

    Between two values it moves in a straight line (the default of numpy and spreadsheets).
    Raises ValueError when the share is outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError("A quantile's share lies between 0 and 1.")
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    if low == len(ordered) - 1:
        return float(ordered[low])
    return ordered[low] + (place - low) * (ordered[low + 1] - ordered[low])


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float] | None:
    """Return the Wilson score interval of a share as (low, high), each 0 to 1.

    None when there are no trials. 41 of 50 gives 0.69 to 0.90 at 95 %. Raises ValueError
    unless 0 <= successes <= trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError("Successes lie between 0 and the number of trials.")
    if trials == 0:
        return None
    share = successes / trials
    shrink = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrink
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2)) / shrink
    return max(0.0, centre - spread), min(1.0, centre + spread)


def two_significant(value: float) -> float:
    """Return the value rounded to two significant figures: 4 039 812 becomes 4 000 000."""
    if value == 0 or not math.isfinite(value):
        return value
    return float(f"{value:.1e}")
