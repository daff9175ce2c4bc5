"""One risk as its page shows it: where it stands, the plan, how it got there."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from riskreg.audit.models import AuditEntry
from riskreg.charts.lines import NARROW
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.severity import exposure_milli, product_score
from riskreg.risks import labels
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.pictures import Ratings, exposure_caption, exposure_over_time
from riskreg.risks.scoring import rating_of
from riskreg.risks.words import amount, band_label, effort_words, rate, rating_band, rating_words

UNSAID = frozenset({"review_due_on", "reviewed_on", "pinned_at", "closed_at"})


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where a tier of a risk stands, in words; `rank` None is not rated."""

    tier: str
    label: str
    meaning: str
    rank: int | None
    band: str
    words: str
    score: int | None
    exposure: str
    likelihood: int | None = None
    impact: int | None = None

    @property
    def is_rated(self) -> bool:
        """Whether it has a band."""
        return self.rank is not None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One assessment, in words."""

    stand: Stand
    at: datetime
    who: str
    why: str
    first: bool
    now: bool


@dataclass(frozen=True, kw_only=True)
class Change:
    """One act of the trail, in words: (field, old, new) of each change."""

    act: str
    who: str
    at: datetime
    note: str
    changes: Sequence[tuple[str, str, str]]


def stand(matrix: Matrix, tier: str, rating: Rating) -> Stand:
    """A rating in words."""
    rank = rating_band(matrix, rating)
    return Stand(
        tier=tier,
        label=str(labels.TIER[tier]),
        meaning=str(labels.TIER_MEANING[tier]),
        rank=rank,
        band=band_label(matrix, rank),
        words=rating_words(matrix, rating),
        score=product_score(rating),
        exposure=amount(exposure_milli(matrix, rating)),
        likelihood=rating.likelihood,
        impact=rating.impact,
    )


def stands(matrix: Matrix, risk: Risk) -> dict[str, Stand]:
    """Where each tier of a risk stands."""
    return {tier.value: stand(matrix, tier, rating_of(risk, tier)) for tier in Tier}


def plan_words(risk: Risk) -> dict[str, str]:
    """Effort, treatment, gain and value of a risk, in words."""
    return {
        "effort": effort_words(risk.effort_days, risk.effort_size),
        "treatment": str(labels.TREATMENT[risk.treatment]),
        "gain": amount(risk.gain_milli),
        "value": rate(risk.value_rate),
    }


def steps(matrices: Mapping[int, Matrix], assessments: Sequence[Assessment]) -> list[Step]:
    """The assessments (given newest first), each on the matrix it was made on.

    Of those made in one go the current one comes first.
    """
    firsts = {assessment.tier: assessment.id for assessment in assessments}
    now = next((each.id for each in assessments if each.tier == Tier.CURRENT), None)
    by_tier = sorted(assessments, key=lambda each: list(Tier).index(Tier(each.tier)))
    return [
        Step(
            stand=stand(
                matrices[each.matrix_id],
                each.tier,
                Rating(likelihood=each.likelihood, impact=each.impact),
            ),
            at=each.at,
            who=each.by.name if each.by else _("the program"),
            why=each.why,
            first=firsts[each.tier] == each.id,
            now=each.id == now,
        )
        for each in sorted(by_tier, key=lambda each: each.at, reverse=True)
    ]


def exposures(matrices: Mapping[int, Matrix], assessments: Iterable[Assessment]) -> Ratings:
    """The day of each current assessment and the exposure that it says, oldest first."""
    current = [each for each in assessments if each.tier == Tier.CURRENT]
    return [(each.at.date(), exposure_of(matrices, each)) for each in reversed(current)]


def exposure_of(matrices: Mapping[int, Matrix], assessment: Assessment) -> int | None:
    """What an assessment says of a year, in thousandths, on the matrix it was made on."""
    rating = Rating(likelihood=assessment.likelihood, impact=assessment.impact)
    return exposure_milli(matrices[assessment.matrix_id], rating)


def exposure_pictures(ratings: Ratings, until: date) -> dict[str, str] | None:
    """How the exposure went, wide and for the window of a phone; None below two ratings."""
    if len(ratings) < 2:
        return None
    return {
        "caption": exposure_caption(ratings),
        "wide": exposure_over_time(ratings, until),
        "narrow": exposure_over_time(ratings, until, size=NARROW),
    }


def changes_of(
    entries: Iterable[AuditEntry], matrix: Matrix, *, hidden: Container[str] = ()
) -> list[Change]:
    """The trail of a risk in words; names of systems that are `hidden` become an ellipsis."""

    def told(name: str, value: Any) -> str:
        if name == "system" and value in hidden:
            return "…"
        return _value(name, value, matrix)

    return [
        Change(
            act=str(labels.ACT.get(entry.action, entry.action)),
            who=entry.actor_name,
            at=entry.at,
            note=entry.note,
            changes=[
                (str(labels.FIELD[name]), told(name, old), told(name, new))
                for name, (old, new) in entry.changes.items()
                if name in labels.FIELD and name not in UNSAID
            ],
        )
        for entry in entries
    ]


def _value(name: str, value: Any, matrix: Matrix) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    known = _KNOWN.get(name)
    if known:
        return str(known.get(str(value), value))
    scale = _scale(name, matrix)
    if scale and isinstance(value, int) and 1 <= value <= len(scale):
        return f"{value} {scale[value - 1].label}"
    return str(value)


def _scale(name: str, matrix: Matrix) -> Sequence[Any]:
    if name.endswith("_likelihood"):
        return matrix.likelihoods
    return matrix.impacts if name.endswith("_impact") else ()


_KNOWN: Mapping[str, Mapping[str, Any]] = {
    "kind": labels.KIND,
    "treatment": labels.TREATMENT,
    "status": labels.STATUS,
    "close_reason": labels.CLOSED_AS,
}
