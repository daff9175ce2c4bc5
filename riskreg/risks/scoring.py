"""What is derived from a risk's ratings and effort and stored beside them at write time."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from riskreg.lib.dates import add_days
from riskreg.lib.units import EFFORT_DAYS
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.ranking import Standing, stored_value
from riskreg.metrics.severity import scores
from riskreg.risks.kinds import Size, Status, Tier
from riskreg.risks.matching import searchable
from riskreg.risks.matrices import matrix_of
from riskreg.risks.models import Risk

# Figures are stored as whole parts, of which so many are one.
MILLI, MILLIONTHS = 1_000, 1_000_000


def figure(stored: int | None, parts: int) -> float | None:
    """A stored figure as it is told; whole numbers without a point, None for unknown."""
    if stored is None:
        return None
    return stored / parts if stored % parts else stored // parts


def rating_of(risk: Risk, tier: Tier) -> Rating:
    """The rating of a tier as stored; not rated when it has none."""
    return Rating(
        likelihood=getattr(risk, f"{tier}_likelihood"), impact=getattr(risk, f"{tier}_impact")
    )


def derived(matrix: Matrix, risk: Risk) -> dict[str, int | None]:
    """The stored figures of a risk. Raises ValueError when a level is not on the matrix."""
    found = scores(
        matrix,
        rating_of(risk, Tier.CURRENT),
        target=rating_of(risk, Tier.TARGET),
        effort_days=risk.effort_days,
    )
    return {
        "band_rank": found.band_rank,
        "exposure_milli": found.exposure_milli,
        "gain_milli": found.gain_milli,
        "value_rate": found.value_rate,
        "order_band": stored_value(found.band_rank),
        "order_value": stored_value(found.value_rate),
        "order_exposure": stored_value(found.exposure_milli),
    }


def recompute(risk: Risk) -> None:
    """Bring the derived columns of one risk up to date."""
    for name, value in derived(matrix_of(risk.matrix), risk).items():
        setattr(risk, name, value)
    risk.search_text = search_text(risk)


def search_text(risk: Risk) -> str:
    """What the search looks at: the words of every text of the risk."""
    parts = (
        risk.title,
        risk.cause,
        risk.event,
        risk.consequence,
        risk.description,
        risk.controls,
        risk.category,
        risk.external_ref,
        *(entry.tag for entry in risk.tags),
    )
    return searchable(" ".join(part for part in parts if part))


def review_due_on(risk: Risk, since: date) -> date | None:
    """When the risk must be looked at again: by its band, counted from a day; None when unrated."""
    if risk.status == Status.CLOSED or risk.band_rank is None:
        return None
    band = matrix_of(risk.matrix).band_of_rank(risk.band_rank)
    return add_days(since, band.review_days) if band else None


def effort(values: Mapping[str, Any]) -> tuple[int | None, Size | None]:
    """(person-days, size) from what was given: a size stands for its days, other days drop it."""
    days, size = values.get("effort_days"), values.get("effort_size")
    if not size:
        return days, None
    own_days = EFFORT_DAYS[str(size)]
    return (own_days, Size(size)) if days in {None, own_days} else (days, None)


def standing(risk: Risk) -> Standing:
    """What decides a risk's place in the orders."""
    return Standing(
        id=risk.id,
        band_rank=risk.band_rank,
        value_rate=risk.value_rate,
        exposure_milli=risk.exposure_milli,
        effort_days=risk.effort_days,
        identified_on=risk.identified_on,
        kind=risk.kind,
    )
