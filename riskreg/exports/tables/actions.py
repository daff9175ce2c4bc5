"""Action items with both dates, what they came from, and how they ended."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, func, select

from riskreg.actions.forms import filter_from
from riskreg.actions.models import ActionItem, Slip
from riskreg.actions.queries import wanted_ids
from riskreg.exports.kinds import Asked, Book, ExportTable, Row, Sheet
from riskreg.exports.reading import ids_of, in_portions, word
from riskreg.org.access import secrets_among
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Permission

COLUMNS = (
    "ref",
    "title",
    "type",
    "priority",
    "status",
    "team",
    "team_name",
    "owner",
    "owner_name",
    "committed_at",
    "original_due_on",
    "due_on",
    "slips",
    "closed_at",
    "evidence",
    "origin",
    "external_url",
    "verify_how",
    "detail",
    "version",
)
_ORIGIN_LETTERS = ("R", "I", "OR")


def read(asked: Asked) -> Book:
    """The actions of a filter in the order of their list."""
    wanted = filter_from(
        asked.filters, actor=asked.actor, team=asked.team, zone_name=asked.actor.timezone
    )
    ids = ids_of(wanted_ids(asked.actor, wanted, today=asked.today))
    data = Sheet(name="data", columns=COLUMNS, rows=in_portions(ids, _portion))
    return Book(
        name="actions",
        data=data,
        count=len(ids),
        secrets=secrets_among(asked.actor, "action_item", ids),
    )


def _portion(connection: Connection, ids: Sequence[int]) -> dict[int, Row]:
    slips = select(func.count(Slip.id)).where(Slip.action_id == ActionItem.id).scalar_subquery()
    query = (
        select(
            ActionItem.id,
            ActionItem.title,
            ActionItem.type,
            ActionItem.priority,
            ActionItem.status,
            Team.slug,
            Team.name,
            Person.email,
            Person.name,
            ActionItem.committed_at,
            ActionItem.original_due_on,
            ActionItem.due_on,
            slips,
            ActionItem.closed_at,
            ActionItem.evidence,
            ActionItem.risk_id,
            ActionItem.incident_id,
            ActionItem.review_id,
            ActionItem.external_url,
            ActionItem.verify_how,
            ActionItem.detail,
            ActionItem.version,
        )
        .select_from(ActionItem)
        .outerjoin(Team, Team.id == ActionItem.team_id)
        .outerjoin(Person, Person.id == ActionItem.owner_id)
        .where(ActionItem.id.in_(ids))
    )
    return {row[0]: _row(row) for row in connection.execute(query)}


def _row(row: Sequence[Any]) -> Row:
    number, title, kind, priority, status, *rest = row
    origin = next(
        (
            f"{letters}-{found}"
            for letters, found in zip(_ORIGIN_LETTERS, rest[10:13], strict=True)
            if found is not None
        ),
        None,
    )
    words = (word(kind), word(priority), word(status))
    return (f"A-{number}", title, *words, *rest[:10], origin, *rest[13:])


TABLE = ExportTable(
    name="actions",
    label=lambda: _("Actions"),
    permission=Permission.ACTION_VIEW,
    read=read,
    everything={"status": "all"},
)
