"""Pages of exports: what can be taken away, and the file."""

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from riskreg.errors import NotFound
from riskreg.exports.kinds import Asked
from riskreg.exports.queries import known_formats, tables_for
from riskreg.exports.services import export
from riskreg.org.limits import Limit, limited
from riskreg.org.permissions import Permission
from riskreg.org.proofs import is_root, proven_lately
from riskreg.org.tree import Branch
from riskreg.web.downloads import attachment
from riskreg.web.frame import chosen_team, visible_teams
from riskreg.web.jinja import today
from riskreg.web.security import current_actor, requires

bp = Blueprint("exports", __name__)
NOT_FILTERS = frozenset({"csrf_token", "format", "team", "ref"})
FILTERS_MAX, FILTER_CHARS_MAX = 30, 200


@bp.get("/export")
@requires(Permission.TEAM_VIEW)
def index() -> str:
    """Everything that can be taken away of the chosen team and below."""
    return render_template(
        "exports/index.html",
        tables=tables_for(current_actor),
        formats=known_formats().values(),
        team=chosen_team(),
    )


@bp.post("/export/<kind>")
@requires(Permission.SELF)  # each kind says what it takes; a confidential reader needs no role
@limited(Limit.EXPORT)
@proven_lately("exports.index", when=lambda: _is_whole())
def create(kind: str) -> Response:
    """A list as a file, with the filters of its page; the trail remembers it."""
    filters = {
        name: value[:FILTER_CHARS_MAX]
        for name, value in list(request.form.items())[:FILTERS_MAX]
        if name not in NOT_FILTERS
    }
    asked = Asked(
        actor=current_actor._get_current_object(),
        team=_asked_team(),
        today=today(),
        filters=filters,
        ref=request.form.get("ref", ""),
    )
    made = export(asked, kind, request.form.get("format", "csv"))
    return attachment(made.pieces, file_name=made.file_name, mimetype=made.mimetype)


def _is_whole() -> bool:
    """Whether it is a whole list of the whole organisation, for somebody who sees all of it."""
    filtered = any(value for name, value in request.form.items() if name not in NOT_FILTERS)
    if filtered or not any(is_root(path) for path, _role in current_actor.grants):
        return False
    team = _asked_team()
    return team is None or team.parent_id is None


def _asked_team() -> Branch | None:
    """The team that the form names, else the chosen one; NotFound for one the actor cannot see."""
    slug = request.form.get("team")
    if not slug:
        return chosen_team()
    team = next((team for team in visible_teams() if team.slug == slug), None)
    if team is None:
        raise NotFound(_("There is no such team, or you may not see it."))
    return team
