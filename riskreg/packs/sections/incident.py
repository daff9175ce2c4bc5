"""An incident: its times, whom it touched, and what became of its actions."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from riskreg.metrics.incidents import Phase, durations
from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import OTHER_TEAMS, Frozen, Scope, Section
from riskreg.packs.promises import outside, promises_of
from riskreg.postmortems.incidents import times_of
from riskreg.postmortems.models import Incident, Postmortem, PostmortemRisk
from riskreg.postmortems.queries import incident_for, known_at
from riskreg.postmortems.sight import risks_seen, systems_seen
from riskreg.postmortems.template import WRITTEN, template
from riskreg.postmortems.words import format_duration


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """Facts, times, links and actions of the incident that `scope.ref` names."""
    incident = incident_for(actor, scope.ref)
    report = incident.postmortem
    risks, systems = risks_seen(actor, report), systems_seen(actor, incident)
    links = risks.rows
    promises, teams = promises_of(actor, scope.team, incident_id=incident.id)
    seen = [link.risk.team for link in links] + [system.team for system in systems.rows]
    return {
        "ref": incident.ref,
        "title": incident.title,
        "severity": incident.severity,
        "team": incident.team.name,
        "systems": [system.name for system in systems.rows],
        "systems_hidden": systems.hidden,
        "customer_impact": incident.customer_impact,
        "budget_percent": incident.budget_percent,
        "found_by": incident.found_by.value if incident.found_by else None,
        "times": times_of(incident),
        "lengths": _lengths(incident),
        "zone": actor.timezone,
        "status": report.status.value if report else None,
        "owner": report.owner.name if report and report.owner else "",
        "review_due_on": report.review_due_on if report else None,
        "reviewed_at": report.reviewed_at if report else None,
        "review_note": report.review_note if report else "",
        "risks_hidden": risks.hidden,
        "risks": [_linked(link, incident) for link in links],
        "statements": [
            [link.statement.code, link.statement.text, link.was_met]
            for link in (report.statement_links if report else [])
        ],
        "notes": _notes(report),
        "actions": promises,
        OTHER_TEAMS: sorted({*teams, *outside(scope.team, seen)}),
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """How long it took to notice and to end, and what is still to be done about it."""
    lengths = data["lengths"]
    found = lengths[Phase.DETECT]
    ended = lengths[Phase.RESOLVE] or lengths[Phase.MITIGATE]
    noticed = (
        _("Noticed %(length)s after it began", length=found)
        if found
        else _("Nobody has said when it was noticed")
    )
    lasted = _("it lasted %(length)s", length=ended) if ended else _("it is not over")
    left = sum(action["status"] == "open" for action in data["actions"])
    promised = (
        _("%(n)s of %(all)s promises are open", n=left, all=len(data["actions"]))
        if data["actions"]
        else _("nothing was promised")
    )
    return f"{noticed}; {lasted}; {promised}."


def _linked(link: PostmortemRisk, incident: Incident) -> list[Any]:
    """Ref, title, whether it foresaw the incident, whether it was filed too late, and came true."""
    risk = link.risk
    zone_name = current_app.config["SETTINGS"].timezone
    late = known_at(risk, zone_name) >= incident.impact_start_at
    return [risk.ref, risk.title, link.foresaw, link.foresaw and late, bool(risk.realised_at)]


def _notes(report: Postmortem | None) -> dict[str, str]:
    """What was written beside links and promises: {risks, statements, actions: Markdown}."""
    return {
        section.kind: report.sections[section.key]
        for section in template().sections
        if report and section.kind not in WRITTEN and report.sections.get(section.key)
    }


def _lengths(incident: Incident) -> dict[str, str | None]:
    return {each.phase: format_duration(each.length) for each in durations(times_of(incident))}


SECTION = Section(
    key="incident", title=lambda: _("What happened"), collect=collect, headline=headline
)
