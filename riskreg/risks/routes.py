"""Pages of the register: the list, filing a risk, one risk, editing it."""

import secrets
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from riskreg.actions.queries import lines_of
from riskreg.audit.queries import entries_of
from riskreg.errors import Forbidden, RiskregError, Stale
from riskreg.fields import choices_of
from riskreg.metrics.matrix import Matrix
from riskreg.metrics.ranking import NEW_ID, Order
from riskreg.org.access import can, ids_among
from riskreg.org.permissions import Actor, Permission
from riskreg.org.readers import keep_confidential
from riskreg.org.secrecy import secrecy_of
from riskreg.org.tree import Branch
from riskreg.risks import (  # noqa: F401 - attach their pages to bp and their panels
    declined,
    labels,
    overviews,
    queue,
    secrecy,
    state_changes,
    system_panel,
)
from riskreg.risks.asked import asked_page, asked_view, asked_way, list_url, other_page, tabs
from riskreg.risks.blueprint import bp
from riskreg.risks.chips import chips, choices
from riskreg.risks.conditions import View
from riskreg.risks.filed import note_filed, tell_filed
from riskreg.risks.forms import PasteForm, RatingsForm, RiskForm, data_of, team_choices
from riskreg.risks.kinds import Kind, Tier
from riskreg.risks.listing import COLUMNS, NUMBERS, Column, columns_of, groups_of, sentence
from riskreg.risks.matrices import current_matrix_id, matrices
from riskreg.risks.models import Risk
from riskreg.risks.options import filter_options
from riskreg.risks.printed import parts
from riskreg.risks.queries import assessments_of, count, risk_for, risk_seen
from riskreg.risks.sent import editable_teams, named, offered, sent_team, sent_values
from riskreg.risks.services import create_risk, paste_risks, update_risk
from riskreg.risks.sheet import (
    changes_of,
    exposure_pictures,
    exposures,
    plan_words,
    stands,
    steps,
)
from riskreg.risks.sight import hidden_systems, without_hidden
from riskreg.risks.stamps import stamp_of
from riskreg.risks.trying import rated_so, tried
from riskreg.web.frame import chosen_team, known_teams, visible_teams
from riskreg.web.jinja import today
from riskreg.web.panels import panels
from riskreg.web.security import current_actor, requires

__all__ = ["bp"]
Key = TypeVar("Key", int, str)
AROUND = ("filters", "chooser", "heads", "bulk", "tools")  # of the list
PARTS = ("heading", "acts", "about", "history", "dialogs", "facts")  # of a risk's page


@bp.get("/risks")
@requires(Permission.RISK_VIEW)
def index() -> str:
    """The list: filters, order and place are all in the address."""
    view = asked_view()
    known = matrices()
    matrix = known[current_matrix_id(known)]
    total, seen = count(view), _teams_whose_systems_are_seen()
    found, page = asked_page(view, total)
    team = chosen_team()
    columns = columns_of(request.args.getlist("column"), one_team=len(view.team_ids or ()) == 1)
    shown = [(column.key, column.label) for column in columns if column.shown]
    filtered = view.criteria.is_filtered
    return render_template(
        "risks/index.html" if total or filtered else "risks/empty.html",
        criteria=view.criteria,
        sentence=sentence(view, total, team.name if team and team.parent_id else ""),
        groups=groups_of(without_hidden(found.rows, seen), view, known, shown),
        shown=shown,
        page=page,
        tabs=tabs(view, "index"),
        import_url=other_page("imports.new"),
        may_edit=(may_edit := current_actor.may_somewhere(Permission.RISK_EDIT)),
        **_around(view, matrix, columns, systems_of=seen, may_edit=may_edit),
    )


def _teams_whose_systems_are_seen() -> tuple[int, ...] | None:
    ids = ids_among(current_actor, Permission.SYSTEM_VIEW, known_teams())
    return None if ids is None else tuple(ids)


def _around(
    view: View,
    matrix: Matrix,
    columns: Sequence[Column],
    *,
    systems_of: tuple[int, ...] | None,
    may_edit: bool,
) -> dict[str, Markup]:
    """Filters, heads, bulk acts and tools of a list: the same until a risk changes."""
    asked = tuple(key for key in dict.fromkeys(request.args.getlist("column")) if key in COLUMNS)

    def printed() -> dict[str, str]:
        options = filter_options(view, systems_of)
        context = {
            "criteria": view.criteria,
            "options": options,
            "chips": chips(view.criteria, options, matrix),
            "exports": view.criteria.to_args(),
            "columns": columns,
            "asked": asked,
            "shown": [(column.key, column.label) for column in columns if column.shown],
            "sorts": _sorts(view),
            "kept": list(view.criteria.to_args().items()),
            "numbers": NUMBERS,
            "import_url": other_page("imports.new"),
            "may_edit": may_edit,
            **choices(matrix, options),
        }
        return {name: render_template(f"risks/_{name}.html", **context) for name in AROUND}

    key = (view, asked, matrix, systems_of, may_edit)
    return parts("around the list", key, view.stamp, printed)


@bp.get("/risks/new")
@requires(Permission.RISK_EDIT)
def new() -> str:
    """A new risk; query values fill in the form, so that other pages can suggest one."""
    team = _team_to_file_in()
    tell_filed(current_actor)
    data = {"team": team.slug, "form_key": secrets.token_urlsafe(16)}
    form = offered(RiskForm(request.args, data=data))
    return _form_page("risks/new.html", form, trial=tried(form, team, NEW_ID))


@bp.post("/risks/new")
@requires(Permission.RISK_EDIT)
def create() -> Response | tuple[str, int]:
    """File the risk; the same form sent twice files one. Without script it also previews."""
    form = named(RiskForm(request.form))
    if request.form.get("then") == "preview":
        trial = tried(form, _team_to_file_in(), NEW_ID)
        return _form_page("risks/new.html", offered(form), trial=trial), 200
    if not form.validate():
        return _form_page("risks/new.html", offered(form)), 422
    try:
        risk = create_risk(
            current_actor,
            team=sent_team(form),
            values=sent_values(form),
            why=form.why.data or "",
            form_key=form.form_key.data or None,
        )
        if form.is_confidential.data:
            why = _("Filed as confidential.")
            keep_confidential(current_actor, risk, readers=(), why=why)
    except RiskregError as error:
        return _refused("risks/new.html", offered(form), error)
    note_filed(risk)
    if request.form.get("then") == "another":
        return redirect(url_for("risks.new", team=risk.team.slug, kind=risk.kind), 303)
    return redirect(url_for("risks.show", ref=risk.ref), 303)


@bp.get("/risks/preview")
@requires(Permission.RISK_EDIT)
def preview() -> str:
    """Band and rank that the form's ratings and effort would give."""
    teams = {team.slug: team for team in visible_teams()}
    team = teams.get(request.args.get("team", "")) or chosen_team()
    number = request.args.get("risk", "")
    risk_id = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else NEW_ID
    tier = request.args.get("tier", "")
    if tier in set(Tier):
        trial = rated_so(risk_for(current_actor, f"R-{risk_id}"), Tier(tier), request.args)
    else:
        trial = tried(RatingsForm(request.args), team, risk_id)
    return render_template("risks/_preview.html", trial=trial)


@bp.get("/risks/<ref>")
@requires(Permission.RISK_VIEW)
def show(ref: str) -> str:
    """One risk: where it stands, the plan, how it got there."""
    risk = risk_seen(current_actor, ref)
    tell_filed(current_actor)
    return render_template(
        "risks/show.html",
        risk=risk,
        **secrecy_of(risk, "risks.readers"),
        actions=lines_of(current_actor, risk_id=risk.id),
        new_action_url=other_page("actions.new", origin=risk.ref),
        panels=panels("risk", current_actor, risk),
        way=asked_way(risk),
        may_edit=can(current_actor, Permission.RISK_EDIT, risk),
        **_parts_of(current_actor._get_current_object(), risk),
    )


def _parts_of(actor: Actor, risk: Risk) -> dict[str, Markup]:
    """What the page shows of the risk itself: the same for all with the same roles."""

    def printed() -> dict[str, str]:
        context = _about(actor, risk_for(actor, risk.id))
        return {name: render_template(f"risks/_{name}.html", **context) for name in PARTS}

    key = (risk.id, risk.version, actor.grants, actor.timezone, today())
    return parts("risk", key, stamp_of([risk.team_id]), printed)


def _about(actor: Actor, risk: Risk) -> dict[str, Any]:
    known = matrices()
    matrix = known[risk.matrix_id]
    assessments = assessments_of(risk)
    entries = entries_of("risk", risk.id) if can(actor, Permission.TRAIL_VIEW, risk) else []
    return {
        "risk": risk,
        "stands": stands(matrix, risk),
        "plan": plan_words(risk),
        "closed_as": labels.CLOSED_AS.get(risk.close_reason or "", ""),
        "steps": steps(known, assessments),
        "exposure": exposure_pictures(
            exposures(known, assessments), risk.closed_at.date() if risk.closed_at else today()
        ),
        "pack_url": can(actor, Permission.PACK_MAKE, risk)
        and other_page("packs.new", kind="risk", ref=risk.ref),
        "changes": changes_of(entries, matrix, hidden=hidden_systems(actor, entries)),
        "sees_system": risk.system and can(actor, Permission.SYSTEM_VIEW, risk.system),
        "may_edit": can(actor, Permission.RISK_EDIT, risk),
        "may_pin": can(actor, Permission.RISK_PIN, risk),
        **state_changes.empty_forms(),
    }


@bp.get("/risks/<ref>/edit")
@requires(Permission.RISK_EDIT)
def edit(ref: str) -> str:
    """The form of a risk."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = offered(RiskForm(data=data_of(risk)), risk)
    return _form_page("risks/edit.html", form, risk=risk, trial=tried(form, risk.team, risk.id))


@bp.post("/risks/<ref>/edit")
@requires(Permission.RISK_EDIT)
def update(ref: str) -> Response | tuple[str, int]:
    """Save what was changed; a version that is not the newest is refused with both sides."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = offered(RiskForm(request.form), risk)
    if not form.validate():
        return _form_page("risks/edit.html", form, risk=risk), 422
    values = {**sent_values(form, risk), "team": sent_team(form)}
    try:
        update_risk(current_actor, risk, values, version=form.seen_version, why=form.why.data or "")
    except Stale as stale:
        form.version.data = str(risk.version)
        return _form_page("risks/edit.html", form, risk=risk, stale=stale), 409
    except RiskregError as error:
        return _refused("risks/edit.html", form, error, risk=risk)
    flash(_("%(ref)s is saved.", ref=risk.ref))
    return redirect(url_for("risks.show", ref=risk.ref), 303)


@bp.get("/risks/paste")
@requires(Permission.RISK_EDIT)
def paste() -> str:
    """A list of titles to file, one a line."""
    form = PasteForm(data={"team": _team_to_file_in().slug})
    return render_template("risks/paste.html", form=_with_teams(form))


@bp.post("/risks/paste")
@requires(Permission.RISK_EDIT)
def pasted() -> Response | tuple[str, int]:
    """File an unrated risk for every line."""
    form = _with_teams(PasteForm(request.form))
    if not form.validate():
        return render_template("risks/paste.html", form=form), 422
    team = sent_team(form)
    filed, skipped = paste_risks(
        current_actor, team=team, kind=Kind(form.kind.data), titles=form.titles
    )
    flash(_("%(n)s risks are filed and wait for a rating.", n=len(filed)))
    if skipped:
        flash(
            _("Open already, so not filed again: %(list)s.", list="; ".join(skipped[:10])), "warn"
        )
    return redirect(url_for("risks.index", team=team.slug, band="unrated"), 303)


def _sorts(view: View) -> dict[str, tuple[str, bool]]:
    """By column: the list in that column's order, and whether it is in it now."""
    orders = {"band": Order.SEVERITY, "value": Order.VALUE}
    return {
        key: (list_url(view, order=order), view.criteria.order is order)
        for key, order in orders.items()
    }


def _team_to_file_in() -> Branch:
    """The chosen team where the actor may file, else the first where they may."""
    teams, chosen = editable_teams(), chosen_team()
    if not teams:
        raise Forbidden(_("Your role does not let you do this. A manager of the team can."))
    return next((team for team in teams if chosen and team.id == chosen.id), teams[0])


def _with_teams(form: PasteForm) -> PasteForm:
    form.team.choices = choices_of(team_choices(editable_teams()))
    return form


def _form_page(template: str, form: RiskForm, **context: Any) -> str:
    known = matrices()
    risk: Risk | None = context.get("risk")
    matrix = known[risk.matrix_id if risk else current_matrix_id(known)]
    context.setdefault("trial", None)
    context.setdefault("stale", None)
    context["field_names"] = labels.FIELD
    return render_template(template, form=form, matrix=matrix, **context)


def _refused(template: str, form: RiskForm, error: RiskregError, **context: Any) -> tuple[str, int]:
    """Show the service's refusal where it belongs; an error about no field goes to the title."""
    aliases = {
        "current": "current_impact",
        "target": "target_impact",
        "inherent": "inherent_impact",
    }
    name = aliases.get(error.field or "", error.field or "")
    field = form[name] if name in form else form["title"]
    field.errors = [*field.errors, error.message]
    return _form_page(template, form, **context), error.status
