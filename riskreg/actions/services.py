"""Writes of action items: promise, reassign, reschedule, close, decline, reopen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any, TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import insert

from riskreg.actions.kinds import ActionStatus, ActionType, Priority
from riskreg.actions.models import ActionItem, Slip
from riskreg.actions.once import made_with
from riskreg.audit.plain import plain
from riskreg.audit.rows import TOLD, wrote
from riskreg.audit.services import changed, record, record_all
from riskreg.db import db
from riskreg.errors import Conflict, Invalid, Stale
from riskreg.lib.dates import local_day, now
from riskreg.metrics import actions as clocks
from riskreg.org.access import require
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.sessions import actor_of

ORIGINS = ("risk_id", "incident_id", "review_id")
RANK = {priority: rank for rank, priority in enumerate(Priority)}  # the most urgent is 0
# Ids below zero name rows that are rolled back, so that a trial uses up no number.
_trial_ids = count(-1, -1)
# Who files the risk that stays when an action will not be done: (actor, action, reason, at) to the
# number of the risk. The register stands above this feature and says so when it is loaded.
FileRisk = Callable[[Actor, ActionItem, str, datetime], int]
_file_risk: list[FileRisk] = []
EDITABLE = ("title", "detail", "type", "external_url", "verify_how")


class ActionValues(TypedDict, total=False):
    """What may be said about a new action beside its title, team and owner."""

    detail: str
    type: ActionType
    priority: Priority
    due_on: date | None
    committed_at: datetime | None
    external_url: str
    verify_how: str
    risk_id: int | None
    incident_id: int | None
    review_id: int | None
    form_key: str | None


@dataclass(frozen=True, kw_only=True)
class NewAction:
    """An action to promise, as `create_action` takes it."""

    team: Team
    title: str
    owner: Person | None
    values: ActionValues


def create_action(
    actor: Actor, *, team: Team, title: str, owner: Person | None, **values: Unpack[ActionValues]
) -> ActionItem:
    """A new promise of a team; due after the days of its priority unless `due_on` is given.

    Defaults: type prevent, priority P2, committed now. At most one of risk_id, incident_id and
    review_id. A `form_key` that was used already returns the action made then. Raises Invalid
    with the field.
    """
    made = made_with(ActionItem, values.get("form_key"))
    if made is not None:
        _may_edit(actor, made)
        return made
    action, shown = _new_action(
        actor, NewAction(team=team, title=title, owner=owner, values=values)
    )
    db.session.add(action)
    db.session.flush()
    record(actor=actor, action="action.create", subject=action, changes=shown)
    return action


def create_actions(
    actor: Actor, new_actions: Sequence[NewAction], *, is_trial: bool = False
) -> None:
    """Many promises, each as by `create_action`, in few statements.

    A trial is for a caller that rolls back: it takes no numbers.
    """
    made = [_new_action(actor, new) for new in new_actions]
    if not made:
        return
    rows = [_columns(action) for action, _shown in made]
    if is_trial:
        rows = [{**row, "id": next(_trial_ids)} for row in rows]
    numbered = insert(ActionItem).returning(ActionItem.id, sort_by_parameter_order=True)
    ids = db.session.scalars(numbered, rows, execution_options=TOLD).all()
    wrote("action_item", zip(ids, rows, strict=True))
    for (action, _shown), row, number in zip(made, rows, ids, strict=True):
        action.id, action.team_id = number, row["team_id"]
    record_all(actor=actor, action="action.create", acts=made)


def update_action(
    actor: Actor, action: ActionItem, values: Mapping[str, Any], *, version: int | None = None
) -> ActionItem:
    """Change title, detail, type, link or how it is verified, and the priority.

    A raised priority brings the due date forward to where the new one would have put it, never
    back. `version` is the one the person saw; raises Stale when it is not the stored one.
    """
    _may_edit(actor, action)
    _refuse_stale(action, values, version)
    _refuse("title" in values and not values["title"].strip(), "title", _("Say what will be done."))
    changes = changed(action, {name: values[name] for name in EDITABLE if name in values})
    if values.get("priority", action.priority) != action.priority:
        changes |= _reprioritise(actor, action, Priority(values["priority"]))
    if changes:
        _keep(actor, "action.update", action, changes)
    return action


def reassign(actor: Actor, action: ActionItem, owner: Person | None) -> ActionItem:
    """Give the action to somebody else; raises Invalid when they may not see the team's actions."""
    _may_edit(actor, action)
    if action.owner is not owner:
        old, action.owner = action.owner, _checked_owner(owner, action.team)
        names = [old.name if old else None, owner.name if owner else None]
        _keep(actor, "action.reassign", action, {"owner": names})
    return action


def reschedule_action(
    actor: Actor, action: ActionItem, to_on: date, reason: str, *, at: datetime | None = None
) -> ActionItem:
    """Move the due date and keep the reason; the original due date stays as it was."""
    _may_edit(actor, action)
    _demand_open(action)
    _refuse(not reason.strip(), "reason", _("Say why the date moves."))
    _refuse(to_on == action.due_on, "due_on", _("It is due on that day already."))
    committed_on = local_day(action.committed_at, actor.timezone)
    _refuse(to_on < committed_on, "due_on", _("The due date is before the promise was made."))
    changes = _move(actor, action, to_on, reason=reason.strip(), at=at or now())
    _keep(actor, "action.reschedule", action, changes, note=reason.strip())
    return action


def close_action(
    actor: Actor, action: ActionItem, evidence: str, *, at: datetime | None = None
) -> ActionItem:
    """Done, with a word of evidence. Raises Invalid without one, Conflict when it is not open."""
    _refuse(not evidence.strip(), "evidence", _("Say in a word how we know that it is done."))
    return _end(actor, action, ActionStatus.DONE, evidence.strip(), at)


def wont_do(
    actor: Actor, action: ActionItem, reason: str, *, at: datetime | None = None
) -> ActionItem:
    """Not to be done, with the reason; what stays is filed as an accepted risk, linked both ways.

    Raises Invalid without a reason, Conflict when it is not open.
    """
    _refuse(not reason.strip(), "reason", _("Say why it will not be done."))
    _may_edit(actor, action)
    _demand_open(action)
    for file_risk in _file_risk:
        action.accepted_risk_id = file_risk(actor, action, reason.strip(), at or now())
    return _end(actor, action, ActionStatus.WONT_DO, reason.strip(), at)


def when_declined(file_risk: FileRisk) -> None:
    """Have the register file the risk that stays; called once, when the register is loaded."""
    if file_risk not in _file_risk:
        _file_risk.append(file_risk)


def reopen_action(actor: Actor, action: ActionItem, *, reason: str = "") -> ActionItem:
    """Open again, with the due date it had; the trail keeps the evidence given before."""
    _may_edit(actor, action)
    if action.status == ActionStatus.OPEN:
        raise Conflict(_("%(ref)s is open already.", ref=action.ref))
    values = {"status": ActionStatus.OPEN, "closed_at": None, "closed_by": None, "evidence": ""}
    changes = changed(action, values)
    _keep(actor, "action.reopen", action, _named(changes), note=reason.strip())
    return action


def _new_action(actor: Actor, new: NewAction) -> tuple[ActionItem, dict[str, list[Any]]]:
    """An action that is not stored yet, and what the trail will say of it."""
    team, title, owner = new.team, new.title, new.owner
    values: dict[str, Any] = {**new.values}
    require(actor, Permission.ACTION_EDIT, team, view=Permission.TEAM_VIEW)
    committed_at = values.pop("committed_at", None) or now()
    given_on = values.pop("due_on", None)
    priority = values.pop("priority", Priority.P2)
    committed_on = local_day(committed_at, actor.timezone)
    came_from = {name: values[name] for name in ORIGINS if values.get(name) is not None}
    _refuse(len(came_from) > 1, "origin", _("An action comes from one place."))
    due_on = given_on or clocks.default_due(committed_on, priority)
    _refuse(not title.strip(), "title", _("Say what will be done."))
    _refuse(due_on < committed_on, "due_on", _("The due date is before the promise was made."))
    action = ActionItem(
        **{"type": ActionType.PREVENT, **values},
        team=team,
        title=title.strip(),
        owner=_checked_owner(owner, team),
        priority=priority,
        committed_at=committed_at,
        original_due_on=due_on,
        due_on=due_on,
    )
    shown = {"title": title, "owner": owner and owner.name, "priority": priority, "due_on": due_on}
    return action, {field: [None, value] for field, value in (shown | came_from).items()}


def _columns(action: ActionItem) -> dict[str, Any]:
    """What is stored of a new action, for a statement that stores many."""
    names = ("title", "type", "priority", "committed_at", "original_due_on", "due_on", *ORIGINS)
    texts = ("detail", "external_url", "verify_how")
    return {
        **{name: getattr(action, name) for name in names},
        **{name: getattr(action, name) or "" for name in texts},
        "status": ActionStatus.OPEN,
        "evidence": "",
        "team_id": action.team.id,
        "owner_id": action.owner.id if action.owner else None,
        "version": 1,
    }


def _end(
    actor: Actor, action: ActionItem, status: ActionStatus, words: str, at: datetime | None
) -> ActionItem:
    _may_edit(actor, action)
    _demand_open(action)
    by = db.session.get(Person, actor.person_id) if actor.person_id else None
    values = {"status": status, "closed_at": at or now(), "closed_by": by, "evidence": words}
    changes = changed(action, values)
    if status == ActionStatus.WONT_DO and action.accepted_risk_id is not None:
        changes["accepted_risk"] = [None, f"R-{action.accepted_risk_id}"]
    verb = "action.close" if status == ActionStatus.DONE else "action.decline"
    _keep(actor, verb, action, _named(changes), note=words)
    return action


def _reprioritise(actor: Actor, action: ActionItem, new: Priority) -> dict[str, list[Any]]:
    old = action.priority
    changes = changed(action, {"priority": new})
    if action.status != ActionStatus.OPEN or RANK[new] >= RANK[old]:
        return changes
    committed_on = local_day(action.committed_at, actor.timezone)
    due_on = clocks.due_after_priority_change(action.due_on, committed_on, new)
    if due_on != action.due_on:
        reason = _("Priority changed from %(old)s to %(new)s.", old=old, new=new)
        changes |= _move(actor, action, due_on, reason=reason, at=now())
    return changes


def _move(
    actor: Actor, action: ActionItem, to_on: date, *, reason: str, at: datetime
) -> dict[str, list[Any]]:
    slip = Slip(from_on=action.due_on, to_on=to_on, reason=reason, by_id=actor.person_id, at=at)
    action.slips.append(slip)
    return changed(action, {"due_on": to_on})


def _checked_owner(owner: Person | None, team: Team) -> Person | None:
    """The owner, if they may see the actions of the team: else nobody would be told."""
    if owner is None:
        return None
    _refuse(not owner.is_active, "owner", _("%(name)s has left.", name=owner.name))
    sees = actor_of(owner).may(Permission.ACTION_VIEW, team.path)
    words = _(
        "%(name)s has no role in %(team)s and could not see it.", name=owner.name, team=team.name
    )
    _refuse(not sees, "owner", words)
    return owner


def _may_edit(actor: Actor, action: ActionItem) -> None:
    require(actor, Permission.ACTION_EDIT, action, view=Permission.ACTION_VIEW)


def _demand_open(action: ActionItem) -> None:
    if action.status != ActionStatus.OPEN:
        raise Conflict(_("%(ref)s is closed already. Reopen it first.", ref=action.ref))


def _refuse(wrong: bool, field: str, message: str) -> None:
    if wrong:
        raise Invalid(message, field=field)


def _refuse_stale(action: ActionItem, values: Mapping[str, Any], version: int | None) -> None:
    if version is None or version == action.version:
        return
    fields = [name for name in (*EDITABLE, "priority") if name in values]
    raise Stale(
        _(
            "Somebody else changed %(ref)s while you were working on it. Nothing was saved.",
            ref=action.ref,
        ),
        theirs={name: str(plain(getattr(action, name))) for name in fields},
        yours={name: str(plain(values[name])) for name in fields},
    )


def _named(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """People by their names, so that the trail reads without looking ids up."""
    return {
        field: [value.name if isinstance(value, Person) else value for value in pair]
        for field, pair in changes.items()
    }


def _keep(
    actor: Actor, verb: str, action: ActionItem, changes: dict[str, list[Any]], *, note: str = ""
) -> None:
    db.session.flush()
    record(actor=actor, action=verb, subject=action, changes=changes, note=note)
