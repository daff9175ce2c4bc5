"""Home: the answer to "how do you sleep?" for the chosen team."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from riskreg.charts.lines import sparkline
from riskreg.dashboard import words
from riskreg.dashboard.needs import needs_of
from riskreg.dashboard.queries import standing
from riskreg.errors import NotFound
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.risks.words import amount
from riskreg.web.frame import chosen_team, first_entry, known_teams
from riskreg.web.jinja import today
from riskreg.web.panels import Panel, add_panel
from riskreg.web.security import current_actor, requires

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@requires(Permission.SELF)
def index() -> str | Response:
    """How the chosen team sleeps, and what needs the reader.

    Whoever has no role, and reads something confidential all the same, is led there.
    """
    team = chosen_team()
    if team is None and current_actor.privy:
        return redirect(first_entry().href, 303)
    if team is None:
        raise NotFound(_("There is no team yet that you may see. Ask an administrator for a role."))
    actor: Actor = current_actor._get_current_object()
    day = today()
    needs = needs_of(actor, day=day, known=known_teams())
    return render_template(
        "dashboard/index.html",
        team=team,
        needs=words.grouped(needs, day),
        may_file=actor.may(Permission.RISK_EDIT, team.path),
        may_review=actor.may(Permission.REVIEW_EDIT, team.path),
        import_url=url_for("imports.new") if "imports.new" in current_app.view_functions else None,
        **_standing(actor, team),
    )


def team_panel(actor: Actor, team: Team) -> Panel | None:
    """The same figures on a team's own page."""
    if not actor.may(Permission.RISK_VIEW, team.path):
        return None
    return Panel(
        title=_("How they sleep"),
        template="dashboard/_panel.html",
        context={"team": team, **_standing(actor, team)},
    )


def _standing(actor: Actor, team: Branch) -> dict[str, Any]:
    stand = standing(actor, team, day=today())
    trend = words.trend_words(stand.trend)
    return {
        "stand": stand,
        "answer": words.answer(team.name, stand),
        "trend": trend,
        "exposure": amount(stand.register.exposure_milli),
        "spark": sparkline(stand.trend.values, title=trend, width=200, height=40),
        "not_measured": words.NOT_MEASURED,
    }


add_panel("team", team_panel, order=10)
