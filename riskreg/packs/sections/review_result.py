"""An operability review: what came out of it and what keeps the system from being ready."""

from typing import Any

from flask_babel import gettext as _

from riskreg.metrics.matrix import Matrix
from riskreg.metrics.reviews import Readiness, Severity
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import OTHER_TEAMS, Frozen, Scope, Section
from riskreg.packs.promises import outside
from riskreg.reviews.labels import READINESS
from riskreg.reviews.queries import review_for
from riskreg.reviews.sheet import Line, sheet_of


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """Readiness, level and score of the review that `scope.ref` names, and its open statements."""
    review = review_for(actor, scope.ref)
    sheet = sheet_of(actor, review, day=scope.on)
    outcome = sheet.result
    return {
        "ref": review.ref,
        "system": review.system.name,
        "team": review.team.name,
        "status": review.status.value,
        "readiness": outcome.readiness.value,
        "score_share": outcome.score_share,
        "required": outcome.level_required.value,
        "reached": outcome.level_reached.value if outcome.level_reached else None,
        "counts": {state.value: n for state, n in outcome.counts.items()},
        "submitted_on": review.submitted_at and review.submitted_at.date(),
        "signed_on": review.signed_off_at and review.signed_off_at.date(),
        "signed_by": review.signed_off_by.name if review.signed_off_by else "",
        "sign_off_note": review.sign_off_note,
        "next_review_on": review.next_review_on,
        "open": [
            _line(line)
            for severity in Severity
            for line in sheet.asked
            if line.is_open and line.statement.severity == severity.value
        ],
        OTHER_TEAMS: outside(scope.team, [line.risk.team for line in sheet.asked if line.risk]),
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """Ready or not, and why."""
    system, readiness = data["system"], Readiness(data["readiness"])
    stands = _("%(system)s: %(readiness)s.", system=system, readiness=READINESS[readiness])
    if readiness is Readiness.READY:
        return str(stands)
    blockers = sum(line["severity"] == Severity.BLOCKER for line in data["open"])
    majors = sum(line["severity"] == Severity.MAJOR for line in data["open"])
    counted = _(
        "Open are %(blockers)s blockers and %(majors)s major statements.",
        blockers=blockers,
        majors=majors,
    )
    return f"{stands} {counted}"


def _line(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "text": line.words.text,
        "severity": line.statement.severity.value,
        "state": line.state.value,
        "risk": line.risk.ref if line.risk else "",
    }


SECTION = Section(
    key="review_result", title=lambda: _("Result"), collect=collect, headline=headline
)
