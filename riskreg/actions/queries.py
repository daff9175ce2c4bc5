"""Reads of action items: one, a filtered list in groups, and counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import joinedload, selectinload

from riskreg.actions.kinds import ActionStatus, ActionType, Priority
from riskreg.actions.models import ActionItem, Slip
from riskreg.actions.origins import OriginKind, came_from, number_of, of_system
from riskreg.db import db
from riskreg.lib.dates import day_start, local_day
from riskreg.metrics import actions as clocks
from riskreg.metrics.actions import Bucket, DueGroup
from riskreg.org.access import require, team_ids, visible
from riskreg.org.history import was_below
from riskreg.org.models import Person
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch

RECENT_DAYS = 30
RECENT_ROWS = 20


@dataclass(frozen=True, kw_only=True)
class ActionFilter:
    """What a list of actions shows; the same for page, export and pack."""

    below: Branch | None = None
    status: ActionStatus | None = ActionStatus.OPEN
    group: DueGroup | None = None
    owner_id: int | None = None
    type: ActionType | None = None
    priority: Priority | None = None
    origin: OriginKind | None = None
    text: str = ""
    original_from: date | None = None
    original_until: date | None = None
    promised_from: datetime | None = None
    promised_until: datetime | None = None
    due_from: date | None = None
    due_until: date | None = None
    moved: bool = False


@dataclass(frozen=True, kw_only=True)
class Ages:
    """Open actions by age and by delay, those that were moved, and how often in all."""

    age: Mapping[Bucket, int]
    delay: Mapping[Bucket, int]
    moved: int
    slips: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many actions of a filter stand where; `done` are those of the last 30 days."""

    overdue: int
    this_week: int
    later: int
    done: int

    @property
    def open(self) -> int:
        """All that are not closed."""
        return self.overdue + self.this_week + self.later


def action_for(
    actor: Actor, ref: str, permission: Permission = Permission.ACTION_VIEW
) -> ActionItem:
    """An action by its name A-31; NotFound or Forbidden as the actor's roles say."""
    action = None
    if (action_id := number_of(ref, "A")) is not None:
        action = db.session.scalar(
            _with_people(select(ActionItem)).where(ActionItem.id == action_id)
        )
    require(actor, permission, action, view=Permission.ACTION_VIEW)
    assert action is not None
    return action


def actions_of(
    actor: Actor,
    *,
    risk_id: int | None = None,
    incident_id: int | None = None,
    review_id: int | None = None,
    system_id: int | None = None,
    accepted_risk_id: int | None = None,
) -> Sequence[ActionItem]:
    """Actions that came from one thing, open ones first by due date; at least one id is needed.

    Those of a system came from its risks, its incidents and its reviews. Those of an accepted risk
    will not be done, and it stays for them.
    """
    conditions = _equal(risk_id=risk_id, incident_id=incident_id, review_id=review_id)
    conditions += _equal(accepted_risk_id=accepted_risk_id)
    if system_id is not None:
        conditions.append(of_system(system_id))
    assert conditions, "name what the actions came from"
    query = _with_people(select(ActionItem)).where(
        visible(actor, Permission.ACTION_VIEW, ActionItem.team_id), *conditions
    )
    return db.session.scalars(query.order_by(*_due_order())).all()


class ActionLine(NamedTuple):
    """An action as the page of its risk lists it, without an object behind it."""

    id: int
    title: str
    priority: Priority
    status: ActionStatus
    due_on: date
    owner_name: str | None

    @property
    def ref(self) -> str:
        """What people call it: A-31."""
        return f"A-{self.id}"


def lines_of(actor: Actor, *, risk_id: int) -> list[ActionLine]:
    """Actions that came from a risk that the actor sees, open ones first by due date."""
    seen = team_ids(actor, Permission.ACTION_VIEW)
    query = _lines(None if seen is None else tuple(seen))
    rows = db.session.connection().execute(query, {"risk_id": risk_id, "me": actor.own_id})
    return [ActionLine(*row) for row in rows]


def list_actions(
    actor: Actor, wanted: ActionFilter, *, today: date, limit: int, offset: int = 0
) -> Sequence[ActionItem]:
    """A stretch of the filtered list: open ones by due date, closed ones newest first."""
    query = _with_people(select(ActionItem)).where(_matches(actor, wanted, today))
    order = _due_order() if wanted.status in {None, ActionStatus.OPEN} else _closed_order()
    return db.session.scalars(query.order_by(*order).limit(limit).offset(offset)).all()


def wanted_ids(actor: Actor, wanted: ActionFilter, *, today: date) -> Select[int]:
    """The ids of the whole filtered list in its order, for exports."""
    order = _due_order() if wanted.status in {None, ActionStatus.OPEN} else _closed_order()
    return select(ActionItem.id).where(_matches(actor, wanted, today)).order_by(*order)


def count_actions(actor: Actor, wanted: ActionFilter, *, today: date) -> int:
    """How many rows the filtered list has."""
    query = select(func.count(ActionItem.id)).where(_matches(actor, wanted, today))
    return db.session.scalar(query) or 0


def counts(actor: Actor, wanted: ActionFilter, *, today: date, now: datetime) -> Counts:
    """How many actions stand in each group, whatever status and group the filter names."""
    monday = clocks.next_week_start(today)
    is_open = ActionItem.status == ActionStatus.OPEN
    parts = (
        and_(is_open, ActionItem.due_on < today),
        and_(is_open, ActionItem.due_on >= today, ActionItem.due_on < monday),
        and_(is_open, ActionItem.due_on >= monday),
        and_(~is_open, ActionItem.closed_at >= now - timedelta(days=RECENT_DAYS)),
    )
    sums = [func.coalesce(func.sum(case((part, 1), else_=0)), 0) for part in parts]
    query = select(*sums).where(_narrowed(actor, wanted))
    overdue, this_week, later, done = db.session.execute(query).one()
    return Counts(overdue=overdue, this_week=this_week, later=later, done=done)


def ages(actor: Actor, wanted: ActionFilter, *, today: date, zone_name: str) -> Ages:
    """How long the open actions of a filter have been promised and overdue, and their slips."""
    limits = clocks.bucket_days(today)
    promised = [
        _promised(
            None if first is None else day_start(first, zone_name),
            None if last is None else day_start(last + timedelta(days=1), zone_name),
        )
        for first, last in limits.values()
    ]
    overdue = [
        _due(first, min(last + timedelta(days=1), today) if last else today)
        for first, last in limits.values()
    ]
    parts = [*promised, *overdue, _was_moved()]
    slips = select(func.count(Slip.id)).where(Slip.action_id == ActionItem.id).scalar_subquery()
    counted = [*(case((part, 1), else_=0) for part in parts), slips]
    sums = [func.coalesce(func.sum(each), 0) for each in counted]
    is_open = and_(_narrowed(actor, wanted), ActionItem.status == ActionStatus.OPEN)
    *found, moved, slipped = (
        int(n) for n in db.session.execute(select(*sums).where(is_open)).one()
    )
    size = len(limits)
    return Ages(
        age=dict(zip(limits, found[:size], strict=True)),
        delay=dict(zip(limits, found[size:], strict=True)),
        moved=moved,
        slips=slipped,
    )


def recently_closed(actor: Actor, wanted: ActionFilter, *, now: datetime) -> Sequence[ActionItem]:
    """What was closed in the last 30 days under the same filter, newest first, 20 at most."""
    query = _with_people(select(ActionItem)).where(
        _narrowed(actor, wanted),
        ActionItem.status != ActionStatus.OPEN,
        ActionItem.closed_at >= now - timedelta(days=RECENT_DAYS),
    )
    return db.session.scalars(query.order_by(*_closed_order()).limit(RECENT_ROWS)).all()


def grouped(
    actions: Iterable[ActionItem], *, today: date
) -> list[tuple[DueGroup, list[ActionItem]]]:
    """A page of the list parted into its groups, empty ones left out."""
    groups: dict[DueGroup, list[ActionItem]] = {group: [] for group in DueGroup}
    for action in actions:
        groups[clocks.due_group(days_of(action, "UTC"), today)].append(action)
    return [(group, rows) for group, rows in groups.items() if rows]


def on_time(
    actor: Actor, wanted: ActionFilter, *, start: date, end: date, zone_name: str
) -> Sequence[clocks.Action]:
    """The actions first due in [start, end), for riskreg.metrics.actions.on_time_cohort.

    Of the filter, the team and the owner count; whatever else it says is left out.
    """
    first_due = ActionFilter(
        below=wanted.below, owner_id=wanted.owner_id, original_from=start, original_until=end
    )
    query = select(ActionItem).where(_narrowed(actor, first_due)).order_by(ActionItem.id)
    return [days_of(action, zone_name) for action in db.session.scalars(query)]


def days_of(action: ActionItem, zone_name: str) -> clocks.Action:
    """The action's dates as local days of a zone, for the formulas of riskreg.metrics.actions."""
    return clocks.Action(
        status=action.status,
        committed_on=local_day(action.committed_at, zone_name),
        original_due_on=action.original_due_on,
        due_on=action.due_on,
        closed_on=local_day(action.closed_at, zone_name) if action.closed_at else None,
    )


def slips_of(action: ActionItem) -> int:
    """How often the due date changed."""
    return clocks.slips([*(slip.from_on for slip in action.slips), action.due_on])


def owners(actor: Actor, *, below: Branch | None) -> Sequence[tuple[int, str]]:
    """(id, name) of everybody who owns an action in sight, by name."""
    query = (
        select(Person.id, Person.name)
        .where(
            Person.id.in_(
                select(ActionItem.owner_id).where(
                    visible(actor, Permission.ACTION_VIEW, ActionItem.team_id, below=below)
                )
            )
        )
        .order_by(Person.name, Person.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def _matches(actor: Actor, wanted: ActionFilter, today: date) -> ColumnElement[bool]:
    """Everything the filter says."""
    status = true() if wanted.status is None else ActionItem.status == wanted.status
    return and_(_narrowed(actor, wanted), status, _in_group(wanted.group, today))


def _narrowed(actor: Actor, wanted: ActionFilter) -> ColumnElement[bool]:
    """Everything the filter says but status and group, and what the actor may see."""
    conditions = _equal(owner_id=wanted.owner_id, type=wanted.type, priority=wanted.priority)
    if wanted.origin is not None:
        conditions.append(came_from(wanted.origin))
    if wanted.text:
        conditions.append(_says(wanted.text))
    if wanted.original_from is not None:
        conditions.append(ActionItem.original_due_on >= wanted.original_from)
    if wanted.original_until is not None:
        conditions.append(ActionItem.original_due_on < wanted.original_until)
    conditions.append(_promised(wanted.promised_from, wanted.promised_until))
    conditions.append(_due(wanted.due_from, wanted.due_until))
    if wanted.moved:
        conditions.append(_was_moved())
    return and_(_of_team(actor, wanted), *conditions)


def _of_team(actor: Actor, wanted: ActionFilter) -> ColumnElement[bool]:
    """What the actor may see of the team and below; of a past stretch, of those it had then."""
    if wanted.original_from is None and wanted.original_until is None:
        return visible(actor, Permission.ACTION_VIEW, ActionItem.team_id, below=wanted.below)
    seen = visible(actor, Permission.ACTION_VIEW, ActionItem.team_id)
    return and_(seen, was_below(ActionItem, ActionItem.original_due_on, wanted.below))


def _promised(start: datetime | None, end: datetime | None) -> ColumnElement[bool]:
    """Promised in [start, end); None is no limit."""
    after = true() if start is None else ActionItem.committed_at >= start
    return after if end is None else and_(after, ActionItem.committed_at < end)


def _due(start: date | None, end: date | None) -> ColumnElement[bool]:
    """Due now in [start, end); None is no limit."""
    after = true() if start is None else ActionItem.due_on >= start
    return after if end is None else and_(after, ActionItem.due_on < end)


def _was_moved() -> ColumnElement[bool]:
    return ActionItem.id.in_(select(Slip.action_id))


def _equal(**values: object) -> list[ColumnElement[bool]]:
    given = {name: value for name, value in values.items() if value is not None}
    return [getattr(ActionItem, name) == value for name, value in given.items()]


def _says(text: str) -> ColumnElement[bool]:
    number = number_of(text, "A")
    return or_(
        ActionItem.title.icontains(text, autoescape=True),
        ActionItem.detail.icontains(text, autoescape=True),
        ActionItem.id == number if number is not None else false(),
    )


def _in_group(group: DueGroup | None, today: date) -> ColumnElement[bool]:
    monday = clocks.next_week_start(today)
    due = ActionItem.due_on
    return {
        None: true(),
        DueGroup.OVERDUE: due < today,
        DueGroup.THIS_WEEK: and_(due >= today, due < monday),
        DueGroup.LATER: due >= monday,
        DueGroup.CLOSED: ActionItem.status != ActionStatus.OPEN,
    }[group]


def _due_order() -> tuple[ColumnElement[Any], ...]:
    closed = case((ActionItem.status == ActionStatus.OPEN, 0), else_=1)
    return closed, ActionItem.due_on.asc(), ActionItem.id.asc()


def _closed_order() -> tuple[ColumnElement[Any], ...]:
    return ActionItem.closed_at.desc(), ActionItem.id.desc()


@lru_cache(maxsize=128)
def _lines(seen: tuple[int, ...] | None) -> Select[Any]:
    """Built once for each set of teams (None: all)."""
    shown = (getattr(ActionItem, name) for name in ActionLine._fields[:-1])
    query = select(*shown, Person.name).outerjoin(Person, Person.id == ActionItem.owner_id)
    query = query.where(ActionItem.risk_id == bindparam("risk_id"))
    if seen is not None:
        mine = or_(ActionItem.owner_id == bindparam("me"), ActionItem.is_confidential)
        query = query.where(or_(ActionItem.team_id.in_(seen), mine))
    return query.order_by(*_due_order())


def _with_people(query: Select[ActionItem]) -> Select[ActionItem]:
    return query.options(
        joinedload(ActionItem.team),
        joinedload(ActionItem.owner),
        joinedload(ActionItem.closed_by),
        selectinload(ActionItem.slips),
    )
