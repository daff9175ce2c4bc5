"""Systems with what decides their required level, and who can operate them."""

from collections import defaultdict
from collections.abc import Sequence, Set
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, select

from riskreg.db import db
from riskreg.exports.kinds import Asked, Book, ExportTable, Row, Sheet
from riskreg.exports.reading import IDS, ids_of, in_portions, lists_of, word
from riskreg.org.access import visible
from riskreg.org.kinds import Strength
from riskreg.org.models import Dependency, Person, System, SystemOperator, Team
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
    "stops_without",
    "does_less_without",
)
MILLI = 1000


def read(asked: Asked) -> Book:
    """The systems of the team and below, by name."""
    seen = visible(asked.actor, Permission.SYSTEM_VIEW, System.team_id, below=asked.team)
    ids = ids_of(select(System.id).where(seen).order_by(System.name, System.id))
    named = frozenset(
        db.session.scalars(
            select(System.id).where(visible(asked.actor, Permission.SYSTEM_VIEW, System.team_id))
        )
    )
    rows = in_portions(ids, partial(_portion, named))
    data = Sheet(name="data", columns=COLUMNS, rows=rows)
    return Book(name="systems", data=data, count=len(ids))


def _portion(named: Set[int], connection: Connection, ids: Sequence[int]) -> dict[int, Row]:
    """Rows by id; `named` are the systems that may be named as needed."""
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
    needs = {how: _needs(connection, ids, how, named) for how in Strength}
    return {
        row[0]: (
            *_row(row, operators.get(row[0], ())),
            *(found[row[0]] for found in needs.values()),
        )
        for row in connection.execute(query)
    }


def _needs(
    connection: Connection, ids: Sequence[int], how: Strength, named: Set[int]
) -> defaultdict[int, tuple[str, ...]]:
    """Keys of the systems that each one needs in this way."""
    query = (
        select(Dependency.system_id, Dependency.needs_id, System.key)
        .join(System, System.id == Dependency.needs_id)
        .where(Dependency.system_id.in_(ids), Dependency.strength == how)
        .order_by(System.key)
    )
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for number, needed, key in connection.execute(query):
        if needed in named:
            found[number] += (key,)
    return found


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
