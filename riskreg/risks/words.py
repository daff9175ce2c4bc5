"""Ratings, figures and days of risks as short words, cheap enough for every row of a list."""

from datetime import date
from functools import lru_cache

from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _

from riskreg.lib.dates import DayUnit
from riskreg.lib.dates import relative_day as distance
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.severity import band

BAND_SIGNS = "–○●▲◆"
UNKNOWN = "–"


def band_sign(rank: int | None) -> str:
    """The shape of a band; ranks above 4 share the strongest."""
    return BAND_SIGNS[min(rank or 0, 4)]


def band_label(matrix: Matrix, rank: int | None) -> str:
    """The name of a band."""
    found = matrix.band_of_rank(rank)
    return found.label if found else str(_("Unrated"))


def rating_words(matrix: Matrix, rating: Rating) -> str:
    """ "Likely × Major"; – where a side is unknown."""
    likelihood = matrix.likelihoods[rating.likelihood - 1].label if rating.likelihood else UNKNOWN
    impact = matrix.impacts[rating.impact - 1].label if rating.impact else UNKNOWN
    return UNKNOWN if likelihood == impact == UNKNOWN else f"{likelihood} × {impact}"


def rating_band(matrix: Matrix, rating: Rating) -> int | None:
    """The rank of a rating's band; None when it is not rated."""
    found = band(matrix, rating)
    return found.rank if found else None


def amount(milli: int | None) -> str:
    """Thousandths as a short number: 0.1, 2.5, 125, 2 500; – for unknown."""
    if milli is None:
        return UNKNOWN
    if abs(milli) >= 10_000:
        return f"{round(milli / 1000):,}".replace(",", "\u202f")
    return f"{milli / 1000:.2f}".rstrip("0").rstrip(".")


def rate(value_rate: int | None) -> str:
    """Gain per person-day from its stored millionths, two figures; – for unknown."""
    if value_rate is None:
        return UNKNOWN
    value = value_rate / 1_000_000
    if value >= 10:
        return f"{round(value):,}".replace(",", "\u202f")
    return f"{value:.2g}" if value >= 0.001 else ("0" if value == 0 else "<0.001")


def effort_words(days: int | None, size: str | None) -> str:
    """ "25 d", with its size where one was chosen; – for unknown."""
    if days is None:
        return UNKNOWN
    return f"{days} d · {size}" if size else f"{days} d"


def due_words(day: date | None, today: date) -> tuple[str, str]:
    """("in 5 days", "28 Nov 2026"), or two dashes."""
    if day is None:
        return UNKNOWN, ""
    return _due_words(day, today, str(get_locale()))


@lru_cache(maxsize=4096)
def _due_words(day: date, today: date, _locale: str) -> tuple[str, str]:
    return _distance(day, today), format_date(day, "d MMM y", rebase=False)


def _distance(day: date, today: date) -> str:
    unit, n = distance(day, today)
    if unit in {DayUnit.TODAY, DayUnit.TOMORROW, DayUnit.YESTERDAY}:
        words = {DayUnit.TODAY: _("today"), DayUnit.TOMORROW: _("tomorrow")}
        return str(words.get(unit, _("yesterday")))
    count = abs(n)
    length = {
        DayUnit.DAYS: ngettext("%(num)s day", "%(num)s days", count),
        DayUnit.WEEKS: ngettext("%(num)s week", "%(num)s weeks", count),
        DayUnit.MONTHS: ngettext("%(num)s month", "%(num)s months", count),
        DayUnit.YEARS: ngettext("%(num)s year", "%(num)s years", count),
    }[unit]
    words = _("in %(length)s", length=length) if n > 0 else _("%(length)s ago", length=length)
    return str(words)
