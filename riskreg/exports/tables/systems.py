"""Systems with what decides their required level, and who can operate them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, select

from riskreg.exports.kinds import Asked, Book, ExportTable, Row, Sheet
from riskreg.exports.reading import IDS, ids_of, in_portions, lists_of, word
from riskreg.org.access import visible
from riskreg.org.models import Person, System, SystemOperator, Team
from riskreg.org.permissions import Permission

COLUMNS = (
    "slug",
    "name",
    "team",
    "team_name",
    "tier",
    "slo_target_percent",
    "pages",
    "repository_url",
    "runbook_url",
    "dashboard_url",
    "description",
    "version",
    "hours",
    "data_class",
    "operators",
)
MILLI = 1000


def read(asked: Asked) -> Book:
    """The systems of the team and below, by name."""
    seen = visible(asked.actor, Permission.SYSTEM_VIEW, System.team_id, below=asked.team)
    ids = ids_of(select(System.id).where(seen).order_by(System.name, System.id))
    data = Sheet(name="data", columns=COLUMNS, rows=in_portions(ids, _portion))
    return Book(name="systems", data=data, count=len(ids))


def _portion(connection: Connection, ids: Sequence[int]) -> dict[int, Row]:
    query = (
        select(
            System.id,
            System.key,
            System.name,
            Team.slug,
            Team.name,
            System.tier,
            System.slo_target_milli,
            System.pages,
            System.repository_url,
            System.runbook_url,
            System.dashboard_url,
            System.description,
            System.version,
            System.hours,
            System.data_class,
        )
        .outerjoin(Team, Team.id == System.team_id)
        .where(System.id.in_(ids))
    )
    operators = lists_of(
        connection,
        select(SystemOperator.system_id, Person.email)
        .join(Person, Person.id == SystemOperator.person_id)
        .where(SystemOperator.system_id.in_(IDS))
        .order_by(Person.email),
        ids,
    )
    return {row[0]: _row(row, operators.get(row[0], ())) for row in connection.execute(query)}


def _row(row: Sequence[Any], operators: tuple[str, ...]) -> Row:
    _number, *plain, hours, data_class = row
    target = plain[5]
    plain[5] = None if target is None else target / MILLI
    return (*plain, word(hours), word(data_class), operators)


TABLE = ExportTable(
    name="systems",
    label=lambda: _("Systems"),
    permission=Permission.SYSTEM_VIEW,
    read=read,
)
