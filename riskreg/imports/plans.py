"""Listed actions of a file: action items where a day is still to come, a plan in words otherwise.

A day that has passed says nothing about whether the work was done, and a step without a day is an
intention, not a promise: both stay in the description of the risk.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.actions.services import NewAction, create_actions, reschedule_action
from riskreg.db import db
from riskreg.imports.kinds import RiskRow
from riskreg.imports.remarks import Remarks
from riskreg.imports.texts import gettext as _
from riskreg.lib.dates import local_day, now
from riskreg.lib.text import clean_line, fold
from riskreg.org.permissions import Actor
from riskreg.risks.kinds import Status
from riskreg.risks.models import Risk

TITLE_CHARS_MAX = 200


class Plans:
    """The actions of the risks of a file; those that a risk has already are not promised twice."""

    def __init__(self, actor: Actor, remarks: Remarks, *, column: str, source: str) -> None:
        self._actor, self._remarks, self._column = actor, remarks, column
        self._why = _("As stated in %(file)s.", file=source)
        self._today = local_day(now(), actor.timezone)
        self._known: dict[int, dict[str, ActionItem]] = {}

    def load(self, risk_ids: Iterable[int]) -> None:
        """Read the actions of stored risks; forgets those of the last call."""
        self._known = {}
        query = select(ActionItem).where(ActionItem.risk_id.in_(list(risk_ids)))
        for action in db.session.scalars(query.order_by(ActionItem.id.desc())):
            assert action.risk_id is not None
            self._known.setdefault(action.risk_id, {})[fold(action.title)] = action

    def planned(self, row: RiskRow, risk: Risk | None) -> tuple[str, ...]:
        """The listed actions that are and become no action items."""
        if not row.actions or self._is_promise(row):
            return ()
        if row.due_on is not None and row.status is not Status.CLOSED:
            message = _(
                "The actions were due on a day that has passed, and the file does not say whether "
                "they were done; they stand in the description, not among the open actions."
            )
            self._remarks.warn(row.line, self._column, message)
        known = self._known.get(risk.id, {}) if risk else {}
        return tuple(step for step in row.actions if fold(_title(step)) not in known)

    def missing(self, row: RiskRow, risk: Risk) -> list[NewAction]:
        """The action items to make for a risk that is stored by now, owned by nobody yet."""
        if not self._is_promise(row):
            return []
        known = self._known.get(risk.id, {})
        return [
            NewAction(
                team=risk.team,
                title=title,
                owner=None,
                values={
                    "due_on": row.due_on,
                    "risk_id": risk.id,
                    "detail": "" if title == clean_line(step) else step,
                },
            )
            for title, step in {_title(step): step for step in row.actions}.items()
            if fold(title) not in known
        ]

    def reschedule(self, row: RiskRow, risk: Risk) -> bool:
        """Move the days of open actions to the file's, where the file's changed since."""
        moved = False
        for title in map(_title, row.actions):
            action = self._known.get(risk.id, {}).get(fold(title))
            if action is not None and self._is_moved(action, row.due_on):
                assert row.due_on is not None
                reschedule_action(self._actor, action, row.due_on, self._why)
                moved = True
        return moved

    def promise(self, actions: list[NewAction], *, is_trial: bool) -> None:
        """Make action items."""
        if actions:
            create_actions(self._actor, actions, is_trial=is_trial)

    def _is_promise(self, row: RiskRow) -> bool:
        is_to_come = row.due_on is not None and row.due_on >= self._today
        return bool(row.actions) and is_to_come and row.status is not Status.CLOSED

    def _is_moved(self, action: ActionItem, due_on: date | None) -> bool:
        return (
            due_on is not None
            and action.status is ActionStatus.OPEN
            and due_on not in {action.due_on, action.original_due_on}
            and due_on >= local_day(action.committed_at, self._actor.timezone)
        )


def _title(step: str) -> str:
    line = clean_line(step)
    return line if len(line) <= TITLE_CHARS_MAX else f"{line[: TITLE_CHARS_MAX - 1]}…"
