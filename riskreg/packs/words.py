"""Words for frozen values: days, bands, ratings, filters."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _

from riskreg.lib.units import format_percent
from riskreg.metrics.matrix import Band, Matrix

Counts = Iterable[Sequence[int]]
UNKNOWN = "–"


def format_on(iso: str | None) -> str:
    """23 Nov 2026; – for unknown."""
    if not iso:
        return UNKNOWN
    return str(format_date(date.fromisoformat(iso[:10]), "d MMM y", rebase=False))


def format_long_on(iso: str) -> str:
    """23 November 2026."""
    return str(format_date(date.fromisoformat(iso), "d MMMM y", rebase=False))


def format_at(iso: str | None, zone: str) -> str:
    """23 Nov 2026, 14:05 in a zone; – for unknown."""
    if not iso:
        return UNKNOWN
    local = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    return f"{format_date(local.date(), 'd MMM y', rebase=False)}, {local:%H:%M}"


def format_share(share: float | None) -> str:
    """27 %, as the pages say it; ? for unknown."""
    return format_percent(share) or "?"


def format_days(days: int | None) -> str:
    """25 d; ? for unknown."""
    return "?" if days is None else str(_("%(n)s d", n=days))


def band_of(matrix: Matrix, rank: int | None) -> str | None:
    """The name of a band; None for unrated."""
    found = matrix.band_of_rank(rank)
    return found.label if found else None


def rating_words(matrix: Matrix, rating: Sequence[int | None]) -> str:
    """Likely × Major; empty when unrated."""
    likelihood, impact = rating
    if not likelihood or not impact:
        return ""
    return f"{matrix.likelihoods[likelihood - 1].label} × {matrix.impacts[impact - 1].label}"


def band_of_rating(matrix: Matrix, rating: Sequence[int | None]) -> int | None:
    """The rank of a rating's band; None for unrated."""
    likelihood, impact = rating
    return matrix.grid[impact - 1][likelihood - 1] if likelihood and impact else None


def band_counts(matrix: Matrix, cells: Counts) -> list[tuple[Band, int]]:
    """How many risks stand in each band, the worst first; cells are [likelihood, impact, n]."""
    found = dict.fromkeys((band.rank for band in matrix.bands), 0)
    for likelihood, impact, n in cells:
        found[matrix.grid[impact - 1][likelihood - 1]] += n
    return [(band, found[band.rank]) for band in reversed(matrix.bands)]
