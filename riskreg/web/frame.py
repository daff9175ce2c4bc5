"""What the frame of every page shows: the rail, the team chooser, the New menu."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

if TYPE_CHECKING:
    from riskreg.org.models import Team
    from riskreg.org.permissions import Actor

TEAM_COOKIE = "team"
ADDRESSES = "riskreg_addresses"
TEAMS_OF = (
    "riskreg_teams_of"  # app.extensions: actor -> the teams they may look at, as the tree reads
)


@dataclass(frozen=True, kw_only=True)
class NavEntry:
    """One word of the rail."""

    label: str
    href: str
    icon: str
    active: bool
    badge: str = ""


@dataclass(frozen=True, kw_only=True)
class TeamChoice:
    """The chosen team (None: everything the actor may see) and what else could be chosen."""

    team: "Team | None"
    path: "Sequence[Team]"
    options: Sequence[tuple[str, str, int, str]]  # slug, name, depth, this page for that team

    @property
    def name(self) -> str:
        """The chosen team's name."""
        return self.team.name if self.team else ""

    @property
    def slug(self) -> str:
        """The chosen team's slug, empty for none."""
        return self.team.slug if self.team else ""


# (endpoint, words, icon, permission) in the order people work.
RAIL: tuple[tuple[str, Callable[[], str], str, str], ...] = (
    ("dashboard.index", lambda: _("Home"), "home", "team:view"),
    ("risks.index", lambda: _("Risks"), "shield", "risk:view"),
    ("reviews.index", lambda: _("Reviews"), "clipboard", "review:view"),
    ("postmortems.index", lambda: _("Incidents"), "flame", "incident:view"),
    ("actions.index", lambda: _("Actions"), "check", "action:view"),
    ("reviews.coverage", lambda: _("Coverage"), "grid", "review:view"),
    ("org.systems", lambda: _("Systems"), "box", "system:view"),
    ("packs.index", lambda: _("Packs"), "file", "pack:view"),
    ("trail.index", lambda: _("Trail"), "history", "trail:view"),
)
NEW: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("risks.new", lambda: _("Risk"), "risk:edit"),
    ("postmortems.new", lambda: _("Incident"), "incident:edit"),
    ("reviews.new", lambda: _("Operability review"), "review:edit"),
    ("actions.new", lambda: _("Action"), "action:edit"),
)


def chosen_team() -> "Team | None":
    """The team that this page is about: ?team= in the URL, else the last one chosen, else the root.

    A slug the actor may not see, or that does not exist, is ignored. None only before set-up.
    """
    if "chosen_team" not in g:
        teams = {team.slug: team for team in visible_teams()}
        slug = request.args.get("team") or request.cookies.get(TEAM_COOKIE) or ""
        g.chosen_team = teams.get(slug) or _default_team(list(teams.values()))
    team: Team | None = g.chosen_team
    return team


def visible_teams() -> "list[Team]":
    """The teams the actor may look at, as the tree reads; once per request."""
    if "visible_teams" not in g:
        teams_of = current_app.extensions[TEAMS_OF]
        g.visible_teams = teams_of(g.actor) if g.get("actor") else []
    teams: list[Team] = g.visible_teams
    return teams


def init_app(app: Flask, teams_of: "Callable[[Actor], list[Team]]") -> None:
    """Give the frame to every template, and keep the chosen team in a cookie.

    `teams_of` lists the teams an actor may look at, as the tree reads.
    """
    app.extensions[TEAMS_OF] = teams_of
    app.extensions[ADDRESSES] = {}
    app.context_processor(_context)
    app.jinja_env.globals["page_url"] = _page_url  # macros see globals only
    app.jinja_env.globals["url_for"] = _url_of
    app.after_request(_keep_team)


def _context() -> dict[str, Any]:
    if not has_request_context():
        return {}  # packs are rendered by a worker
    if "frame" not in g:
        g.frame = _frame()
    frame: dict[str, Any] = g.frame
    return frame


def _frame() -> dict[str, Any]:
    """Once per request, however many templates it renders."""
    actor: Actor | None = g.get("actor")
    settings = current_app.config["SETTINGS"]
    return {
        "actor": actor,
        "demo": settings.demo,
        "theme": _theme(),
        "lang": str(get_locale() or "en"),
        "nav": _rail(actor) if actor else [],
        "new_links": _new_links(actor) if actor else [],
        "team_choice": _choice() if actor else None,
        "page_url": _page_url,
        "can_somewhere": partial(_may, actor),
    }


def _choice() -> TeamChoice:
    team = chosen_team()
    here = _page_url(team=None, page=None, after=None)
    before = f"{here}{'&' if '?' in here else '?'}team="
    options = [
        (option.slug, option.name, option.depth, before + option.slug) for option in visible_teams()
    ]
    return TeamChoice(team=team, path=_path_to(team), options=options)


def _path_to(team: "Team | None") -> "list[Team]":
    if team is None:
        return []
    return [above for above in visible_teams() if team.path.startswith(above.path)]


def _default_team(teams: "list[Team]") -> "Team | None":
    home = g.actor.home_team_id if g.get("actor") else None
    for team in teams:
        if team.id == home:
            return team
    return teams[0] if teams else None


def _rail(actor: "Actor") -> list[NavEntry]:
    here = _word_of(request.endpoint)
    return [
        NavEntry(
            label=str(label()),
            href=address(endpoint),
            icon=icon,
            active=endpoint == here,
        )
        for endpoint, label, icon, permission in RAIL
        if endpoint in current_app.view_functions and actor.may_somewhere(permission)
    ]


def _word_of(endpoint: str | None) -> str | None:
    """The word of the rail that a page belongs to: its own, else the first of its feature."""
    words = [entry[0] for entry in RAIL]
    if endpoint in words:
        return endpoint
    feature = (endpoint or "").split(".")[0]
    return next((word for word in words if word.split(".")[0] == feature), None)


def _new_links(actor: "Actor") -> list[dict[str, str]]:
    return [
        {"label": str(label()), "href": address(endpoint)}
        for endpoint, label, permission in NEW
        if endpoint in current_app.view_functions and actor.may_somewhere(permission)
    ]


def _may(actor: "Actor | None", permission: Any) -> bool:
    return actor is not None and actor.may_somewhere(permission)


def _theme() -> str:
    theme = request.cookies.get("theme", "auto")
    return theme if theme in {"light", "dark"} else "auto"


def _page_url(**changes: Any) -> str:
    """This page's address with some query values replaced; None takes a value away."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None:
            arguments[name] = value if isinstance(value, list) else [str(value)]
    path = request.script_root + quote(request.path, safe="/:")
    return f"{path}?{urlencode(arguments, doseq=True)}" if arguments else path


def _url_of(endpoint: str, **values: Any) -> str:
    """Flask's url_for for templates, quick for the pages that need no values."""
    return url_for(endpoint, **values) if values or endpoint[0] == "." else address(endpoint)


def address(endpoint: str) -> str:
    """The address of a page without arguments; worked out once for each place it is served at."""
    known: dict[tuple[str, str], str] = current_app.extensions[ADDRESSES]
    key = (request.script_root, endpoint)
    if key not in known:
        known[key] = url_for(endpoint)
    return known[key]


def _keep_team(response: Any) -> Any:
    team = g.get("chosen_team")
    if request.args.get("team") and team is not None and request.args["team"] == team.slug:
        response.set_cookie(
            TEAM_COOKIE,
            team.slug,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
            max_age=31_536_000,
        )
    return response
