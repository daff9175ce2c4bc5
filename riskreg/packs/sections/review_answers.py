"""An operability review: every statement with its answer and evidence, by area."""

from typing import Any

from flask_babel import gettext as _

from riskreg.metrics.matrix import Matrix
from riskreg.metrics.reviews import State
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.reviews.queries import review_for
from riskreg.reviews.sheet import Line, sheet_of


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """The statements that the required level asks for, area by area."""
    sheet = sheet_of(actor, review_for(actor, scope.ref), day=scope.on)
    return {
        "areas": [
            {"name": area.name, "rows": [_answered(line) for line in area.lines]}
            for area in sheet.areas
            if area.lines
        ]
    }


def _answered(line: Line) -> dict[str, Any]:
    answer = line.answer
    return {
        "code": line.code,
        "text": line.words.text,
        "severity": line.statement.severity.value,
        "state": line.state.value,
        "evidence": answer.evidence if answer else "",
        "evidence_url": answer.evidence_url if answer else "",
        "evidence_on": answer.evidence_on if answer else None,
        "reason": answer.reason if answer else "",
        "note": answer.note if answer else "",
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """How many of the statements are met, and how many nobody has answered."""
    states = [row["state"] for area in data["areas"] for row in area["rows"]]
    return str(
        _(
            "%(met)s of %(all)s statements are met; %(unknown)s are not answered.",
            met=states.count(State.MET),
            all=len(states),
            unknown=states.count(State.UNANSWERED),
        )
    )


SECTION = Section(
    key="review_answers",
    title=lambda: _("Answers and evidence"),
    collect=collect,
    headline=headline,
)
