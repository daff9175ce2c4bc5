"""Pages where administrators say who is let in by single sign-on, with which roles."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.org import labels
from riskreg.org.kinds import Role
from riskreg.org.permissions import Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import team_for, teams_for
from riskreg.sso import services
from riskreg.sso.forms import AdmissionForm, GroupForm
from riskreg.sso.queries import admission, demand_root, group_rules, rules_mark, team_of
from riskreg.web.security import current_actor, requires

bp = Blueprint("admission", __name__, url_prefix="/admin/single-sign-on")


@bp.get("")
@requires(Permission.SIGN_IN_EDIT)
def index() -> ResponseReturnValue:
    """Who is let in, and which groups give which roles."""
    return _page()


@bp.post("")
@requires(Permission.SIGN_IN_EDIT)
@proven_lately("admission.index")
def update() -> ResponseReturnValue:
    """Change who is let in."""
    form = AdmissionForm(request.form)
    raw = str(form.version.data or "")
    services.change_admission(
        current_actor,
        {
            "connects_by_email": bool(form.connects_by_email.data),
            "admits_new": bool(form.admits_new.data),
        },
        version=int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 12 else None,
    )
    flash(_("This counts from the next sign-in on."))
    return redirect(url_for("admission.index"), 303)


@bp.post("/groups")
@requires(Permission.SIGN_IN_EDIT)
@proven_lately("admission.index")
def give() -> ResponseReturnValue:
    """Give a group a role on a team."""
    form = _group_form()
    if not form.validate():
        return _page(form), 422
    team = team_for(current_actor, form.team.data)
    services.map_group(
        current_actor,
        form.group.data or "",
        team,
        Role(form.role.data),
        base=form.base.data or None,
    )
    flash(_("This counts from the next sign-in on."))
    return redirect(url_for("admission.index"), 303)


@bp.post("/groups/<int:number>/end")
@requires(Permission.SIGN_IN_EDIT)
@proven_lately("admission.index")
def take(number: int) -> ResponseReturnValue:
    """Take a role from a group."""
    services.unmap_group(current_actor, number, base=request.form.get("base") or None)
    flash(_("The group gives this role no more."))
    return redirect(url_for("admission.index"), 303)


def _page(group_form: GroupForm | None = None) -> str:
    demand_root(current_actor)
    row: Any = admission()
    rules = group_rules()
    form = group_form or _group_form()
    form.base.data = form.base.data or rules_mark(rules)
    return render_template(
        "sso/admission.html",
        form=AdmissionForm(obj=row),
        group_form=form,
        rules=[(rule, team_of(rule)) for rule in rules],
        rules_mark=rules_mark(rules),
        labels=labels,
    )


def _group_form() -> GroupForm:
    return GroupForm(request.form).offer(teams_for(current_actor, Permission.SIGN_IN_EDIT))
