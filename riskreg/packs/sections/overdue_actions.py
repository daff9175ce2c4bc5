"""Promises that are overdue, the oldest first."""

from typing import Any

from flask_babel import gettext as _

from riskreg.actions.queries import ActionFilter, count_actions, list_actions
from riskreg.lib.dates import days_between
from riskreg.metrics.actions import DueGroup
from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section

SHOWN = 40


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """The overdue actions of the team and below, at most forty with the number of the rest."""
    wanted = ActionFilter(below=scope.team, group=DueGroup.OVERDUE)
    total = count_actions(actor, wanted, today=scope.on)
    rows = list_actions(actor, wanted, today=scope.on, limit=SHOWN)
    return {
        "rows": [
            {
                "ref": action.ref,
                "title": action.title,
                "priority": action.priority.value,
                "owner": action.owner.name if action.owner else "",
                "team": action.team.name,
                "due_on": action.due_on,
                "days": days_between(action.due_on, scope.on),
            }
            for action in rows
        ],
        "left_out": total - len(rows),
        "open": count_actions(actor, ActionFilter(below=scope.team), today=scope.on),
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """How many of how many, and the oldest of them."""
    if not data["open"]:
        return str(_("No promise is open."))
    if not data["rows"]:
        return str(_("None of the %(n)s open promises is past its day.", n=data["open"]))
    return str(
        _(
            "%(n)s of %(all)s open promises are past their day, the oldest by %(days)s days.",
            n=len(data["rows"]) + data["left_out"],
            all=data["open"],
            days=data["rows"][0]["days"],
        )
    )


SECTION = Section(
    key="overdue_actions",
    title=lambda: _("Overdue promises"),
    collect=collect,
    headline=headline,
)
