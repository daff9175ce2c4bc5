"""An operability review: every statement with its answer and evidence, by area."""

from typing import Any

from flask_babel import gettext as _

from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Scope, Section
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
        "text": line.statement.text,
        "severity": line.statement.severity.value,
        "state": line.state.value,
        "evidence": answer.evidence if answer else "",
        "evidence_url": answer.evidence_url if answer else "",
        "evidence_on": answer.evidence_on if answer else None,
        "reason": answer.reason if answer else "",
        "note": answer.note if answer else "",
    }


SECTION = Section(key="review_answers", title=lambda: _("Answers and evidence"), collect=collect)
