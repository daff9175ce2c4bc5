"""How we sleep: the five or six numbers that a leader asks for first."""

from typing import Any

from flask_babel import gettext as _

from riskreg.actions.queries import ActionFilter, counts
from riskreg.lib.dates import day_start
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Scope, Section
from riskreg.packs.sections.readiness import reviews_of_team
from riskreg.packs.sections.the_ten import ten_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.queries import count, view_of
from riskreg.risks.services import current_matrix, matrix_of


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """Counts of the register, the reviews and the actions of the team and all below."""
    view = view_of(actor, RiskFilter(team=scope.team.slug), today=scope.on)
    top_band = matrix_of(current_matrix()).bands[-1]
    ten = ten_of(actor, scope)
    efforts = [ten.rows[place.item.id].effort_days for place in ten.top.places]
    reviews = reviews_of_team(actor, scope)
    due = counts(
        actor,
        ActionFilter(below=scope.team),
        today=scope.on,
        now=day_start(scope.on, actor.timezone),
    )
    return {
        "open": count(view),
        "top_band": top_band.label,
        "top_count": count(view.with_criteria(band=str(top_band.rank))),
        "ten": len(ten.top.places),
        "ten_effort": sum(effort or 0 for effort in efforts),
        "ten_unknown": sum(effort is None for effort in efforts),
        "systems": reviews["systems"],
        "ready": sum(row["readiness"] == "ready" for row in reviews["rows"]),
        "not_reviewed": reviews["not_reviewed"],
        "overdue": due.overdue,
        "open_actions": due.open,
    }


SECTION = Section(key="sleep", title=lambda: _("How do we sleep?"), collect=collect)
