"""What the frame of every page shows: the rail, the team chooser, the New menu."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from riskreg.web.cookies import remember, remembered
from riskreg.web.paging import page_url
from riskreg.web.security import csp_nonce

if TYPE_CHECKING:
    from riskreg.org.permissions import Actor
    from riskreg.org.tree import SeenTeams, TeamNode

TEAM_COOKIE = "team"
ADDRESSES = "riskreg_addresses"
TEAMS_OF = "riskreg_teams_of"  # app.extensions: actor -> the teams they may look at
PARTS = "riskreg_frame_parts"  # app.extensions: parts of the frame, printed
PARTS_MAX = 1_000
GAP = "\x00"  # where what is this page's own goes in a printed part


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

    team: "TeamNode | None"
    path: "Sequence[TeamNode]"
    options: Markup  # the items of the list, each with this page for that team

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
WITHIN = {"imports": "risks"}  # a feature without a word of its own: the one it belongs to
NEW: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("risks.new", lambda: _("Risk"), "risk:edit"),
    ("postmortems.new", lambda: _("Incident"), "incident:edit"),
    ("reviews.new", lambda: _("Operability review"), "review:edit"),
    ("actions.new", lambda: _("Action"), "action:edit"),
)


def chosen_team() -> "TeamNode | None":
    """The team that this page is about: ?team= in the URL, else the last one chosen, else the root.

    A slug the actor may not see, or that does not exist, is ignored. None only before set-up.
    """
    if "chosen_team" not in g:
        seen = _seen_teams()
        slug = request.args.get("team") or remembered(TEAM_COOKIE)
        g.chosen_team = (seen.by_slug.get(slug) or _default_team(seen)) if seen else None
    team: TeamNode | None = g.chosen_team
    return team


def visible_teams() -> "Sequence[TeamNode]":
    """The teams the actor may look at and choose, as the tree reads; once per request."""
    seen = _seen_teams()
    return seen.nodes if seen else ()


def known_teams() -> "Sequence[TeamNode]":
    """The same with those that were merged into others: what they closed is still theirs."""
    seen = _seen_teams()
    return (*seen.nodes, *seen.merged) if seen else ()


def init_app(app: Flask, teams_of: "Callable[[Actor], SeenTeams]") -> None:
    """Give the frame to every template, and keep the chosen team in a cookie.

    `teams_of` gives the teams an actor may look at, as the tree reads.
    """
    app.extensions[TEAMS_OF] = teams_of
    app.extensions[ADDRESSES] = {}
    app.extensions[PARTS] = {}
    app.context_processor(_context)
    app.jinja_env.globals["page_url"] = page_url  # macros see globals only
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
    lang = str(get_locale() or "en")
    settings = current_app.config["SETTINGS"]
    return {
        "actor": actor,
        "demo": settings.demo,
        "demo_is_kept": settings.demo and (settings.home / "demo").exists(),
        "theme": _theme(),
        "lang": lang,
        **(_parts_for(actor, lang) if actor else {}),
        "frame_head": _head(lang),
        "frame_help": _part("_help.html", lang, dict),
        "team_choice": _choice(lang) if actor else None,
        "page_url": page_url,
        "can_somewhere": partial(_may, actor),
    }


def _parts_for(actor: "Actor", lang: str) -> dict[str, Markup]:
    """What is the same for everybody who may do the same."""
    here = _word_of(request.endpoint)
    allowed = (actor.roles, actor.own_views)

    def rail() -> dict[str, Any]:
        return {"nav": _rail(actor, here)}

    return {
        "frame_rail": _part("_rail.html", lang, rail, allowed, here),
        "frame_bottom": _part("_bottom.html", lang, rail, allowed, here),
        "frame_new": _part("_new.html", lang, lambda: {"new_links": _new_links(actor)}, allowed),
    }


def _part(template: str, lang: str, values: Callable[[], dict[str, Any]], *key: Hashable) -> Markup:
    """A part of the frame, printed once for each key; `key` is all that it depends on."""
    parts: dict[Hashable, Markup] = current_app.extensions[PARTS]
    whole = (template, request.script_root, lang, key)
    found = parts.get(whole)
    if found is None:
        printed = current_app.jinja_env.get_template(template).render(values())
        found = Markup(printed)  # noqa: S704 - from a template
        if not current_app.jinja_env.auto_reload:
            if len(parts) >= PARTS_MAX:
                parts.clear()
            parts[whole] = found
    return found


def _head(lang: str) -> Markup:
    """What every page loads; only the nonce is this page's own."""
    printed = str(_part("_head.html", lang, lambda: {"nonce": GAP}))
    return Markup(printed.replace(GAP, csp_nonce()))  # noqa: S704 - from a template


def _seen_teams() -> "SeenTeams | None":
    if "seen_teams" not in g:
        g.seen_teams = current_app.extensions[TEAMS_OF](g.actor) if g.get("actor") else None
    seen: SeenTeams | None = g.seen_teams
    return seen


def _choice(lang: str) -> TeamChoice:
    seen, team = _seen_teams(), chosen_team()
    if seen is None or team is None:
        return TeamChoice(team=None, path=(), options=Markup(""))
    here = page_url(team=None, page=None, after=None)
    before = escape(f"{here}{'&' if '?' in here else '?'}team=")
    path = [seen.by_id[above] for above in _ids_in(team.path) if above in seen.by_id]
    options = Markup(str(before).join(_printed(seen, team, lang)))  # noqa: S704 - both are escaped
    return TeamChoice(team=team, path=path, options=options)


def _printed(seen: "SeenTeams", team: "TeamNode", lang: str) -> list[str]:
    """The list of teams, cut where this page's address goes; the chosen one is marked."""
    if lang not in seen.printed:
        items = current_app.jinja_env.get_template("_teams.html").render(teams=seen.nodes, gap=GAP)
        seen.printed[lang] = tuple(items.split(GAP))
    pieces = list(seen.printed[lang])
    at = 1 + seen.nodes.index(team)
    pieces[at] = pieces[at].replace('">', '" aria-current="true">', 1)
    return pieces


def _ids_in(path: str) -> list[int]:
    return [int(part) for part in path.strip("/").split("/")]


def _default_team(seen: "SeenTeams") -> "TeamNode | None":
    home = g.actor.home_team_id
    return seen.by_id.get(home) or (seen.nodes[0] if seen.nodes else None)


def _rail(actor: "Actor", here: str | None) -> list[NavEntry]:
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


def entry_here() -> NavEntry | None:
    """The word of the rail that this address belongs to, if the reader may open it."""
    actor = g.get("actor")
    rail = _rail(actor, _word_of(request.endpoint)) if actor is not None else []
    return next((entry for entry in rail if entry.active), None)


def first_entry() -> NavEntry:
    """The first word of the rail: where somebody is led whom home has nothing to tell."""
    return _rail(g.actor, None)[0]


@lru_cache(maxsize=512)
def _word_of(endpoint: str | None) -> str | None:
    """The word of the rail that a page belongs to: its own, else the first of its feature."""
    words = [entry[0] for entry in RAIL]
    if endpoint in words:
        return endpoint
    feature = (endpoint or "").split(".")[0]
    feature = WITHIN.get(feature, feature)
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
    theme = remembered("theme")
    return theme if theme in {"light", "dark"} else "auto"


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
        remember(response, TEAM_COOKIE, team.slug)
    return response
