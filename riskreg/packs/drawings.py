"""What the templates of packs call: pictures and words made from frozen values."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from riskreg.lib.markdown import to_html
from riskreg.metrics.matrix import Matrix
from riskreg.metrics.reviews import Readiness, State
from riskreg.packs import words
from riskreg.packs.words import Counts
from riskreg.reviews import labels as review_labels
from riskreg.reviews import pictures as review_pictures
from riskreg.reviews.kinds import Level, Severity
from riskreg.reviews.pictures import Areas
from riskreg.risks import pictures
from riskreg.risks.kinds import Tier, Treatment
from riskreg.risks.labels import TREATMENT
from riskreg.risks.pictures import Cells, Ratings, Spot
from riskreg.risks.words import amount

_INNER_LINK = re.compile(r' href="(?!https?:|mailto:)[^"]*"')
_BOXES = str.maketrans({"\u2610": "○", "\u2611": "✓"})
HEADINGS_BELOW = 3  # Markdown stands inside a section's own headings


def heat_map(matrix: Matrix, now: Counts, targets: Counts, title: str) -> Markup:
    """The matrix with counts: [likelihood, impact, number] each."""
    drawn = pictures.heat_map(matrix, _cells(now), _cells(targets), title)
    return Markup(drawn)  # noqa: S704 - charts escape


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
    return pictures.worst_then(matrix, _cells(then), day)


def effort_bars(rows: Sequence[dict[str, Any]], title: str) -> Markup:
    """The effort of each of the ten."""
    return Markup(pictures.effort_bars(_efforts(rows), title=title))  # noqa: S704 - charts escape


def effort_caption(rows: Sequence[dict[str, Any]]) -> str:
    """Which of the ten takes the most."""
    return pictures.effort_caption(_efforts(rows))


def spots(rows: Sequence[dict[str, Any]]) -> list[Spot]:
    """Those of which effort and exposure are known, as the quadrant shows them."""
    return [
        Spot(
            ref=row["ref"],
            title=row["title"],
            effort_days=row["effort"],
            exposure_milli=row["exposure"],
            band_rank=row["band"],
        )
        for row in rows
        if row["effort"] is not None and row["exposure"] is not None
    ]


def exposures(steps: Sequence[dict[str, Any]]) -> Ratings:
    """The day and exposure of each current assessment, oldest first; given newest first."""
    current = [step for step in steps if step["tier"] == Tier.CURRENT and "exposure" in step]
    return [(date.fromisoformat(str(step["on"])), step["exposure"]) for step in reversed(current)]


def exposure_over_time(ratings: Ratings, until: str) -> Markup:
    """How the exposure of a risk went until it was closed, or the day of the snapshot."""
    day = date.fromisoformat(str(until))
    return Markup(pictures.exposure_over_time(ratings, day))  # noqa: S704 - charts escape


def states_by_area(areas: Sequence[dict[str, Any]]) -> Areas:
    """The states of each area's statements."""
    return [(area["name"], [State(row["state"]) for row in area["rows"]]) for area in areas]


def answers_by_area(areas: Areas) -> Markup:
    """The bar of each area."""
    return Markup(review_pictures.answers_by_area(areas))  # noqa: S704 - charts escape


def prose(text: str) -> Markup:
    """Sanitised HTML of Markdown, its headings below those of the section.

    Links into this site or this text lead nowhere on paper, so only their words stay; the boxes
    of tasks become signs that our font has.
    """
    html = to_html(text, heading_shift=HEADINGS_BELOW).translate(_BOXES)
    return Markup(_INNER_LINK.sub("", html))  # noqa: S704 - sanitised by to_html


def _cells(counts: Counts) -> Cells:
    return {(level, impact): n for level, impact, n in counts}


def _efforts(rows: Sequence[dict[str, Any]]) -> list[tuple[str, int | None, str]]:
    return [(row["ref"], row["effort"], words.format_days(row["effort"])) for row in rows]


HELPERS = {
    "together": lambda left, right: list(zip(left, right, strict=True)),
    "heat_map": heat_map,
    "worst_now": worst_now,
    "worst_then": worst_then,
    "band_counts": words.band_counts,
    "effort_bars": effort_bars,
    "effort_caption": effort_caption,
    "spots": spots,
    "quadrant": lambda found: Markup(pictures.quadrant_of(found)),  # noqa: S704 - charts escape
    "quadrant_caption": pictures.quadrant_caption,
    "exposures": exposures,
    "exposure_over_time": exposure_over_time,
    "exposure_caption": pictures.exposure_caption,
    "states_by_area": states_by_area,
    "answers_by_area": answers_by_area,
    "answers_caption": review_pictures.answers_caption,
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
