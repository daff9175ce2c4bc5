"""Pages of incidents: the list, one incident with its post-mortem, new, edit."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from riskreg.actions.once import new_form_key
from riskreg.actions.queries import actions_of
from riskreg.audit.queries import entries_of
from riskreg.errors import Invalid, Stale
from riskreg.lib.dates import day_start, now
from riskreg.metrics import linkage
from riskreg.metrics import postmortems as clocks
from riskreg.metrics.incidents import TIMES, Phase, durations
from riskreg.org.access import can
from riskreg.org.confidential import INCIDENT
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import systems_for, team_for, teams_for
from riskreg.org.readers import keep_confidential
from riskreg.org.secrecy import Feature, add_secrecy, secrecy_of
from riskreg.org.tree import Branch
from riskreg.postmortems import forms, queries, services, words
from riskreg.postmortems.forms import IncidentForm
from riskreg.postmortems.models import Incident
from riskreg.postmortems.queries import IncidentFilter
from riskreg.postmortems.sight import history_seen, risks_seen, systems_seen
from riskreg.postmortems.template import template
from riskreg.risks.models import Risk
from riskreg.web.frame import chosen_team
from riskreg.web.jinja import today
from riskreg.web.jinja import zone as reader_zone
from riskreg.web.left_out import leave_out_unknown
from riskreg.web.paging import PAGE_SIZE, Page, numbered_page
from riskreg.web.panels import Panel, add_panel
from riskreg.web.security import current_actor, requires
from riskreg.web.versions import both_versions

bp = Blueprint("postmortems", __name__)
FIGURE_DAYS = 90
YEAR_DAYS = 365
HISTORY_ROWS = 30
PANEL_ROWS = 5


@bp.get("/incidents")
@requires(Permission.INCIDENT_VIEW)
def index() -> ResponseReturnValue:
    """Incidents of the chosen team and below, the latest first."""
    team = chosen_team()
    wanted = forms.filter_from(request.args, team=team, zone_name=_zone_name())
    leave_out_unknown(request.args, forms.filter_values())
    page = _page(wanted)
    return render_template(
        "postmortems/index.html",
        page=page,
        wanted=wanted,
        counts=queries.action_counts(current_actor, page.rows),
        clock_of=_clock,
        systems_of=lambda incident: systems_seen(current_actor, incident),
        missing=_count(IncidentFilter(below=team, progress=queries.Progress.MISSING)),
        on_time=_on_time(team),
        **_figures_of_a_year(team),
        required_of=queries.required_reason_of,
        lasted=_lasted,
        system_choices=[(each.id, each.name) for each in systems_for(current_actor, below=team)],
        cause_choices=[(word.key, word.name) for word in template().causes],
        can_add=current_actor.may_somewhere(Permission.INCIDENT_EDIT),
        **_words(),
    )


@bp.get("/incidents/new")
@requires(Permission.INCIDENT_EDIT)
def new() -> ResponseReturnValue:
    """An empty form."""
    team = chosen_team()
    chosen = [key] if (key := request.args.get("system")) else []
    slug = team.slug if team else ""
    form = _offered(IncidentForm(team=slug, systems=chosen, form_key=new_form_key()))
    return render_template("postmortems/new.html", form=form, levels=words.severity_names())


@bp.post("/incidents/new")
@requires(Permission.INCIDENT_EDIT)
def create() -> ResponseReturnValue:
    """File it; the same form sent twice files one incident."""
    form = _offered(IncidentForm(request.form))
    if form.check():
        team = team_for(current_actor, form.team.data, Permission.INCIDENT_EDIT)
        try:
            values = form.values() | {"systems": _systems(form)}
            values["form_key"] = form.form_key.data or None
            incident = services.create_incident(current_actor, team=team, **values)
            if form.is_confidential.data and not incident.is_confidential:
                why = _("Filed as confidential.")
                keep_confidential(current_actor, incident, readers=(), why=why)
        except Invalid as error:
            show_refusal(error, form)
        else:
            flash(_("%(ref)s is filed.", ref=incident.ref))
            return redirect(url_for("postmortems.show", ref=incident.ref), 303)
    levels = words.severity_names()
    return render_template("postmortems/new.html", form=form, levels=levels), 422


@bp.get("/incidents/<ref>")
@requires(Permission.INCIDENT_VIEW)
def show(ref: str) -> ResponseReturnValue:
    """One incident: its times, and what was learned."""
    incident = queries.incident_for(current_actor, ref)
    return incident_page(incident)


@bp.get("/incidents/<ref>/edit")
@requires(Permission.INCIDENT_EDIT)
def edit(ref: str) -> ResponseReturnValue:
    """Its words and times; ?zone=UTC shows the times on those clocks."""
    incident = queries.incident_for(current_actor, ref, Permission.INCIDENT_EDIT)
    form = _offered(IncidentForm(data=_shown(incident, request.args.get("zone", ""))))
    return _edit_page(incident, form)


@bp.post("/incidents/<ref>/edit")
@requires(Permission.INCIDENT_EDIT)
def update(ref: str) -> ResponseReturnValue:
    """Keep the changes."""
    incident = queries.incident_for(current_actor, ref, Permission.INCIDENT_EDIT)
    form = _offered(IncidentForm(request.form))
    if form.check():
        values = form.values() | {
            "team": team_for(current_actor, form.team.data, Permission.INCIDENT_EDIT),
            "systems": _systems(form, incident),
        }
        try:
            services.update_incident(current_actor, incident, values, version=form.version.data)
        except Invalid as error:
            show_refusal(error, form)
        except Stale as stale:
            stored = _offered(IncidentForm(data=_shown(incident, form.zone.data)))
            return _edit_page(incident, form, **both_versions(stale, stored, form)), 409
        else:
            return redirect(url_for("postmortems.show", ref=incident.ref), 303)
    return _edit_page(incident, form), 422


def incident_page(incident: Incident, **changes: Any) -> str:
    """The page of one incident; `changes` replaces parts of it, such as a refused form."""
    postmortem = incident.postmortem
    actions = actions_of(current_actor, incident_id=incident.id)
    missing = queries.missing_sections(postmortem) if postmortem else []
    context: dict[str, Any] = {
        "incident": incident,
        "postmortem": postmortem,
        "systems": systems_seen(current_actor, incident),
        "links": risks_seen(current_actor, postmortem),
        "durations": durations(services.times_of(incident)),
        "time_names": services.time_names(),
        "zone_name": reader_zone().key,
        "required": queries.required_reason_of(incident),
        "short": queries.is_short(incident),
        "clock": _clock(incident),
        "actions": actions,
        "form_key": new_form_key(),
        "missing": {section.key for section in missing},
        "to_write": words.to_write_words(len(missing)),
        "foresaw": _foreseeing(incident),
        **secrecy_of(incident, "postmortems.readers"),
        "may_print": can(current_actor, Permission.PACK_MAKE, incident),
        "can_edit": current_actor.may(Permission.INCIDENT_EDIT, incident.team.path),
        "can_review": current_actor.may(Permission.POSTMORTEM_REVIEW, incident.team.path),
        "can_promise": current_actor.may(Permission.ACTION_EDIT, incident.team.path),
        "can_file_risk": current_actor.may(Permission.RISK_EDIT, incident.team.path),
        "entries": _history(incident),
        "entry_names": words.entry_names(),
        "field_names": words.field_names(),
        **_words(),
    }
    return render_template("postmortems/show.html", **{**context, **changes})


def _history(incident: Incident) -> list[dict[str, Any]]:
    """What was done to the incident and its post-mortem, newest first."""
    entries = list(entries_of("incident", incident.id, limit=HISTORY_ROWS))
    if incident.postmortem is not None:
        entries += entries_of("postmortem", incident.postmortem.id, limit=HISTORY_ROWS)
    newest = sorted(entries, key=lambda entry: entry.id, reverse=True)[:HISTORY_ROWS]
    return history_seen(current_actor, newest)


def show_refusal(error: Invalid, form: Form) -> None:
    """Put a refusal beside its field, else on top of the form."""
    field = error.field or ""
    if field in form:
        form[field].errors = [error.message]
    else:
        form.form_errors.append(error.message)


def _shown(incident: Incident, zone: str) -> dict[str, Any]:
    """What stands in the form that changes an incident, on the clocks of this zone."""
    words = ("title", "summary", "customer_effect", "customer_impact", "budget_percent")
    same = (*words, "version", *TIMES)
    return {name: getattr(incident, name) for name in same} | {
        "team": incident.team.slug,
        "severity": str(int(incident.severity)),
        "systems": [system.key for system in incident.systems],
        "found_by": incident.found_by or forms.NOT_SAID,
        "zone": zone if zone in _zones() else "",
    }


def _edit_page(incident: Incident, form: IncidentForm, **versions: Any) -> str:
    return render_template(
        "postmortems/edit.html",
        incident=incident,
        form=form,
        levels=words.severity_names(),
        zones=_zones(),
        **versions,
    )


def _offered(form: IncidentForm) -> IncidentForm:
    return form.offer(
        teams=teams_for(current_actor, Permission.INCIDENT_EDIT),
        systems=systems_for(current_actor),
        zones=_zones(),
    )


def _zones() -> list[str]:
    """The reader's zone, the organisation's, and UTC; each once."""
    return list(dict.fromkeys((reader_zone().key, _zone_name(), "UTC")))


def _zone_name() -> str:
    name: str = current_app.config["SETTINGS"].timezone
    return name


def _systems(form: IncidentForm, incident: Incident | None = None) -> list[System]:
    """The ticked systems, and those of the incident that the actor cannot see and so not untick."""
    seen = systems_for(current_actor)
    hidden = [
        system
        for system in (incident.systems if incident else [])
        if system.id not in {each.id for each in seen}
    ]
    return [each for each in seen if each.key in (form.systems.data or [])] + hidden


def _page(wanted: IncidentFilter) -> Page:
    def rows_from(offset: int) -> Sequence[Incident]:
        return queries.list_incidents(
            current_actor, wanted, today=today(), limit=PAGE_SIZE, offset=offset
        )

    return numbered_page(_count(wanted), rows_from)


def _count(wanted: IncidentFilter) -> int:
    return queries.count_incidents(current_actor, wanted, today=today())


def _clock(incident: Incident) -> clocks.Clock | None:
    """Where the review stands in time; None without a post-mortem."""
    if incident.postmortem is None:
        return None
    return clocks.review_clock(queries.dates_of(incident.postmortem, _zone_name()), today())


def _lasted(incident: Incident) -> timedelta | None:
    """From the start of the impact until all was as before."""
    phases = {each.phase: each.length for each in durations(services.times_of(incident))}
    return phases[Phase.RESOLVE]


def _on_time(team: Branch | None) -> dict[str, Any]:
    """The share of reviews due in the last 90 days that were held in time, and their rows."""
    end = today() + timedelta(days=1)
    start = end - timedelta(days=FIGURE_DAYS)
    rows = queries.reviews_due(
        current_actor, below=team, start=start, end=end, zone_name=_zone_name()
    )
    href = url_for("postmortems.index", due_from=start.isoformat(), due_until=end.isoformat())
    cohort = clocks.review_cohort(rows, start, end, today=today())
    return {"cohort": cohort, "href": href, "days": FIGURE_DAYS}


def _figures_of_a_year(team: Branch | None) -> dict[str, Any]:
    """Of a year's incidents: how many have their post-mortem, how long reviews took, foreseen."""
    end = today() + timedelta(days=1)
    start = end - timedelta(days=YEAR_DAYS)
    zone = _zone_name()
    first, last = (day_start(day, zone) for day in (start, end))
    rows = queries.linked_incidents(
        current_actor, below=team, start=first, end=last, zone_name=zone
    )
    dates = queries.review_dates(current_actor, below=team, since=first, zone_name=zone)
    span: dict[str, Any] = {"from": start.isoformat(), "until": end.isoformat()}
    return {
        "foreseen": linkage.foreseen(rows),
        "started": queries.started(current_actor, below=team, start=first, end=last),
        "times": clocks.review_times(dates, today()),
        "needed_href": url_for("postmortems.index", required=1, **span),
        "year_href": url_for("postmortems.index", **span),
    }


def _foreseeing(incident: Incident) -> set[int]:
    """Ids of the linked risks that were known before the impact began."""
    links = incident.postmortem.risk_links if incident.postmortem else []
    known = {link.risk_id: queries.known_at(link.risk, _zone_name()) for link in links}
    return {risk_id for risk_id, at in known.items() if at < incident.impact_start_at}


def _words() -> dict[str, Any]:
    return {
        "template": template(),
        "severity_names": words.severity_names(),
        "found_by_names": words.found_by_names(),
        "status_names": words.status_names(),
        "progress_names": words.progress_names(),
        "phase_names": words.phase_names(),
        "clock_states": words.clock_states(),
        "duration": words.format_duration,
        "now": now(),
    }


def _system_panel(actor: Actor, system: System) -> Panel | None:
    if not actor.may_somewhere(Permission.INCIDENT_VIEW):
        return None
    context = {
        "incidents": queries.incidents_of(actor, system_id=system.id, limit=PANEL_ROWS),
        "actions": [each for each in actions_of(actor, system_id=system.id) if not each.closed_at],
        "shown": PANEL_ROWS,
        "system": system,
        "status_names": words.status_names(),
    }
    title = _("Incidents and actions")
    return Panel(title=title, template="postmortems/_system_panel.html", context=context)


def _risk_panel(actor: Actor, risk: Risk) -> Panel | None:
    incidents = queries.incidents_of(actor, risk_id=risk.id)
    if not incidents:
        return None
    context = {"incidents": incidents, "status_names": words.status_names()}
    return Panel(title=_("It happened"), template="postmortems/_risk_panel.html", context=context)


add_secrecy(
    bp,
    Feature(
        kind=INCIDENT,
        model=Incident,
        find=queries.incident_for,
        folder="/incidents",
        head="postmortems/_head.html",
    ),
)
add_panel("system", _system_panel, order=30)
add_panel("risk", _risk_panel, order=10)
