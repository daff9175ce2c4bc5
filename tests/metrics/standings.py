"""Items for tests of the order: one with sensible defaults, and any that can exist."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from riskreg.metrics.ranking import Standing
from riskreg.metrics.severity import DEFAULT_MATRIX, Rating, scores

FIRST_DAY = date(2026, 1, 1)
LEVELS = st.none() | st.integers(1, 5)
RATINGS = st.builds(Rating, likelihood=LEVELS, impact=LEVELS)
EFFORTS = st.none() | st.sampled_from([1, 3, 10, 25, 60])
DAYS = st.dates(min_value=FIRST_DAY, max_value=date(2026, 1, 5))


def standing(item_id: int, **changes: Any) -> Standing:
    """A High item of ten days, with some parts changed."""
    values: dict[str, Any] = {
        "band_rank": 3,
        "value_rate": 1000,
        "exposure_milli": 10_000,
        "effort_days": 10,
        "identified_on": FIRST_DAY,
        "kind": "both",
        **changes,
    }
    return Standing(id=item_id, **values)


def scored(
    item_id: int, current: Rating, *, target: Rating, effort_days: int | None, on: date
) -> Standing:
    """An item as the default matrix scores it."""
    found = scores(DEFAULT_MATRIX, current, target=target, effort_days=effort_days)
    return Standing(
        id=item_id,
        band_rank=found.band_rank,
        value_rate=found.value_rate,
        exposure_milli=found.exposure_milli,
        effort_days=effort_days,
        identified_on=on,
    )


@st.composite
def registers(draw: st.DrawFn, max_size: int = 30) -> list[Standing]:
    """Any register on the default matrix, with many ties."""
    parts = draw(st.lists(st.tuples(RATINGS, RATINGS, EFFORTS, DAYS), max_size=max_size))
    return [
        scored(item_id, current, target=target, effort_days=effort, on=on)
        for item_id, (current, target, effort, on) in enumerate(parts, start=1)
    ]
