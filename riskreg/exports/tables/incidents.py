"""Incidents with their six times, and where their post-mortems stand."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Connection, select

from riskreg.exports.kinds import Asked, Book, ExportTable, Row, Sheet
from riskreg.exports.reading import IDS, ids_of, in_portions, lists_of, word
from riskreg.org.access import secrets_among, visible
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import Permission
from riskreg.postmortems.forms import filter_from
from riskreg.postmortems.models import Incident, IncidentSystem, Postmortem
from riskreg.postmortems.queries import wanted_ids

_STORED = (
    Incident.id,
    Incident.title,
    Incident.severity,
    Incident.customer_impact,
    Incident.budget_percent,
    Incident.found_by,
    Team.slug,
    Team.name,
    Incident.impact_start_at,
    Incident.detected_at,
    Incident.paged_at,
    Incident.acknowledged_at,
    Incident.mitigated_at,
    Incident.resolved_at,
    Incident.summary,
    Incident.customer_effect,
    Postmortem.status,
    Person.email,
    Person.name,
    Postmortem.review_due_on,
    Postmortem.reviewed_at,
    Postmortem.causes,
    Incident.version,
)
COLUMNS = (
    "ref",
    "title",
    "severity",
    "customer_impact",
    "budget_percent",
    "found_by",
    "team",
    "team_name",
    "impact_start_at",
    "detected_at",
    "paged_at",
    "acknowledged_at",
    "mitigated_at",
    "resolved_at",
    "summary",
    "customer_effect",
    "systems",
    "systems_not_seen",
    "postmortem",
    "postmortem_owner",
    "postmortem_owner_name",
    "review_due_on",
    "reviewed_at",
    "causes",
    "version",
)
_STATUS_AT = _STORED.index(Postmortem.status)


def read(asked: Asked) -> Book:
    """The incidents of a filter, the latest first."""
    wanted = filter_from(asked.filters, team=asked.team, zone_name=asked.actor.timezone)
    ids = ids_of(wanted_ids(asked.actor, wanted, today=asked.today))
    seen = visible(asked.actor, Permission.SYSTEM_VIEW, System.team_id)
    rows = in_portions(ids, partial(_portion, seen))
    data = Sheet(name="data", columns=COLUMNS, rows=rows)
    return Book(
        name="incidents",
        data=data,
        count=len(ids),
        secrets=secrets_among(asked.actor, "incident", ids),
    )


def _portion(
    seen: ColumnElement[bool], connection: Connection, ids: Sequence[int]
) -> dict[int, Row]:
    """The rows of some incidents; systems that are not `seen` are counted, not named."""
    query = (
        select(*_STORED)
        .select_from(Incident)
        .outerjoin(Team, Team.id == Incident.team_id)
        .outerjoin(Postmortem, Postmortem.incident_id == Incident.id)
        .outerjoin(Person, Person.id == Postmortem.owner_id)
        .where(Incident.id.in_(ids))
    )
    touched = (
        select(IncidentSystem.incident_id, System.key)
        .join(System, System.id == IncidentSystem.system_id)
        .where(IncidentSystem.incident_id.in_(IDS))
        .order_by(System.key)
    )
    systems = lists_of(connection, touched.where(seen), ids)
    hidden = lists_of(connection, touched.where(~seen), ids)
    return {
        row[0]: _row(row, systems.get(row[0], ()), len(hidden.get(row[0], ())))
        for row in connection.execute(query)
    }


def _row(row: Sequence[Any], systems: tuple[str, ...], hidden: int) -> Row:
    number, title, severity, impact, budget, found_by, *rest = row
    after = _STATUS_AT - 6
    status, *owner_and_dates, causes, version = rest[after:]
    return (
        *(f"I-{number}", title, severity, impact, budget, word(found_by)),
        *rest[:after],
        *(systems, hidden, word(status), *owner_and_dates),
        *(tuple(str(cause) for cause in causes or ()), version),
    )


TABLE = ExportTable(
    name="incidents",
    label=lambda: _("Incidents"),
    permission=Permission.INCIDENT_VIEW,
    read=read,
)
