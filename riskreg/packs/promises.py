"""The action items of one thing, or the open ones of several risks, frozen."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.actions.queries import actions_of
from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission


def promises_of(
    actor: Actor, team: Team, *, risk_id: int | None = None, incident_id: int | None = None
) -> tuple[list[dict[str, Any]], list[int]]:
    """The actions of a risk or an incident, and the ids of other teams that they are from."""
    found = actions_of(actor, risk_id=risk_id, incident_id=incident_id)
    rows = [
        {
            "ref": action.ref,
            "title": action.title,
            "owner": action.owner.name if action.owner else "",
            "due_on": action.due_on,
            "original_due_on": action.original_due_on,
            "status": action.status.value,
        }
        for action in found
    ]
    return rows, outside(team, [action.team for action in found])


def plans_of(
    actor: Actor, team: Team, risk_ids: Sequence[int]
) -> tuple[dict[int, list[dict[str, Any]]], list[int]]:
    """The open actions of each risk, the one due first before others, and whose they are else."""
    query = (
        select(ActionItem)
        .where(
            visible(actor, Permission.ACTION_VIEW, ActionItem.team_id),
            ActionItem.risk_id.in_(risk_ids),
            ActionItem.status == ActionStatus.OPEN,
        )
        .options(joinedload(ActionItem.owner), joinedload(ActionItem.team))
        .order_by(ActionItem.due_on, ActionItem.id)
    )
    found = db.session.scalars(query).all()
    plans: dict[int, list[dict[str, Any]]] = {number: [] for number in risk_ids}
    for action in found:
        assert action.risk_id is not None
        plans[action.risk_id].append(
            {
                "ref": action.ref,
                "title": action.title,
                "owner": action.owner.name if action.owner else "",
                "due_on": action.due_on,
            }
        )
    return plans, outside(team, [action.team for action in found])


def outside(team: Team, teams: list[Team]) -> list[int]:
    """The ids of those that are neither the team nor below it, each once."""
    return sorted({other.id for other in teams if not other.path.startswith(team.path)})
