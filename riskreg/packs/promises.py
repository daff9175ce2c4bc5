"""The action items of one thing, frozen."""

from typing import Any

from riskreg.actions.queries import actions_of
from riskreg.org.models import Team
from riskreg.org.permissions import Actor


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


def outside(team: Team, teams: list[Team]) -> list[int]:
    """The ids of those that are neither the team nor below it, each once."""
    return sorted({other.id for other in teams if not other.path.startswith(team.path)})
