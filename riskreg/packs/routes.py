"""Pages of packs: what can be made, what was made, one while it is being made, its file."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.errors import Conflict, Invalid, NotFound
from riskreg.jobs.queries import live_workers
from riskreg.org.access import can
from riskreg.org.limits import Limit, limited
from riskreg.org.models import Team
from riskreg.org.permissions import Permission
from riskreg.org.queries import team_for
from riskreg.packs.forms import PackForm
from riskreg.packs.kinds import PackKind, PackState
from riskreg.packs.models import Pack
from riskreg.packs.queries import jobs_of, pack_for, packs_for, state_of
from riskreg.packs.recipes import RECIPES
from riskreg.packs.services import ask_for_pack, asked_with, file_path, freeze, make_again
from riskreg.risks.filters import RiskFilter
from riskreg.web.downloads import attachment
from riskreg.web.fragments import page_or_fragment
from riskreg.web.frame import chosen_team, visible_teams
from riskreg.web.security import current_actor, requires

bp = Blueprint("packs", __name__)


@bp.get("/packs")
@requires(Permission.PACK_VIEW)
def index() -> str:
    """What can be made of the chosen team, and what was made of it and below."""
    team = chosen_team()
    packs = packs_for(current_actor, team)
    jobs = jobs_of(packs)
    return render_template(
        "packs/index.html",
        team=team,
        recipes=[recipe for recipe in RECIPES.values() if not recipe.needs_ref],
        may_make=team is not None and can(current_actor, Permission.PACK_MAKE, team),
        packs=[(pack, state_of(pack, jobs.get(pack.id))) for pack in packs],
    )


@bp.get("/packs/new")
@requires(Permission.PACK_MAKE)
def new() -> ResponseReturnValue:
    """One kind, ?kind=; of one thing, ?ref=; of a list, with the list's own filter."""
    if request.args.get("kind") not in set(PackKind):
        return redirect(url_for("packs.index"), 303)
    settings = current_app.config["SETTINGS"]
    kept = {"paper": settings.paper, "form_key": secrets.token_urlsafe(16)}
    team = chosen_team()
    form = PackForm(
        kind=request.args["kind"],
        ref=request.args.get("ref", ""),
        team=team.slug if team else "",
        **kept,
    )
    return _form_page(form, _filters(form, request.args))


@bp.post("/packs")
@requires(Permission.PACK_MAKE)
@limited(Limit.PACK)
def create() -> ResponseReturnValue:
    """Freeze the snapshot and ask for its PDF; the same form sent twice asks for one."""
    form = PackForm(request.form)
    filters = _filters(form, request.form)
    if not form.validate():
        return _form_page(form, filters), 422
    pack = asked_with(current_actor, form.form_key.data)
    if pack is None:
        try:
            pack = _ask(form, filters)
        except (Invalid, Conflict) as error:
            return _form_page(form, filters, refused=error.message), error.status
    return redirect(url_for("packs.show", pack_id=pack.id), 303)


@bp.get("/packs/<int:pack_id>")
@requires(Permission.PACK_VIEW)
def show(pack_id: int) -> str:
    """One pack; htmx gets the part that moves while it is being made."""
    pack = pack_for(current_actor, pack_id)
    job = jobs_of([pack]).get(pack.id)
    state = state_of(pack, job)
    return page_or_fragment(
        "packs/show.html",
        "packs/_state.html",
        pack=pack,
        job=job,
        state=state,
        recipe=RECIPES[PackKind(pack.snapshot.kind)],
        may_make=can(current_actor, Permission.PACK_MAKE, pack.snapshot),
        is_left_alone=state is PackState.WAITING and not live_workers(),
    )


@bp.post("/packs/<int:pack_id>/making")
@requires(Permission.PACK_MAKE)
@limited(Limit.PACK)
def make(pack_id: int) -> ResponseReturnValue:
    """Try again, or make a file again that was put away."""
    make_again(current_actor, pack_for(current_actor, pack_id))
    return redirect(url_for("packs.show", pack_id=pack_id), 303)


@bp.get("/packs/<int:pack_id>.pdf")
@requires(Permission.PACK_VIEW)
def download(pack_id: int) -> ResponseReturnValue:
    """The file; where it was put away, the page that can make it again."""
    pack = pack_for(current_actor, pack_id)
    path = file_path(pack, current_app.config["SETTINGS"].home)
    try:
        content = path.read_bytes() if pack.file_name else None
    except FileNotFoundError:
        content = None
    if content is None:
        flash(_("This pack's file is not here any more, but it can be made again."), "warn")
        return redirect(url_for("packs.show", pack_id=pack_id), 303)
    return attachment(content, file_name=pack.file_name, mimetype="application/pdf")


def _form_page(form: PackForm, filters: Mapping[str, str], refused: str = "") -> str:
    recipe = RECIPES.get(PackKind(form.kind.data)) if form.kind.data in set(PackKind) else None
    subject = None
    if recipe and recipe.subject and not refused:
        subject = recipe.subject(current_actor, form.ref.data or "")
    return render_template(
        "packs/new.html",
        form=form,
        filters=filters,
        refused=refused,
        recipe=recipe,
        subject=subject,
        team=subject.team if subject else _team(form),
    )


def _ask(form: PackForm, filters: Mapping[str, str]) -> Pack:
    snapshot = freeze(
        current_actor._get_current_object(),
        kind=form.pack_kind,
        team=_team(form),
        ref=form.ref.data or "",
        filters=filters,
    )
    return ask_for_pack(
        current_actor,
        snapshot,
        paper=form.paper.data,
        form_key=form.form_key.data or None,
    )


def _team(form: PackForm) -> Team:
    """The team that the form names, else the chosen one; NotFound for one the actor cannot see."""
    teams = {team.slug: team for team in visible_teams()}
    team = teams.get(form.team.data or "") if form.team.data else chosen_team()
    if team is None:
        raise NotFound(_("There is no such team, or you may not see it."))
    return team_for(current_actor, team.slug)


def _filters(form: PackForm, args: Mapping[str, Any]) -> dict[str, str]:
    """The list's filter. Its own "kind" comes as list_kind, for "kind" is that of the pack."""
    if form.kind.data not in set(PackKind) or not RECIPES[PackKind(form.kind.data)].takes_filters:
        return {}
    listed = {name: value for name, value in args.items() if name not in {"kind", "team"}}
    return RiskFilter.from_args({**listed, "kind": args.get("list_kind", "")}).to_args()
