"""What the templates of packs call: pictures and words made from frozen values."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from riskreg.charts.bars import Bar, bars
from riskreg.charts.heatmap import Matrix as Grid
from riskreg.charts.heatmap import MatrixCell, heatmap
from riskreg.lib.markdown import to_html
from riskreg.metrics.matrix import Matrix
from riskreg.metrics.reviews import Readiness, State
from riskreg.packs import words
from riskreg.packs.words import Counts
from riskreg.reviews import labels as review_labels
from riskreg.reviews.kinds import Level, Severity
from riskreg.risks.kinds import Treatment
from riskreg.risks.labels import TREATMENT
from riskreg.risks.words import amount

_INNER_LINK = re.compile(r' href="(?!https?:|mailto:)[^"]*"')
_BOXES = str.maketrans({"\u2610": "○", "\u2611": "✓"})
HEADINGS_BELOW = 3  # Markdown stands inside a section's own headings


def heat_map(matrix: Matrix, now: Counts, targets: Counts, title: str) -> Markup:
    """The matrix with counts: [likelihood, impact, number] each.

    Its alternative text is the title and the counts, cell by cell.
    """
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
    told = f"{title} {_told(matrix, counted)}"
    return Markup(heatmap(grid, title=told))  # noqa: S704 - the charts escape


def worst_now(matrix: Matrix, now: Counts) -> str:
    """The caption of the heat map of today."""
    worst, number = words.band_counts(matrix, now)[0]
    if not number:
        return str(
            _("No risk is %(band)s now; dashed, where the plans would take them", band=worst.label)
        )
    return str(
        ngettext(
            "%(num)s risk is %(band)s now; dashed, where the plans would take them",
            "%(num)s risks are %(band)s now; dashed, where the plans would take them",
            number,
            band=worst.label,
        )
    )


def worst_then(matrix: Matrix, then: Counts, day: str) -> str:
    """The caption of the heat map of a quarter ago."""
    worst, number = words.band_counts(matrix, then)[0]
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


def effort_bars(rows: Sequence[dict[str, Any]], title: str) -> Markup:
    """The effort of each of the ten; unknown is said, not drawn as nothing."""
    drawn = [
        Bar(label=row["ref"], value=row["effort"], shown=words.format_days(row["effort"]))
        for row in rows
    ]
    told = ", ".join(f"{bar.label} {bar.shown}" for bar in drawn)
    return Markup(bars(drawn, title=f"{title}: {told}"))  # noqa: S704 - the charts escape


def effort_caption(rows: Sequence[dict[str, Any]]) -> str:
    """Which of the ten takes the most."""
    known = [row for row in rows if row["effort"] is not None]
    if not known:
        return str(_("Nobody has said yet what any of the ten takes"))
    most = max(known, key=lambda row: int(row["effort"]))
    return str(
        _(
            "%(ref)s takes the most, %(days)s of %(all)s person-days",
            ref=most["ref"],
            days=most["effort"],
            all=sum(row["effort"] for row in known),
        )
    )


def prose(text: str) -> Markup:
    """Sanitised HTML of Markdown, its headings below those of the section.

    Links into this site or this text lead nowhere on paper, so only their words stay; the boxes
    of tasks become signs that our font has.
    """
    html = to_html(text, heading_shift=HEADINGS_BELOW).translate(_BOXES)
    return Markup(_INNER_LINK.sub("", html))  # noqa: S704 - sanitised by to_html


def _told(matrix: Matrix, counted: dict[tuple[int, int], int]) -> str:
    said = [f"{words.rating_words(matrix, cell)}: {n}" for cell, n in sorted(counted.items()) if n]
    return ", ".join(said) if said else str(_("No rated risk."))


HELPERS = {
    "together": lambda left, right: list(zip(left, right, strict=True)),
    "heat_map": heat_map,
    "worst_now": worst_now,
    "worst_then": worst_then,
    "band_counts": words.band_counts,
    "effort_bars": effort_bars,
    "effort_caption": effort_caption,
    "on": words.format_on,
    "at": words.format_at,
    "share": words.format_share,
    "effort_words": words.format_days,
    "band_of": words.band_of,
    "band_of_rating": words.band_of_rating,
    "rating_words": words.rating_words,
    "prose": prose,
    "treatment_word": lambda value: TREATMENT[Treatment(value)],
    "amount": amount,
    "severity_word": lambda value: review_labels.SEVERITY[Severity(value)],
    "level_word": lambda value: review_labels.LEVEL[Level(value)],
    "state_word": lambda value: review_labels.STATE[State(value)],
    "state_kind": lambda value: review_labels.STATE_KIND[State(value)],
    "readiness_word": lambda value: review_labels.READINESS[Readiness(value)],
    "readiness_kind": lambda value: review_labels.READINESS_KIND[Readiness(value)],
}
