"""Pages of systems and teams."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.db import db
from riskreg.errors import Conflict, Invalid, Stale
from riskreg.lib.text import slugify
from riskreg.org import labels
from riskreg.org.access import can
from riskreg.org.dependencies import dependencies_of, needs_of
from riskreg.org.forms import TIERS, SystemForm, TeamForm, format_slo
from riskreg.org.history import places_of, teams_before
from riskreg.org.kinds import DataClass, Hours, Strength
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import Permission
from riskreg.org.queries import (
    SystemFilter,
    ancestors,
    children_of,
    count_systems,
    counts_of_teams,
    holders_of,
    list_systems,
    people,
    requirement_of,
    system_for,
    system_names,
    systems_for,
    team_for,
    teams_for,
)
from riskreg.org.services import (
    create_system,
    create_team,
    rename_team,
    update_system,
)
from riskreg.web.frame import chosen_team, visible_teams
from riskreg.web.left_out import leave_out_unknown
from riskreg.web.paging import PAGE_SIZE, Page, numbered_page
from riskreg.web.panels import panels
from riskreg.web.security import current_actor, requires
from riskreg.web.versions import both_versions

bp = Blueprint("org", __name__)
SYSTEMS_SHOWN = 12  # on a team's page
RESCUERS = (0, 1)


@bp.get("/systems")
@requires(Permission.SYSTEM_VIEW)
def systems() -> ResponseReturnValue:
    """What the chosen team and those below run."""
    wanted = _systems_asked()
    leave_out_unknown(request.args, _filter_values())
    page = _systems_page(wanted)
    return render_template(
        "org/systems.html",
        page=page,
        requirement_of=requirement_of,
        wanted=wanted,
        tiers=TIERS,
        format_slo=format_slo,
        labels=labels,
    )


@bp.get("/systems/<key>")
@requires(Permission.SYSTEM_VIEW)
def system(key: str) -> ResponseReturnValue:
    """One system: facts, people who can operate it, and what the other features know about it."""
    row = system_for(current_actor, key)
    return render_template(
        "org/system.html",
        system=row,
        path=ancestors(row.team),
        can_see=_can_see,
        requirement=requirement_of(row),
        depends=dependencies_of(current_actor, row),
        before=teams_before(row),
        may_edit=can(current_actor, Permission.SYSTEM_EDIT, row),
        panels=panels("system", current_actor, row),
        format_slo=format_slo,
        labels=labels,
    )


@bp.route("/systems/new", methods=["GET", "POST"])
@requires(Permission.SYSTEM_EDIT)
def new_system() -> ResponseReturnValue:
    """Write down a system."""
    here = chosen_team()
    form = SystemForm(request.form, team=here.slug if here else None).offer(
        teams_for(current_actor, Permission.SYSTEM_EDIT), people(), system_names(current_actor)
    )
    if request.method == "GET":
        return render_template("org/new_system.html", form=form)
    if not form.validate():
        return render_template("org/new_system.html", form=form), 422
    name = form.name.data or ""
    try:
        made = create_system(
            current_actor,
            team=team_for(current_actor, form.team.data),
            key=form.key.data or slugify(name),
            name=name,
            values={**form.values(), "operators": _operators(form), "needs": _needs(form)},
        )
    except Conflict as error:
        return _refused("org/new_system.html", form, error)
    flash(_("%(name)s is written down.", name=made.name))
    return redirect(url_for("org.system", key=made.key), 303)


@bp.route("/systems/<key>/edit", methods=["GET", "POST"])
@requires(Permission.SYSTEM_EDIT)
def edit_system(key: str) -> ResponseReturnValue:
    """Change a system; its key stays, because addresses and files name it."""
    row = system_for(current_actor, key, Permission.SYSTEM_EDIT)
    form = _system_form(row)
    if request.method == "GET":
        return render_template("org/edit_system.html", form=form, system=row)
    if not form.validate():
        return render_template("org/edit_system.html", form=form, system=row), 422
    values = {
        **form.values(),
        "name": form.name.data,
        "team": team_for(current_actor, form.team.data),
        "operators": _operators(form),
        "needs": _needs(form),
    }
    try:
        update_system(current_actor, row, values, version=_number(form.version.data))
    except Stale as stale:
        versions = both_versions(stale, _system_form(row, sent=False), form)
        return render_template("org/edit_system.html", form=form, system=row, **versions), 409
    flash(_("%(name)s is saved.", name=row.name))
    return redirect(url_for("org.system", key=key), 303)


@bp.get("/teams")
@requires(Permission.TEAM_VIEW)
def teams() -> ResponseReturnValue:
    """The tree of teams."""
    system_counts, people_counts = counts_of_teams()
    return render_template(
        "org/teams.html",
        teams=visible_teams(),
        systems=system_counts,
        people=people_counts,
        editable={team.id for team in teams_for(current_actor, Permission.TEAM_EDIT)},
    )


@bp.get("/teams/<slug>")
@requires(Permission.TEAM_VIEW)
def team(slug: str) -> ResponseReturnValue:
    """One team: where it stands, who has a role, what it runs."""
    row = team_for(current_actor, slug)
    if row.slug != slug:  # it was merged into this one
        return redirect(url_for("org.team", slug=row.slug), 302)
    runs = SystemFilter(below=row)
    return render_template(
        "org/team.html",
        team=row,
        path=ancestors(row),
        places=places_of(row),
        can_see=_can_see,
        grants=holders_of(row),
        children=children_of(current_actor, row),
        systems=list_systems(current_actor, runs, limit=SYSTEMS_SHOWN),
        system_count=count_systems(current_actor, runs),
        may_edit=can(current_actor, Permission.TEAM_EDIT, row),
        may_move=row.parent is not None and can(current_actor, Permission.PERSON_EDIT, row.parent),
        panels=panels("team", current_actor, row),
        labels=labels,
    )


@bp.route("/teams/<slug>/new", methods=["GET", "POST"])
@requires(Permission.TEAM_EDIT)
def new_team(slug: str) -> ResponseReturnValue:
    """A team below this one."""
    parent = team_for(current_actor, slug, Permission.TEAM_EDIT)
    form = TeamForm(request.form)
    if request.method == "GET":
        return render_template("org/new_team.html", form=form, parent=parent)
    if not form.validate():
        return render_template("org/new_team.html", form=form, parent=parent), 422
    try:
        made = create_team(current_actor, name=form.name.data or "", parent=parent)
    except Conflict as error:
        return _refused("org/new_team.html", form, error, parent=team_for(current_actor, slug))
    flash(_("%(name)s is a team of %(parent)s now.", name=made.name, parent=parent.name))
    return redirect(url_for("org.team", slug=made.slug), 303)


@bp.route("/teams/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.TEAM_EDIT)
def edit_team(slug: str) -> ResponseReturnValue:
    """Rename a team; its address stays."""
    row = team_for(current_actor, slug, Permission.TEAM_EDIT)
    if row.slug != slug:  # what was asked for was merged into this one
        return redirect(url_for("org.team", slug=row.slug), 303)
    form = TeamForm(request.form, data={"name": row.name, "version": row.version})
    if request.method == "GET":
        return render_template("org/edit_team.html", form=form, team=row)
    if not form.validate():
        return render_template("org/edit_team.html", form=form, team=row), 422
    try:
        rename_team(current_actor, row, form.name.data or "", version=_number(form.version.data))
    except Stale as stale:
        stored = TeamForm(data={"name": row.name, "version": row.version})
        versions = both_versions(stale, stored, form)
        return render_template("org/edit_team.html", form=form, team=row, **versions), 409
    flash(_("The team is called %(name)s now.", name=row.name))
    return redirect(url_for("org.team", slug=slug), 303)


def _system_form(row: System, *, sent: bool = True) -> SystemForm:
    """A system as it is, or as the form that was sent would have it."""
    # An empty form that was sent would untick every box.
    sent_form = request.form if sent and request.method == "POST" else None
    return SystemForm(sent_form, data=_stored(row)).offer(
        teams_for(current_actor, Permission.SYSTEM_EDIT),
        people(),
        [(other, name) for other, name in system_names(current_actor) if other != row.key],
    )


def _stored(row: System) -> dict[str, Any]:
    """A system as its form shows it."""
    names = ("name", "key", "description", "hours", "pages", "version")
    links = ("repository_url", "runbook_url", "dashboard_url")
    return {
        **{name: getattr(row, name) for name in (*names, *links)},
        "team": row.team.slug,
        "tier": "" if row.tier is None else str(row.tier),
        "slo": format_slo(row.slo_target_milli),
        "data_class": row.data_class or "",
        "operators": [person.id for person in row.operators],
        **_stored_needs(row),
    }


def _stored_needs(row: System) -> dict[str, list[str]]:
    """The keys of the systems it needs, by how; those the actor does not see are not offered."""
    needs = needs_of(row)
    keys = {each.id: each.key for each in systems_for(current_actor) if each.id in needs}
    return {
        how.value: [key for number, key in keys.items() if needs[number] is how] for how in Strength
    }


def _needs(form: SystemForm) -> dict[System, Strength]:
    """The chosen systems and how they are needed."""
    chosen = dict.fromkeys(form.soft.data or (), Strength.SOFT)
    chosen |= dict.fromkeys(form.hard.data or (), Strength.HARD)
    if not chosen:
        return {}
    return {each: chosen[each.key] for each in systems_for(current_actor) if each.key in chosen}


def _systems_asked() -> SystemFilter:
    """What the address asks for; what means nothing is left out."""
    number = {each: int(raw) for each in ("tier", "rescuers") if (raw := _asked(each)).isdecimal()}
    hours, data_class = _asked("hours"), _asked("data_class")
    return SystemFilter(
        below=chosen_team(),
        tier=number["tier"] if number.get("tier") in TIERS else None,
        hours=Hours(hours) if hours in set(Hours) else None,
        data_class=DataClass(data_class) if data_class in set(DataClass) else None,
        rescuers=number["rescuers"] if number.get("rescuers") in RESCUERS else None,
        text=_asked("q"),
    )


def _filter_values() -> dict[str, tuple[str, Iterable[str]]]:
    """What each filter of the list is called, and may be."""
    return {
        "tier": (_("Tier"), map(str, TIERS)),
        "hours": (_("Runs"), Hours),
        "data_class": (_("Data"), DataClass),
        "rescuers": (_("Operated by"), map(str, RESCUERS)),
    }


def _asked(name: str) -> str:
    return request.args.get(name, "").replace("\x00", "").strip()[:100]


def _systems_page(wanted: SystemFilter) -> Page:
    def rows_from(offset: int) -> Sequence[System]:
        return list_systems(current_actor, wanted, limit=PAGE_SIZE, offset=offset)

    return numbered_page(count_systems(current_actor, wanted), rows_from)


def _can_see(row: Team) -> bool:
    """Whether a team of the path above is worth a link."""
    return can(current_actor, Permission.TEAM_VIEW, row)


def _operators(form: SystemForm) -> list[Person]:
    chosen = set(form.operators.data or [])
    return [person for person in people() if person.id in chosen]


def _refused(
    template: str, form: Any, error: Conflict | Invalid, **context: Any
) -> ResponseReturnValue:
    """The form again with what the service refused."""
    db.session.rollback()
    form[error.field or "name"].errors = [error.message]
    return render_template(template, form=form, **context), 422


def _number(raw: Any) -> int | None:
    """A version from a hidden field; None when it is missing."""
    text = str(raw or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
