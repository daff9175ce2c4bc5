"""The page that finds things."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from riskreg.actions.forms import status_names
from riskreg.org.limits import Limit, limited
from riskreg.org.permissions import Permission
from riskreg.reviews.labels import STATUS
from riskreg.risks.filters import RiskFilter
from riskreg.risks.matrices import matrices
from riskreg.risks.words import band_label
from riskreg.search.queries import Found, Hit, named, search
from riskreg.web.frame import chosen_team, known_teams
from riskreg.web.jinja import today
from riskreg.web.security import current_actor, requires

bp = Blueprint("search", __name__)


@bp.get("/search")
@requires(Permission.SELF)  # somebody without a role finds what is theirs
@limited(Limit.SEARCH)
def index() -> str | Response:
    """What holds the words asked for; the name of a thing leads straight to it."""
    text = RiskFilter.from_args(request.args).text  # the same words as in the register
    known = known_teams()
    address = named(current_actor, text, known)
    if address is not None:
        return redirect(address, 303)
    team = chosen_team()
    hits = search(current_actor, text, known=known, below=team, today=today())
    known_matrices = matrices() if hits.risks else {}
    return render_template(
        "search/index.html",
        text=text,
        hits=hits,
        risks=[
            (row, band_label(known_matrices[row.matrix_id], row.band_rank)) for row in hits.risks
        ],
        groups=[_group(sort, hits.others[sort], sort in hits.more, text) for sort in hits.others],
        team=team,
        wider=known[0] if team and team.parent_id and known else None,
    )


def _group(sort: Found, hits: list[Hit], has_more: bool, text: str) -> dict[str, Any]:
    """A sort's heading, its rows (ref, address, title, note) and where to find the others."""
    heading, letters, folder, endpoint = {
        Found.SYSTEM: (_("Systems"), "", "/systems/", "org.systems"),
        Found.INCIDENT: (_("Incidents"), "I-", "/incidents/", "postmortems.index"),
        Found.ACTION: (_("Actions"), "A-", "/actions/", "actions.index"),
        Found.REVIEW: (_("Operability reviews"), "OR-", "/reviews/", "reviews.index"),
    }[sort]
    rows = [
        (ref, f"{folder}{ref}", hit.title, _note(sort, hit.note))
        for hit in hits
        for ref in [hit.key or f"{letters}{hit.id}"]
    ]
    more = url_for(endpoint, q=text, status="all") if has_more else None
    return {"key": sort.value, "heading": heading, "rows": rows, "more": more}


def _note(sort: Found, note: str) -> str:
    if sort is Found.INCIDENT:
        return str(_("Sev %(n)s", n=note))
    names: dict[Any, Any] = {**status_names(), **STATUS}
    return str(names.get(note, ""))
