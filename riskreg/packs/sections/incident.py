"""An incident: its times, whom it touched, and what became of its actions."""

from typing import Any

from flask_babel import gettext as _

from riskreg.actions.queries import actions_of
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Scope, Section
from riskreg.postmortems.queries import incident_for
from riskreg.postmortems.services import times_of


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """Facts, times, links and actions of the incident that `scope.ref` names."""
    incident = incident_for(actor, scope.ref)
    report = incident.postmortem
    return {
        "ref": incident.ref,
        "title": incident.title,
        "severity": incident.severity,
        "team": incident.team.name,
        "systems": [system.name for system in incident.systems],
        "customer_impact": incident.customer_impact,
        "found_by": incident.found_by.value if incident.found_by else None,
        "times": times_of(incident),
        "zone": actor.timezone,
        "status": report.status.value if report else None,
        "owner": report.owner.name if report and report.owner else "",
        "review_due_on": report.review_due_on if report else None,
        "reviewed_at": report.reviewed_at if report else None,
        "review_note": report.review_note if report else "",
        "risks": [
            [link.risk.ref, link.risk.title, link.foresaw]
            for link in (report.risk_links if report else [])
        ],
        "statements": [
            [link.statement.code, link.statement.text, link.was_met]
            for link in (report.statement_links if report else [])
        ],
        "actions": [
            {
                "ref": action.ref,
                "title": action.title,
                "owner": action.owner.name if action.owner else "",
                "due_on": action.due_on,
                "original_due_on": action.original_due_on,
                "status": action.status.value,
            }
            for action in actions_of(actor, incident_id=incident.id)
        ],
    }


SECTION = Section(key="incident", title=lambda: _("What happened"), collect=collect)
