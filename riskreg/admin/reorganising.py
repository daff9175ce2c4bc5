"""Pages that move a team in the tree, or merge it into another."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.admin.forms import MergerForm, PlaceForm
from riskreg.admin.merging import belongings_of, merge_team
from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.org.models import Team
from riskreg.org.permissions import Permission
from riskreg.org.places import demand_both, move_team
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import team_for, teams_for
from riskreg.web.jinja import today
from riskreg.web.security import current_actor, requires

bp = Blueprint("reorganising", __name__)


@bp.route("/teams/<slug>/place", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
@proven_lately("org.team")
def place(slug: str) -> ResponseReturnValue:
    """Put a team, with all below it, under another one."""
    team = _movable(slug)
    if team.slug != slug:
        return _led_on(team)
    stored = {"parent": team.parent and team.parent.slug, "on": today(), "version": team.version}
    form = PlaceForm(request.form, data=stored).offer(_elsewhere(team))
    if request.method == "GET":
        return render_template("admin/place.html", form=form, team=team)
    if not form.validate():
        return render_template("admin/place.html", form=form, team=team), 422
    parent = team_for(current_actor, form.parent.data)
    try:
        move_team(current_actor, team, parent, on=form.on.data, version=_version(form))
    except Invalid as error:
        db.session.rollback()
        form[error.field or "parent"].errors = [error.message]
        team = _movable(slug)
        return render_template("admin/place.html", form=form, team=team), 422
    flash(_("%(team)s is below %(parent)s now.", team=team.name, parent=parent.name))
    return redirect(url_for("org.team", slug=slug), 303)


@bp.route("/teams/<slug>/merger", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
@proven_lately("org.team")
def merger(slug: str) -> ResponseReturnValue:
    """Give what a team has to another one, and end it."""
    team = _movable(slug)
    if team.slug != slug:
        return _led_on(team)
    form = MergerForm(request.form, data={"version": team.version}).offer(_elsewhere(team))
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        has = belongings_of(current_actor, team)
        return render_template("admin/merger.html", form=form, team=team, has=has), status
    into = team_for(current_actor, form.parent.data)
    merge_team(current_actor, team, into, version=_version(form))
    flash(_("%(team)s is part of %(into)s now.", team=team.name, into=into.name))
    return redirect(url_for("org.team", slug=into.slug), 303)


def _led_on(team: Team) -> ResponseReturnValue:
    """What was asked for was merged into this one: what was meant for it is not done to another."""
    return redirect(url_for("org.team", slug=team.slug), 303)


def _movable(slug: str) -> Team:
    """The team, for an administrator of the one above it."""
    team = team_for(current_actor, slug, Permission.PERSON_EDIT)
    if team.parent is None:
        raise Conflict(_("The top of the tree stays where it is."))
    demand_both(current_actor, team, team.parent)
    return team


def _elsewhere(team: Team) -> Sequence[Team]:
    """The teams that could have it: those the actor administers, but not its own branch."""
    teams = teams_for(current_actor, Permission.PERSON_EDIT)
    return [each for each in teams if not each.path.startswith(team.path)]


def _version(form: PlaceForm | MergerForm) -> int | None:
    text = str(form.version.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
