"""What the frame of every page shows: the rail, the team chooser, the New menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext as _

from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import ancestors, root_team, teams_for

TEAM_COOKIE = "team"


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

    team: Team | None
    path: Sequence[Team]
    options: Sequence[tuple[str, str, int]]

    @property
    def name(self) -> str:
        """The chosen team's name."""
        return self.team.name if self.team else ""

    @property
    def slug(self) -> str:
        """The chosen team's slug, empty for none."""
        return self.team.slug if self.team else ""


# (endpoint, words, icon, permission) in the order people work.
RAIL = (
    ("dashboard.index", lambda: _("Home"), "home", Permission.TEAM_VIEW),
    ("risks.index", lambda: _("Risks"), "shield", Permission.RISK_VIEW),
    ("reviews.index", lambda: _("Reviews"), "clipboard", Permission.REVIEW_VIEW),
    ("postmortems.index", lambda: _("Incidents"), "flame", Permission.INCIDENT_VIEW),
    ("actions.index", lambda: _("Actions"), "check", Permission.ACTION_VIEW),
    ("reviews.coverage", lambda: _("Coverage"), "grid", Permission.REVIEW_VIEW),
    ("org.systems", lambda: _("Systems"), "box", Permission.SYSTEM_VIEW),
    ("packs.index", lambda: _("Packs"), "file", Permission.PACK_VIEW),
    ("trail.index", lambda: _("Trail"), "history", Permission.TRAIL_VIEW),
)
NEW = (
    ("risks.new", lambda: _("Risk"), Permission.RISK_EDIT),
    ("postmortems.new", lambda: _("Incident"), Permission.INCIDENT_EDIT),
    ("reviews.new", lambda: _("Operability review"), Permission.REVIEW_EDIT),
    ("actions.new", lambda: _("Action"), Permission.ACTION_EDIT),
)


def chosen_team() -> Team | None:
    """The team that this page is about: ?team= in the URL, else the last one chosen, else the root.

    A slug the actor may not see, or that does not exist, is ignored. None only before set-up.
    """
    if "chosen_team" not in g:
        teams = {team.slug: team for team in visible_teams()}
        slug = request.args.get("team") or request.cookies.get(TEAM_COOKIE) or ""
        g.chosen_team = teams.get(slug) or _default_team(list(teams.values()))
    team: Team | None = g.chosen_team
    return team


def visible_teams() -> list[Team]:
    """The teams the actor may look at, as the tree reads; once per request."""
    if "visible_teams" not in g:
        g.visible_teams = teams_for(g.actor) if g.get("actor") else []
    teams: list[Team] = g.visible_teams
    return teams


def init_app(app: Flask) -> None:
    """Give the frame to every template, and keep the chosen team in a cookie."""
    app.context_processor(_context)
    app.after_request(_keep_team)


def _context() -> dict[str, Any]:
    actor: Actor | None = g.get("actor")
    settings = current_app.config["SETTINGS"]
    return {
        "actor": actor,
        "demo": settings.demo,
        "theme": _theme(),
        "nav": _rail(actor) if actor else [],
        "new_links": _new_links(actor) if actor else [],
        "team_choice": _choice() if actor else None,
        "page_url": _page_url,
        "can_somewhere": partial(_may, actor),
        "Permission": Permission,
    }


def _choice() -> TeamChoice:
    team = chosen_team()
    options = [(option.slug, option.name, option.depth) for option in visible_teams()]
    return TeamChoice(team=team, path=ancestors(team) if team else [], options=options)


def _default_team(teams: list[Team]) -> Team | None:
    home = g.actor.home_team_id if g.get("actor") else None
    for team in teams:
        if team.id == home:
            return team
    return teams[0] if teams else root_team()


def _rail(actor: Actor) -> list[NavEntry]:
    here = (request.endpoint or "").split(".")[0]
    return [
        NavEntry(
            label=label(),
            href=url_for(endpoint),
            icon=icon,
            active=request.endpoint == endpoint or (here == endpoint.split(".")[0] and not _own(request.endpoint)),
        )
        for endpoint, label, icon, permission in RAIL
        if endpoint in current_app.view_functions and actor.may_somewhere(permission)
    ]


def _own(endpoint: str | None) -> bool:
    return any(endpoint == entry[0] for entry in RAIL)


def _new_links(actor: Actor) -> list[dict[str, str]]:
    return [
        {"label": label(), "href": url_for(endpoint)}
        for endpoint, label, permission in NEW
        if endpoint in current_app.view_functions and actor.may_somewhere(permission)
    ]


def _may(actor: Actor | None, permission: Permission) -> bool:
    return actor is not None and actor.may_somewhere(permission)


def _theme() -> str:
    theme = request.cookies.get("theme", "auto")
    return theme if theme in {"light", "dark"} else "auto"


def _page_url(**changes: Any) -> str:
    """This page's address with some query values replaced; None takes a value away."""
    arguments = request.args.to_dict(flat=False)
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None:
            arguments[name] = value if isinstance(value, list) else [str(value)]
    if request.endpoint is None:
        return request.path
    return url_for(request.endpoint, **(request.view_args or {}), **arguments)


def _keep_team(response: Any) -> Any:
    team = g.get("chosen_team")
    if request.args.get("team") and team is not None and request.args["team"] == team.slug:
        response.set_cookie(
            TEAM_COOKIE, team.slug, secure=request.is_secure, httponly=True, samesite="Lax", max_age=31_536_000
        )
    return response
