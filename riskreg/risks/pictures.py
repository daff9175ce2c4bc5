"""Pictures of risks: the same on pages and in packs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from riskreg.charts import bars as across
from riskreg.charts import lines as over_time
from riskreg.charts import quadrant as against
from riskreg.charts.bars import Bar, bars
from riskreg.charts.heatmap import Matrix as Grid
from riskreg.charts.heatmap import MatrixCell, heatmap
from riskreg.charts.lines import Series, lines
from riskreg.charts.quadrant import Point, Quadrants, quadrant
from riskreg.lib.dates import add_months, month_start
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.risks.words import amount, rating_words

Size = tuple[float, float]
ACROSS = across.WIDTH
OVER_TIME: Size = (over_time.WIDTH, over_time.HEIGHT)
AGAINST: Size = (against.WIDTH, against.HEIGHT)
CUT = 25  # person-days: much or little effort, much or little exposure a year
LEAST = 0.01  # where nothing is lost at all, on a scale that has no zero
MONTHS_SHOWN = 24
Ratings = Sequence[tuple[date, int | None]]
Cells = Mapping[tuple[int, int], int]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A risk of which effort and exposure are known; `exposure_milli` is that of a year."""

    ref: str
    title: str
    effort_days: int
    exposure_milli: int
    band_rank: int | None


def quadrant_of(
    spots: Iterable[Spot],
    *,
    size: Size = AGAINST,
    links: bool = False,
) -> str:
    """Exposure against effort of each risk."""
    drawn = [
        Point(
            ref=spot.ref,
            effort_days=spot.effort_days or 1,
            severity=max(spot.exposure_milli / 1000, LEAST),
            band_rank=spot.band_rank,
            href=f"/risks/{spot.ref}",
            title=spot.title,
        )
        for spot in spots
    ]
    words = Quadrants(
        effort_title=_("Effort, person-days"),
        severity_title=_("Exposure, person-days a year"),
        first=_("Do first"),
        plan=_("Plan"),
        quick=_("Quick wins"),
        later=_("Later"),
        effort_cut=CUT,
        severity_cut=CUT,
    )
    title = _("Exposure against effort of each risk")
    return quadrant(drawn, words, title=title, links=links, size=size)


def quadrant_caption(spots: Iterable[Spot]) -> str:
    """How many stand where one would begin: much exposure, little effort."""
    first = sum(spot.exposure_milli >= CUT * 1000 and spot.effort_days <= CUT for spot in spots)
    return str(
        ngettext(
            "%(num)s risk hurts much and takes little: the place to begin",
            "%(num)s risks hurt much and take little: the place to begin",
            first,
        )
    )


def exposure_over_time(
    ratings: Ratings,
    until: date,
    *,
    size: Size = OVER_TIME,
) -> str:
    """The exposure (thousandths) that held after each rating, oldest first, month by month.

    The first step is the day of the first rating, or the earliest month that is shown.
    """
    days = _steps(ratings[0][0], until)
    values = [_held(ratings, day) for day in days]
    pattern = "MMM yy" if len(days) > MONTHS_SHOWN // 2 else "MMM"
    names = [format_date(day, pattern) for day in days[1:-1]]
    names = [format_date(days[0], "d MMM"), *names, format_date(days[-1], "d MMM")]
    return lines(
        names,
        [Series(label="", values=[None if v is None else round(v / 1000, 1) for v in values])],
        title=exposure_caption(ratings),
        size=size,
    )


def exposure_caption(ratings: Ratings) -> str:
    """Where it began and where it stands."""
    first, last = ratings[0][1], ratings[-1][1]
    if first == last:
        return str(_("Exposure is %(now)s person-days a year, as at first", now=amount(last)))
    values = {"old": amount(first), "now": amount(last)}
    if (last or 0) < (first or 0):
        return str(_("Exposure fell from %(old)s to %(now)s person-days a year", **values))
    return str(_("Exposure rose from %(old)s to %(now)s person-days a year", **values))


def effort_bars(
    efforts: Sequence[tuple[str, int | None, str]], *, title: str, width: float = ACROSS
) -> str:
    """(ref, effort in person-days, in words) of each; unknown is said, not drawn as nothing."""
    drawn = [Bar(label=ref, value=days, shown=words) for ref, days, words in efforts]
    told = ", ".join(f"{bar.label} {bar.shown}" for bar in drawn)
    return bars(drawn, title=f"{title}: {told}", width=width)


def effort_caption(efforts: Sequence[tuple[str, int | None, str]]) -> str:
    """Which takes the most."""
    known = [(days, ref) for ref, days, _words in efforts if days is not None]
    if not known:
        return str(_("Nobody has said yet what any of the ten takes"))
    most, ref = max(known, key=lambda each: each[0])
    together = sum(days for days, _ref in known)
    return str(
        _(
            "%(ref)s takes the most, %(days)s of %(all)s person-days",
            ref=ref,
            days=most,
            all=together,
        )
    )


def heat_map(matrix: Matrix, now: Cells, targets: Cells, title: str) -> str:
    """The matrix with counts by (likelihood, impact); what is told of it are title and counts."""
    return heatmap(grid_of(matrix, now, targets), title=f"{title} {_told(matrix, now)}")


def grid_of(matrix: Matrix, now: Cells, targets: Cells) -> Grid:
    """The same as values, of which a page makes a table."""
    cells = [
        MatrixCell(
            likelihood=at[0],
            impact=at[1],
            band_rank=matrix.grid[at[1] - 1][at[0] - 1],
            count=now.get(at, 0),
            targets=targets.get(at, 0),
            name=f"{_words(matrix, at)}: {now.get(at, 0)}",
        )
        for impact in matrix.impacts
        for likelihood in matrix.likelihoods
        for at in [(likelihood.position, impact.position)]
    ]
    return Grid(
        likelihood_labels=[level.label for level in matrix.likelihoods],
        impact_labels=[level.label for level in matrix.impacts],
        cells=cells,
        likelihood_title=_("Likelihood"),
        impact_title=_("Impact"),
    )


def worst_then(matrix: Matrix, then: Cells, day: str) -> str:
    """How many stood in the worst band on a day."""
    worst = matrix.bands[-1]
    number = sum(n for at, n in then.items() if matrix.grid[at[1] - 1][at[0] - 1] == worst.rank)
    if not number:
        return str(_("On %(day)s no risk was %(band)s", day=day, band=worst.label))
    return str(
        ngettext(
            "On %(day)s %(num)s risk was %(band)s",
            "On %(day)s %(num)s risks were %(band)s",
            number,
            day=day,
            band=worst.label,
        )
    )


def _told(matrix: Matrix, counted: Cells) -> str:
    said = [f"{_words(matrix, at)}: {n}" for at, n in sorted(counted.items()) if n]
    return ", ".join(said) if said else str(_("No rated risk."))


def _words(matrix: Matrix, at: tuple[int, int]) -> str:
    return rating_words(matrix, Rating(likelihood=at[0], impact=at[1]))


def _steps(first: date, until: date) -> list[date]:
    """The first day, the beginning of each month after it, and the last; at least two."""
    last = month_start(until)
    months = [add_months(last, -back) for back in range(MONTHS_SHOWN, -1, -1)]
    return [max(first, months[0]), *(each for each in months[1:] if first < each < until), until]


def _held(ratings: Ratings, day: date) -> int | None:
    """What the last rating up to a day said."""
    return next((value for at, value in reversed(ratings) if at <= day), None)
