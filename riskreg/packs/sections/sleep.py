"""How we sleep: the five or six numbers that a leader asks for first."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.actions.queries import ActionFilter, counts
from riskreg.lib.dates import day_start
from riskreg.metrics.matrix import Matrix
from riskreg.metrics.reviews import Readiness
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.packs.sections.readiness import reviews_of_team
from riskreg.packs.sections.the_ten import ten_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.matrices import current_matrix, matrix_of
from riskreg.risks.queries import count, view_of


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
        "ready": sum(row["readiness"] == Readiness.READY for row in reviews["rows"]),
        "with_plan": sum(row["readiness"] == Readiness.READY_WITH_PLAN for row in reviews["rows"]),
        "not_reviewed": len(reviews["not_reviewed"]),
        "unrated": ten.unrated_count,
        "overdue": due.overdue,
        "open_actions": due.open,
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """The answer in one sentence, made from the data."""
    if not data["open"]:
        return str(_("Nothing is known yet: no open risk is in the register."))
    return str(
        ngettext(
            "%(num)s of %(open)s open risks is %(band)s, %(ready)s of %(systems)s systems are "
            "shown to be ready, and %(overdue)s promises are overdue.",
            "%(num)s of %(open)s open risks are %(band)s, %(ready)s of %(systems)s systems are "
            "shown to be ready, and %(overdue)s promises are overdue.",
            data["top_count"],
            open=data["open"],
            band=data["top_band"],
            ready=data["ready"],
            systems=data["systems"],
            overdue=data["overdue"],
        )
    )


SECTION = Section(
    key="sleep", title=lambda: _("How do we sleep?"), collect=collect, headline=headline
)
