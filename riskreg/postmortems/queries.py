"""Reads of incidents and post-mortems: one, a filtered list, and what the figures are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import joinedload, selectinload

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.actions.origins import number_of
from riskreg.db import db
from riskreg.lib.dates import day_start, local_day
from riskreg.metrics.incidents import ended_at
from riskreg.metrics.linkage import LinkedIncident, Share
from riskreg.metrics.postmortems import (
    BUDGET_SHARE_REQUIRED,
    SEVERITY_REQUIRED,
    RequiredReason,
    coverage,
    required_reason,
)
from riskreg.metrics.postmortems import Postmortem as Dates
from riskreg.org.access import require, visible
from riskreg.org.history import was_below
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.postmortems.kinds import Cause, PostmortemStatus
from riskreg.postmortems.models import (
    Incident,
    IncidentSystem,
    Postmortem,
    PostmortemRisk,
    PostmortemStatement,
)
from riskreg.postmortems.template import WRITTEN, Section, template
from riskreg.risks.models import Risk


class Progress(StrEnum):
    """What the list can be filtered by beside the states of a post-mortem."""

    NONE = "none"
    MISSING = "missing"
    OVERDUE = "overdue"


@dataclass(frozen=True, kw_only=True)
class IncidentFilter:
    """What a list of incidents shows; the same for page, export and pack."""

    below: Branch | None = None
    severity: int | None = None
    system_id: int | None = None
    status: PostmortemStatus | None = None
    progress: Progress | None = None
    cause: Cause | None = None
    text: str = ""
    required: bool = False
    start_from: datetime | None = None
    start_until: datetime | None = None
    due_from: date | None = None
    due_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class ActionCount:
    """How many actions of an incident are open, of how many."""

    open: int = 0
    total: int = 0


def incident_for(
    actor: Actor, ref: str, permission: Permission = Permission.INCIDENT_VIEW
) -> Incident:
    """An incident by its name I-7, with its post-mortem; NotFound or Forbidden as roles say."""
    incident = None
    if (incident_id := number_of(ref, "I")) is not None:
        postmortem = joinedload(Incident.postmortem)
        query = _with_list_parts(select(Incident)).options(
            postmortem.joinedload(Postmortem.reviewed_by),
            postmortem.selectinload(Postmortem.ideas),
            postmortem.selectinload(Postmortem.risk_links)
            .joinedload(PostmortemRisk.risk)
            .joinedload(Risk.team),
            postmortem.selectinload(Postmortem.statement_links).joinedload(
                PostmortemStatement.statement
            ),
        )
        incident = db.session.scalar(query.where(Incident.id == incident_id))
    require(actor, permission, incident, view=Permission.INCIDENT_VIEW)
    assert incident is not None
    return incident


def list_incidents(
    actor: Actor, wanted: IncidentFilter, *, today: date, limit: int, offset: int = 0
) -> Sequence[Incident]:
    """A stretch of the filtered list, the latest first."""
    query = _with_list_parts(select(Incident)).where(_matches(actor, wanted, today))
    order = (Incident.impact_start_at.desc(), Incident.id.desc())
    return db.session.scalars(query.order_by(*order).limit(limit).offset(offset)).all()


def wanted_ids(actor: Actor, wanted: IncidentFilter, *, today: date) -> Select[int]:
    """The ids of the whole filtered list in its order, for exports."""
    order = (Incident.impact_start_at.desc(), Incident.id.desc())
    return select(Incident.id).where(_matches(actor, wanted, today)).order_by(*order)


def count_incidents(actor: Actor, wanted: IncidentFilter, *, today: date) -> int:
    """How many rows the filtered list has."""
    query = select(func.count(Incident.id)).where(_matches(actor, wanted, today))
    return db.session.scalar(query) or 0


def incidents_of(
    actor: Actor, *, risk_id: int | None = None, system_id: int | None = None, limit: int = 20
) -> Sequence[Incident]:
    """Incidents that touched a system or that a risk is linked to, the latest first."""
    ids = db.session.scalars(_LINKED, {"risk_id": risk_id}).all() if risk_id is not None else None
    if ids is not None and not ids:
        return []  # as for most risks
    query = _with_list_parts(select(Incident)).where(
        visible(actor, Permission.INCIDENT_VIEW, Incident.team_id)
    )
    if system_id is not None:
        query = query.where(_touches(system_id))
    if ids is not None:
        query = query.where(Incident.id.in_(ids))
    order = (Incident.impact_start_at.desc(), Incident.id.desc())
    return db.session.scalars(query.order_by(*order).limit(limit)).all()


_LINKED = (
    select(Postmortem.incident_id)
    .join(PostmortemRisk)
    .where(PostmortemRisk.risk_id == bindparam("risk_id"))
)


def action_counts(actor: Actor, incidents: Iterable[Incident]) -> dict[int, ActionCount]:
    """How many actions each incident has that the actor may see, by incident id."""
    ids = [incident.id for incident in incidents]
    is_open = case((ActionItem.status == ActionStatus.OPEN, 1), else_=0)
    query = (
        select(ActionItem.incident_id, func.sum(is_open), func.count(ActionItem.id))
        .where(ActionItem.incident_id.in_(ids))
        .where(visible(actor, Permission.ACTION_VIEW, ActionItem.team_id))
        .group_by(ActionItem.incident_id)
    )
    rows = db.session.execute(query)
    return {row[0]: ActionCount(open=row[1], total=row[2]) for row in rows}


def required_reason_of(incident: Incident) -> RequiredReason | None:
    """Why the incident needs a post-mortem; None when it does not."""
    percent = incident.budget_percent
    return required_reason(
        severity=incident.severity,
        customer_impact=incident.customer_impact,
        budget_share=None if percent is None else percent / 100,
    )


def is_short(incident: Incident) -> bool:
    """Whether the short form is enough."""
    return required_reason_of(incident) is None


def dates_of(postmortem: Postmortem, zone_name: str) -> Dates:
    """The post-mortem's dates as local days, for the formulas of riskreg.metrics.postmortems."""
    incident = postmortem.incident
    ended = ended_at({"mitigated_at": incident.mitigated_at, "resolved_at": incident.resolved_at})
    reviewed = postmortem.reviewed_at
    return Dates(
        ended_on=None if ended is None else local_day(ended, zone_name),
        due_on=postmortem.review_due_on,
        reviewed_on=None if reviewed is None else local_day(reviewed, zone_name),
    )


def reviews_due(
    actor: Actor, *, below: Branch | None, start: date, end: date, zone_name: str
) -> list[Dates]:
    """The post-mortems whose review is due in [start, end), for metrics.review_cohort."""
    wanted = IncidentFilter(below=below, due_from=start, due_until=end)
    query = (
        select(Postmortem)
        .join(Incident)
        .where(_matches(actor, wanted, end))
        .options(joinedload(Postmortem.incident))
        .order_by(Postmortem.id)
    )
    return [dates_of(each, zone_name) for each in db.session.scalars(query)]


def review_dates(
    actor: Actor, *, below: Branch | None, since: datetime, zone_name: str
) -> list[Dates]:
    """The post-mortems of incidents since then, and all not reviewed, for metrics.review_times."""
    wanted = _of_team(actor, below, Incident.impact_start_at)
    query = (
        select(Postmortem)
        .join(Incident)
        .where(wanted)
        .where(or_(Incident.impact_start_at >= since, Postmortem.reviewed_at.is_(None)))
        .options(joinedload(Postmortem.incident))
        .order_by(Postmortem.id)
    )
    return [dates_of(each, zone_name) for each in db.session.scalars(query)]


def started(actor: Actor, *, below: Branch | None, start: datetime, end: datetime) -> Share:
    """Of the incidents of [start, end) that need a post-mortem, how many have one."""
    wanted = IncidentFilter(below=below, required=True, start_from=start, start_until=end)
    query = (
        select(func.count(Incident.id), func.count(Postmortem.id))
        .outerjoin(Postmortem, Postmortem.incident_id == Incident.id)
        .where(_matches(actor, wanted, local_day(end, "UTC")))
    )
    required, begun = db.session.execute(query).one()
    return coverage(started=begun, required=required)


def linked_incidents(
    actor: Actor, *, below: Branch | None, start: datetime, end: datetime, zone_name: str
) -> list[LinkedIncident]:
    """The incidents of [start, end) that need a post-mortem, with when their risks were known.

    A risk is known from the day it was identified, or when it was filed if that is earlier.
    """
    wanted = IncidentFilter(below=below, required=True, start_from=start, start_until=end)
    query = (
        select(Incident)
        .where(_matches(actor, wanted, local_day(end, zone_name)))
        .options(
            joinedload(Incident.postmortem)
            .selectinload(Postmortem.risk_links)
            .joinedload(PostmortemRisk.risk)
        )
        .order_by(Incident.id)
    )
    return [_linked(incident, zone_name) for incident in db.session.scalars(query)]


def known_at(risk: Risk, zone_name: str) -> datetime:
    """Since when a risk was known: the day it was identified, or its filing if that is earlier."""
    return min(risk.created_at, day_start(risk.identified_on, zone_name))


def missing_sections(postmortem: Postmortem) -> list[Section]:
    """The sections that must hold something before the review and hold nothing yet."""
    short = is_short(postmortem.incident)
    return [
        section
        for section in template().sections
        if section.required and (section.brief or not short) and not _is_filled(postmortem, section)
    ]


def _linked(incident: Incident, zone_name: str) -> LinkedIncident:
    links = incident.postmortem.risk_links if incident.postmortem else []
    return LinkedIncident(
        impact_start_at=incident.impact_start_at,
        risks_created_at=tuple(known_at(each.risk, zone_name) for each in links if each.foresaw),
    )


def _is_filled(postmortem: Postmortem, section: Section) -> bool:
    """Whether something stands there; a list may be replaced by a sentence that says why not."""
    if str(postmortem.sections.get(section.key, "")).strip():
        return True
    if section.kind in WRITTEN:
        return False
    if section.kind == "risks":
        return bool(postmortem.risk_links)
    query = select(ActionItem.id).where(ActionItem.incident_id == postmortem.incident_id)
    return section.kind == "actions" and db.session.scalar(query.limit(1)) is not None


def _matches(actor: Actor, wanted: IncidentFilter, today: date) -> ColumnElement[bool]:
    seen = _of_team(actor, wanted.below, _counted_on(wanted))
    return and_(seen, *_about_incident(wanted), *_about_postmortem(wanted, today))


def _of_team(actor: Actor, below: Branch | None, when: Any) -> ColumnElement[bool]:
    """What the actor may see of the team and below; with `when`, of those it had then."""
    if when is None:
        return visible(actor, Permission.INCIDENT_VIEW, Incident.team_id, below=below)
    seen = visible(actor, Permission.INCIDENT_VIEW, Incident.team_id)
    return and_(seen, was_below(Incident, when, below))


def _counted_on(wanted: IncidentFilter) -> Any:
    """The day on which an incident of a past stretch was somebody's; None where none is asked."""
    if wanted.start_from is not None or wanted.start_until is not None:
        return Incident.impact_start_at
    if wanted.due_from is None and wanted.due_until is None:
        return None
    due = select(Postmortem.review_due_on).where(Postmortem.incident_id == Incident.id)
    return due.correlate(Incident).scalar_subquery()


def _about_incident(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.severity is not None:
        conditions.append(Incident.severity == wanted.severity)
    if wanted.system_id is not None:
        conditions.append(_touches(wanted.system_id))
    if wanted.required:
        conditions.append(_needs_postmortem())
    if wanted.text:
        conditions.append(_says(wanted.text))
    return conditions + _between(Incident.impact_start_at, wanted.start_from, wanted.start_until)


def _about_postmortem(wanted: IncidentFilter, today: date) -> list[ColumnElement[bool]]:
    has = Incident.postmortem.has
    progress = {
        Progress.NONE: ~has(),
        Progress.MISSING: and_(~has(), _needs_postmortem()),
        Progress.OVERDUE: has(
            and_(Postmortem.review_due_on < today, Postmortem.reviewed_at.is_(None))
        ),
    }
    conditions = [progress[wanted.progress]] if wanted.progress else []
    if wanted.status is not None:
        conditions.append(has(Postmortem.status == wanted.status))
    if wanted.cause is not None:
        conditions.append(has(_tagged(wanted.cause)))
    due = _between(Postmortem.review_due_on, wanted.due_from, wanted.due_until)
    return conditions + [has(condition) for condition in due]


def _between(field: Any, start: object, end: object) -> list[ColumnElement[bool]]:
    """The field in [start, end); None is no limit."""
    limits = [] if start is None else [field >= start]
    return limits if end is None else [*limits, field < end]


def _needs_postmortem() -> ColumnElement[bool]:
    """The same in SQL as `riskreg.metrics.postmortems.required_reason`; a test keeps them equal."""
    return or_(
        Incident.severity <= SEVERITY_REQUIRED,
        Incident.customer_impact,
        func.coalesce(Incident.budget_percent, 0) >= BUDGET_SHARE_REQUIRED * 100,
    )


def _touches(system_id: int) -> ColumnElement[bool]:
    touched = select(IncidentSystem.incident_id).where(IncidentSystem.system_id == system_id)
    return Incident.id.in_(touched)


def _tagged(cause: Cause) -> ColumnElement[bool]:
    """JSON as text: the words of the causes are plain and none is part of another."""
    return cast(Postmortem.causes, Text).contains(f'"{cause.value}"')


def _says(text: str) -> ColumnElement[bool]:
    number = number_of(text, "I")
    return or_(
        Incident.title.icontains(text, autoescape=True),
        Incident.summary.icontains(text, autoescape=True),
        Incident.id == number if number is not None else false(),
    )


def _with_list_parts(query: Select[Incident]) -> Select[Incident]:
    return query.options(
        joinedload(Incident.team),
        selectinload(Incident.systems).joinedload(System.team),
        joinedload(Incident.postmortem).joinedload(Postmortem.owner),
    )
