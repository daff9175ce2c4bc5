"""Writes of incidents: file and change, with their six times in order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from flask_babel import gettext as _

from riskreg.actions.once import made_with
from riskreg.audit.plain import plain
from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Invalid, Stale
from riskreg.lib.dates import now
from riskreg.metrics.incidents import TIMES, disorders, ended_at
from riskreg.metrics.postmortems import review_due
from riskreg.org.access import require
from riskreg.org.models import System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.postmortems.kinds import FoundBy, IncidentSeverity
from riskreg.postmortems.models import Incident, Postmortem

EDITABLE = (
    "title",
    "severity",
    "summary",
    "customer_effect",
    "customer_impact",
    "budget_percent",
    "found_by",
    *TIMES,
)

# One incident may spend a budget several times over.
BUDGET_PERCENT_MAX = 10_000


class IncidentValues(TypedDict, total=False):
    """What may be said about an incident beside its team, title and severity; a start is needed."""

    summary: str
    customer_effect: str
    customer_impact: bool
    budget_percent: int | None
    found_by: FoundBy | None
    systems: Sequence[System]
    impact_start_at: datetime | None
    detected_at: datetime | None
    paged_at: datetime | None
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime | None
    form_key: str | None


def create_incident(
    actor: Actor, *, team: Team, title: str, severity: int, **values: Unpack[IncidentValues]
) -> Incident:
    """File an incident; a `form_key` that was used already returns the incident filed then.

    Raises Invalid with the field for a missing start or times out of order.
    """
    form_key = values.pop("form_key", None)
    filed = made_with(Incident, form_key)
    if filed is not None:
        require(actor, Permission.INCIDENT_EDIT, filed, view=Permission.INCIDENT_VIEW)
        return filed
    require(actor, Permission.INCIDENT_EDIT, team, view=Permission.TEAM_VIEW)
    systems = list(values.pop("systems", ()))
    created_at = values.pop("created_at", None) or now()
    known: dict[str, Any] = {"title": title.strip(), "severity": int(severity), **values}
    _check(known)
    incident = Incident(
        **known, team=team, systems=systems, created_at=created_at, form_key=form_key
    )
    db.session.add(incident)
    db.session.flush()
    if systems:
        known["systems"] = _keys(systems)
    record(
        actor=actor,
        action="incident.create",
        subject=incident,
        changes={name: [None, value] for name, value in known.items() if value not in (None, "")},
    )
    return incident


def update_incident(
    actor: Actor, incident: Incident, values: Mapping[str, Any], *, version: int | None = None
) -> Incident:
    """Change what is in `values` (names as for `create_incident`, and `team`); nothing else.

    A new end of the incident moves the date of a review that has not been held. `version` is the
    one the person saw: raises Stale with both sides when the stored one is another.
    """
    require(actor, Permission.INCIDENT_EDIT, incident, view=Permission.INCIDENT_VIEW)
    _refuse_stale(incident, values, version)
    kept = {name: values[name] for name in EDITABLE if name in values}
    if "title" in kept:
        kept["title"] = kept["title"].strip()
    _check({name: getattr(incident, name) for name in EDITABLE} | kept)
    changes = changed(incident, kept)
    changes |= _change_systems(incident, values.get("systems"))
    changes |= _move(actor, incident, values.get("team"))
    if incident.postmortem is not None and incident.postmortem.reviewed_at is None:
        due_on = review_due(ended_at(times_of(incident)), actor.timezone)
        changes |= changed(incident.postmortem, {"review_due_on": due_on})
    if changes:
        db.session.flush()
        record(actor=actor, action="incident.update", subject=incident, changes=changes)
    return incident


def times_of(incident: Incident) -> dict[str, datetime | None]:
    """The six times by name, for the formulas of riskreg.metrics.incidents."""
    return {name: getattr(incident, name) for name in TIMES}


def time_faults(times: Mapping[str, datetime | None]) -> dict[str, str]:
    """A sentence by field for each time that is missing, to come, or too early."""
    names = time_names()
    present = now()
    faults = {
        name: _("This is in the future.")
        for name in TIMES
        if (instant := times.get(name)) is not None and instant > present
    }
    for each in disorders(times):
        words = {"time": names[each.time], "before": names[each.before].lower()}
        faults.setdefault(each.time, _("%(time)s is before %(before)s.", **words))
    if times.get("impact_start_at") is None:
        faults["impact_start_at"] = _("Say when the impact started.")
    return faults


def time_names() -> dict[str, str]:
    """What the six times are called."""
    return {
        "impact_start_at": _("Impact start"),
        "detected_at": _("Detected"),
        "paged_at": _("Paged"),
        "acknowledged_at": _("Acknowledged"),
        "mitigated_at": _("Mitigated"),
        "resolved_at": _("Resolved"),
    }


def _check(values: Mapping[str, Any]) -> None:
    if not values.get("title"):
        raise Invalid(_("Say in a few words what went wrong."), field="title")
    if values.get("severity") not in list(IncidentSeverity):
        raise Invalid(_("The severity is 1, 2, 3 or 4."), field="severity")
    share = values.get("budget_percent")
    if share is not None and not 0 <= share <= BUDGET_PERCENT_MAX:
        words = _("The share is between 0 and %(n)s percent.", n=BUDGET_PERCENT_MAX)
        raise Invalid(words, field="budget_percent")
    for field, sentence in time_faults({name: values.get(name) for name in TIMES}).items():
        raise Invalid(sentence, field=field)


def _change_systems(incident: Incident, systems: Sequence[System] | None) -> dict[str, list[Any]]:
    if systems is None or {each.id for each in systems} == {each.id for each in incident.systems}:
        return {}
    old = _keys(incident.systems)
    incident.systems = list(systems)
    return {"systems": [old, _keys(systems)]}


def _move(actor: Actor, incident: Incident, team: Team | None) -> dict[str, list[Any]]:
    """To another team, with its post-mortem; the actor must be allowed there too."""
    if team is None or team.id == incident.team_id:
        return {}
    require(actor, Permission.INCIDENT_EDIT, team, view=Permission.TEAM_VIEW)
    old = incident.team.slug
    incident.team = team
    postmortem: Postmortem | None = incident.postmortem
    if postmortem is not None:
        postmortem.team_id = team.id
    return {"team": [old, team.slug]}


def _keys(systems: Sequence[System]) -> list[str]:
    return sorted(system.key for system in systems)


def _refuse_stale(incident: Incident, values: Mapping[str, Any], version: int | None) -> None:
    if version is None or version == incident.version:
        return
    fields = [name for name in EDITABLE if name in values]
    words = _("Somebody else changed %(ref)s in the meantime. Nothing was saved.", ref=incident.ref)
    raise Stale(
        words,
        theirs={name: str(plain(getattr(incident, name))) for name in fields},
        yours={name: str(plain(values[name])) for name in fields},
    )
