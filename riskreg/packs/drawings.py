"""What the templates of packs call: pictures and words made from frozen values."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from riskreg.charts.bars import Bar, bars
from riskreg.charts.heatmap import Matrix as Grid
from riskreg.charts.heatmap import MatrixCell, heatmap
from riskreg.metrics.matrix import Band, Matrix
from riskreg.metrics.reviews import Readiness, State
from riskreg.reviews import labels as review_labels
from riskreg.reviews.kinds import Level, Severity
from riskreg.risks.kinds import Treatment
from riskreg.risks.labels import TREATMENT
from riskreg.risks.words import amount

Counts = Iterable[Sequence[int]]


def heat_map(matrix: Matrix, now: Counts, targets: Counts, title: str) -> Markup:
    """The matrix with counts: [likelihood, impact, number] each."""
    counted = {(level, impact): n for level, impact, n in now}
    aimed = {(level, impact): n for level, impact, n in targets}
    cells = [
        MatrixCell(
            likelihood=likelihood.position,
            impact=impact.position,
            band_rank=matrix.grid[impact.position - 1][likelihood.position - 1],
            count=counted.get((likelihood.position, impact.position), 0),
            targets=aimed.get((likelihood.position, impact.position), 0),
        )
        for impact in matrix.impacts
        for likelihood in matrix.likelihoods
    ]
    grid = Grid(
        likelihood_labels=[level.label for level in matrix.likelihoods],
        impact_labels=[level.label for level in matrix.impacts],
        cells=cells,
        likelihood_title=_("Likelihood"),
        impact_title=_("Impact"),
    )
    return Markup(heatmap(grid, title=title))  # noqa: S704 - the charts escape


def band_counts(matrix: Matrix, cells: Counts) -> list[tuple[Band, int]]:
    """How many risks stand in each band, the worst first."""
    found = dict.fromkeys((band.rank for band in matrix.bands), 0)
    for likelihood, impact, n in cells:
        found[matrix.grid[impact - 1][likelihood - 1]] += n
    return [(band, found[band.rank]) for band in reversed(matrix.bands)]


def effort_bars(rows: Sequence[dict[str, object]], title: str) -> Markup:
    """The effort of each of the ten; unknown is said, not drawn as nothing."""
    drawn = [
        Bar(label=str(row["ref"]), value=_number(row["effort"]), shown=_days(row["effort"]))
        for row in rows
    ]
    return Markup(bars(drawn, title=title))  # noqa: S704 - the charts escape


def on(iso: str | None) -> str:
    """23 Nov 2026; – for unknown."""
    if not iso:
        return "–"
    return str(format_date(date.fromisoformat(iso[:10]), "d MMM y", rebase=False))


def at(iso: str | None, zone: str) -> str:
    """23 Nov 2026, 14:05 in a zone; – for unknown."""
    if not iso:
        return "–"
    local = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    return f"{format_date(local.date(), 'd MMM y', rebase=False)}, {local:%H:%M}"


def band_of(matrix: Matrix, rank: int | None) -> str | None:
    """The name of a band."""
    return next((band.label for band in matrix.bands if band.rank == rank), None)


def rating_words(matrix: Matrix, rating: Sequence[int | None]) -> str:
    """Likely × Major; empty when unrated."""
    likelihood, impact = rating
    if not likelihood or not impact:
        return ""
    return f"{matrix.likelihoods[likelihood - 1].label} × {matrix.impacts[impact - 1].label}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _days(value: object) -> str:
    return _("%(n)s d", n=value) if value is not None else "?"


HELPERS = {
    "together": lambda left, right: list(zip(left, right, strict=True)),
    "heat_map": heat_map,
    "band_counts": band_counts,
    "effort_bars": effort_bars,
    "on": on,
    "at": at,
    "band_of": band_of,
    "rating_words": rating_words,
    "treatment_word": lambda value: TREATMENT[Treatment(value)],
    "amount": amount,
    "severity_word": lambda value: review_labels.SEVERITY[Severity(value)],
    "level_word": lambda value: review_labels.LEVEL[Level(value)],
    "state_word": lambda value: review_labels.STATE[State(value)],
    "state_kind": lambda value: review_labels.STATE_KIND[State(value)],
    "readiness_word": lambda value: review_labels.READINESS[Readiness(value)],
    "readiness_kind": lambda value: review_labels.READINESS_KIND[Readiness(value)],
}
