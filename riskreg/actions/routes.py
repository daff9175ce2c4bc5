"""Pages of action items."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from riskreg.actions import forms, queries, services
from riskreg.actions.forms import (
    ActionFields,
    ActionForm,
    ClosureForm,
    ScheduleForm,
    WithdrawalForm,
)
from riskreg.actions.kinds import ActionStatus, ActionType, Priority
from riskreg.actions.models import ActionItem
from riskreg.actions.once import new_form_key
from riskreg.actions.origins import Origin, accepted_risk, origin_for, origin_team, origins
from riskreg.actions.queries import ActionFilter
from riskreg.audit.queries import entries_of
from riskreg.db import db
from riskreg.errors import Invalid, Stale
from riskreg.lib.dates import now
from riskreg.metrics import actions as clocks
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Permission
from riskreg.org.queries import people, team_for, teams_for
from riskreg.web.frame import chosen_team
from riskreg.web.jinja import today
from riskreg.web.left_out import leave_out_unknown
from riskreg.web.onward import onward
from riskreg.web.paging import PAGE_SIZE, Page, numbered_page
from riskreg.web.security import current_actor, requires
from riskreg.web.versions import both_versions

bp = Blueprint("actions", __name__)
ON_TIME_DAYS = 90


@bp.get("/actions")
@requires(Permission.ACTION_VIEW)
def index() -> ResponseReturnValue:
    """Every action in sight: overdue, this week, later."""
    wanted = forms.filter_from(
        request.args, actor=current_actor, team=chosen_team(), zone_name=_zone_name()
    )
    leave_out_unknown(request.args, forms.filter_values())
    page = _page(wanted)
    counts = queries.counts(current_actor, wanted, today=today(), now=now())
    is_plain = wanted.status == ActionStatus.OPEN and wanted.group is None and page.first == 1
    recent = queries.recently_closed(current_actor, wanted, now=now()) if is_plain else []
    return render_template(
        "actions/index.html",
        page=page,
        groups=queries.grouped(page.rows, today=today()),
        recent=recent,
        origins=origins(current_actor, [*page.rows, *recent]),
        wanted=wanted,
        counts=counts,
        on_time=_on_time(wanted),
        ages=queries.ages(current_actor, wanted, today=today(), zone_name=_zone_name()),
        age_days=_age_days(),
        bucket_names=forms.bucket_names(),
        owners=queries.owners(current_actor, below=wanted.below),
        mine=request.args.get("view") == "mine",
        can_add=current_actor.may_somewhere(Permission.ACTION_EDIT),
        **_words(),
    )


@bp.get("/actions/new")
@requires(Permission.ACTION_EDIT)
def new() -> ResponseReturnValue:
    """An empty promise; ?origin=R-12 says where it comes from."""
    origin = _origin(request.args.get("origin", ""))
    team = origin_team(origin) if origin else chosen_team()
    slug = team.slug if team else ""
    form = ActionForm(origin=origin.ref if origin else "", team=slug, form_key=new_form_key())
    _offered(form)
    form.owner.data = str(current_actor.person_id or "")
    return render_template("actions/new.html", form=form, origin=origin)


@bp.post("/actions/new")
@requires(Permission.ACTION_EDIT)
def create() -> ResponseReturnValue:
    """Promise it; the same form sent twice promises one action."""
    form = _offered(ActionForm(request.form))
    origin = _origin(form.origin.data or "")
    if form.check():
        try:
            action = _create(form, origin)
        except Invalid as error:
            _show(error, form)
        else:
            flash(_("%(ref)s is promised.", ref=action.ref))
            return redirect(onward(url_for("actions.show", ref=action.ref)), 303)
    return render_template("actions/new.html", form=form, origin=origin), 422


@bp.get("/actions/<ref>")
@requires(Permission.ACTION_VIEW)
def show(ref: str) -> ResponseReturnValue:
    """One action: its dates, its changes, what to do next."""
    action = queries.action_for(current_actor, ref)
    return render_template(
        "actions/show.html",
        action=action,
        dates=queries.days_of(action, _zone_name()),
        slips=queries.slips_of(action),
        clocks=clocks,
        origin=origins(current_actor, [action]).get(action.id),
        accepted=accepted_risk(current_actor, action),
        entries=entries_of("action_item", action.id),
        can_edit=current_actor.may(Permission.ACTION_EDIT, action.team.path),
        entry_names=forms.entry_names(),
        field_names=forms.field_names(),
        **_words(),
    )


@bp.get("/actions/<ref>/edit")
@requires(Permission.ACTION_EDIT)
def edit(ref: str) -> ResponseReturnValue:
    """Its words, owner, type and priority; dates move on their own page."""
    action = queries.action_for(current_actor, ref, Permission.ACTION_EDIT)
    return _edit_page(action, _stored(action))


@bp.post("/actions/<ref>/edit")
@requires(Permission.ACTION_EDIT)
def update(ref: str) -> ResponseReturnValue:
    """Keep the changes."""
    action = queries.action_for(current_actor, ref, Permission.ACTION_EDIT)
    form = ActionFields(request.form)
    form.offer(people())
    if form.check():
        try:
            services.update_action(current_actor, action, _values(form), version=form.version.data)
            services.reassign(current_actor, action, _owner(form.owner.data))
        except Invalid as error:
            _show(error, form)
        except Stale as stale:
            return _edit_page(action, form, **both_versions(stale, _stored(action), form)), 409
        else:
            return redirect(url_for("actions.show", ref=action.ref), 303)
    return _edit_page(action, form), 422


@bp.route("/actions/<ref>/closure", methods=["GET", "POST"])
@requires(Permission.ACTION_EDIT)
def closure(ref: str) -> ResponseReturnValue:
    """Done, with a word of evidence."""
    form = ClosureForm(request.form)
    return _state_change(
        ref,
        form,
        "actions/closure.html",
        lambda action: services.close_action(current_actor, action, form.evidence.data or ""),
    )


@bp.route("/actions/<ref>/withdrawal", methods=["GET", "POST"])
@requires(Permission.ACTION_EDIT)
def withdrawal(ref: str) -> ResponseReturnValue:
    """Will not be done, with the reason."""
    form = WithdrawalForm(request.form)
    return _state_change(
        ref,
        form,
        "actions/withdrawal.html",
        lambda action: services.wont_do(current_actor, action, form.reason.data or ""),
    )


@bp.route("/actions/<ref>/schedule", methods=["GET", "POST"])
@requires(Permission.ACTION_EDIT)
def schedule(ref: str) -> ResponseReturnValue:
    """Another due date, with the reason."""
    form = ScheduleForm(request.form)
    return _state_change(
        ref,
        form,
        "actions/schedule.html",
        lambda action: services.reschedule_action(
            current_actor, action, form.due_on.data or action.due_on, form.reason.data or ""
        ),
    )


@bp.post("/actions/<ref>/reopening")
@requires(Permission.ACTION_EDIT)
def reopening(ref: str) -> ResponseReturnValue:
    """Open again."""
    action = queries.action_for(current_actor, ref, Permission.ACTION_EDIT)
    services.reopen_action(current_actor, action)
    flash(_("%(ref)s is open again.", ref=action.ref))
    return redirect(onward(url_for("actions.show", ref=action.ref)), 303)


def _edit_page(action: ActionItem, form: ActionFields, **versions: Any) -> str:
    return render_template("actions/edit.html", form=form, action=action, **versions)


def _stored(action: ActionItem) -> ActionFields:
    """An action as its form shows it."""
    form = ActionFields(obj=action)
    form.offer(people())
    form.owner.data = str(action.owner_id or "")
    return form


def _state_change(ref: str, form: Form, template: str, change: Any) -> ResponseReturnValue:
    """Show the form, or carry the change out and go back to where it was asked for."""
    action = queries.action_for(current_actor, ref, Permission.ACTION_EDIT)
    if request.method == "GET":
        form.process(next=request.args.get("next", ""))
        return render_template(template, form=form, action=action)
    if form.validate():
        try:
            change(action)
        except Invalid as error:
            _show(error, form)
        else:
            flash(_told(action))
            return redirect(onward(url_for("actions.show", ref=action.ref)), 303)
    return render_template(template, form=form, action=action), 422


def _told(action: ActionItem) -> str:
    if action.status == ActionStatus.DONE:
        return str(_("%(ref)s is done. Thank you.", ref=action.ref))
    if action.status == ActionStatus.WONT_DO:
        risk = f"R-{action.accepted_risk_id}"
        return str(_("%(ref)s will not be done; %(risk)s stays.", ref=action.ref, risk=risk))
    return str(_("%(ref)s is due on another day now.", ref=action.ref))


def _page(wanted: ActionFilter) -> Page:
    def rows_from(offset: int) -> Sequence[ActionItem]:
        return queries.list_actions(
            current_actor, wanted, today=today(), limit=PAGE_SIZE, offset=offset
        )

    return numbered_page(queries.count_actions(current_actor, wanted, today=today()), rows_from)


def _on_time(wanted: ActionFilter) -> dict[str, Any]:
    """The share of what was first due in the last 90 days and done by then, and its rows."""
    end = today() + timedelta(days=1)
    start = end - timedelta(days=ON_TIME_DAYS)
    rows = queries.on_time(current_actor, wanted, start=start, end=end, zone_name=_zone_name())
    href = url_for(
        "actions.index",
        view=request.args.get("view"),
        owner=request.args.get("owner"),
        status="all",
        first_due_from=start.isoformat(),
        first_due_until=end.isoformat(),
    )
    cohort = clocks.on_time_cohort(rows, start, end, today=today())
    return {"cohort": cohort, "href": href, "days": ON_TIME_DAYS}


def _age_days() -> dict[clocks.Bucket, dict[str, dict[str, str | None]]]:
    """For each group of ages the days with which the list shows those promised or due then."""
    found = {}
    for each, (first, last) in clocks.bucket_days(today()).items():
        after = last + timedelta(days=1) if last else None
        promised = {"promised_from": _iso(first), "promised_until": _iso(after)}
        due = {"due_from": _iso(first), "due_until": _iso(min(after or today(), today()))}
        found[each] = {"age": promised, "delay": due}
    return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _zone_name() -> str:
    """Figures are counted in days of the organisation's zone, so that they are the same for all."""
    name: str = current_app.config["SETTINGS"].timezone
    return name


def _words() -> dict[str, Any]:
    return {
        "type_names": forms.type_names(),
        "priority_names": forms.priority_names(),
        "status_names": forms.status_names(),
        "group_names": forms.group_names(),
        "origin_names": forms.origin_names(),
    }


def _offered(form: ActionForm) -> ActionForm:
    teams = teams_for(current_actor, Permission.ACTION_EDIT)
    form.team.choices = [(team.slug, team.name) for team in teams]
    form.offer(people())
    return form


def _origin(ref: str) -> Origin | None:
    return origin_for(current_actor, ref) if ref else None


def _create(form: ActionForm, origin: Origin | None) -> ActionItem:
    team: Team = team_for(current_actor, form.team.data, Permission.ACTION_EDIT)
    values = _values(form) | {"due_on": form.due_on.data}
    values["form_key"] = form.form_key.data or None
    if origin is not None:
        values[f"{origin.kind}_id"] = origin.id
    title = values.pop("title")
    owner = _owner(form.owner.data)
    return services.create_action(current_actor, team=team, title=title, owner=owner, **values)


def _values(form: ActionFields) -> dict[str, Any]:
    return {
        "title": form.title.data,
        "detail": form.detail.data or "",
        "type": ActionType(form.type.data),
        "priority": Priority(form.priority.data),
        "external_url": form.external_url.data or "",
        "verify_how": form.verify_how.data or "",
    }


def _owner(raw: str | None) -> Person | None:
    return db.session.get(Person, int(raw)) if raw else None


def _show(error: Invalid, form: Form) -> None:
    """Put a refusal beside its field, else on top of the form."""
    field = error.field or ""
    if field in form:
        form[field].errors = [error.message]
    else:
        form.form_errors.append(error.message)
