"""Incidents with where their post-mortems stand, as programs read them."""

from flask_babel import lazy_gettext as _l

from riskreg.metrics.incidents import TIMES
from riskreg.metrics.postmortems import RequiredReason
from riskreg.org.permissions import Permission
from riskreg.org.queries import team_for
from riskreg.postmortems.forms import filter_from
from riskreg.postmortems.kinds import Cause, FoundBy, IncidentSeverity, PostmortemStatus
from riskreg.postmortems.models import Incident
from riskreg.postmortems.queries import (
    Progress,
    count_incidents,
    incident_for,
    list_incidents,
    required_reason_of,
)
from riskreg.postmortems.sight import systems_seen
from riskreg.web.api import (
    TEAM_ASKED,
    Asked,
    Data,
    One,
    Resource,
    Rows,
    iso,
    limit_of,
    numbered,
    offset_of,
    paged,
)
from riskreg.web.jinja import today
from riskreg.web.security import current_actor
from riskreg.web.shapes import Day, Flag, Items, Text, Thing, Whole, instant, word_of

SEVERITY = Whole(low=int(min(IncidentSeverity)), high=int(max(IncidentSeverity)))
POSTMORTEM = Thing(
    name="Postmortem",
    nullable=True,
    fields={
        "status": word_of(PostmortemStatus),
        "owner": Text(nullable=True, about=_l("An e-mail.")),
        "review_due_on": Day(nullable=True),
        "reviewed_at": instant().or_null(),
        "causes": Items(of=word_of(Cause)),
    },
)
INCIDENT = Thing(
    name="Incident",
    fields={
        "ref": Text(about=_l("What people call it, such as I-7.")),
        "title": Text(),
        "severity": Whole(low=SEVERITY.low, high=SEVERITY.high, about=_l("1 is the worst.")),
        "team": Text(about=_l("The slug of its team.")),
        "summary": Text(),
        "customer_effect": Text(),
        "customer_impact": Flag(),
        "budget_percent": Whole(nullable=True, about=_l("Of one error budget.")),
        "found_by": Text(words=tuple(FoundBy), nullable=True),
        **{name: instant().or_null() for name in TIMES},
        "systems": Items(of=Text(), about=_l("Keys of those it touched that you may see.")),
        "systems_not_seen": Whole(about=_l("How many more it touched.")),
        "needs_postmortem": Text(words=tuple(RequiredReason), nullable=True),
        "postmortem": POSTMORTEM,
        "version": Whole(),
    },
)
ASKED = paged(
    team=TEAM_ASKED,
    severity=SEVERITY,
    postmortem=word_of((*PostmortemStatus, *Progress)),
    cause=word_of(Cause),
    required=word_of(("1",), _l("It needs a post-mortem.")),
    q=Text(high=200, about=_l("A part of title or summary, or I-7.")),
    **{"from": Day(about=_l("It began that day or later."))},
    until=Day(about=_l("It began before that day.")),
)

incidents = Resource("incidents", item=INCIDENT, about=_l("What went wrong."))
RESOURCES = (incidents,)


@incidents.index(Permission.INCIDENT_VIEW, query=ASKED)
def index(asked: Asked) -> Rows:
    """Incidents with the filters and in the order of their page, the latest first."""
    team = team_for(current_actor, asked["team"]) if asked.get("team") else None
    args = {name: str(value) for name, value in asked.items()}
    wanted = filter_from(args, team=team, zone_name=current_actor.timezone)
    limit, offset, day = limit_of(asked), offset_of(asked), today()
    rows = list_incidents(current_actor, wanted, today=day, limit=limit, offset=offset)
    total = count_incidents(current_actor, wanted, today=day)
    return numbered(asked, [_told(row) for row in rows], total)


@incidents.show(Permission.INCIDENT_VIEW)
def show(ref: str) -> One:
    """One incident."""
    incident = incident_for(current_actor, ref)
    return One(data=_told(incident), where={"ref": incident.ref}, version=incident.version)


def _told(incident: Incident) -> Data:
    same = ("ref", "title", "severity", "summary", "customer_effect", "customer_impact")
    systems = systems_seen(current_actor, incident)
    return {
        **{name: getattr(incident, name) for name in (*same, "budget_percent", "found_by")},
        **{name: iso(getattr(incident, name)) for name in TIMES},
        "team": incident.team.slug,
        "systems": [system.key for system in systems.rows],
        "systems_not_seen": systems.hidden,
        "needs_postmortem": required_reason_of(incident),
        "postmortem": _postmortem(incident),
        "version": incident.version,
    }


def _postmortem(incident: Incident) -> Data | None:
    found = incident.postmortem
    if found is None:
        return None
    return {
        "status": found.status,
        "owner": found.owner.email if found.owner else None,
        "review_due_on": iso(found.review_due_on),
        "reviewed_at": iso(found.reviewed_at),
        "causes": [str(cause) for cause in found.causes or ()],
    }
