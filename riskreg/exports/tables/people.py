"""People and their roles; only for those who manage people."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import Connection, or_, select

from riskreg.exports.kinds import Asked, Book, ExportTable, Row, Sheet
from riskreg.exports.reading import ids_of, in_portions
from riskreg.org.access import visible
from riskreg.org.models import Grant, Person, Team
from riskreg.org.permissions import Permission

COLUMNS = (
    "ref",
    "email",
    "name",
    "title",
    "home_team",
    "roles",
    "is_active",
    "timezone",
    "created_at",
)


def read(asked: Asked) -> Book:
    """People at home, or with a role, in the teams where the actor manages people."""
    mine = Permission.PERSON_EDIT
    holders = select(Grant.person_id).where(
        visible(asked.actor, mine, Grant.team_id, below=asked.team)
    )
    at_home = visible(asked.actor, mine, Person.home_team_id, below=asked.team)  # type: ignore[arg-type]  # no home is in no team
    query = select(Person.id).where(or_(at_home, Person.id.in_(holders)))
    ids = ids_of(query.order_by(Person.name, Person.id))
    data = Sheet(name="data", columns=COLUMNS, rows=in_portions(ids, _portion))
    return Book(name="people", data=data, count=len(ids))


def _portion(connection: Connection, ids: Sequence[int]) -> dict[int, Row]:
    roles: dict[int, list[str]] = {}
    grants = (
        select(Grant.person_id, Grant.role, Team.slug)
        .join(Team, Team.id == Grant.team_id)
        .where(Grant.person_id.in_(ids))
        .order_by(Team.path)
    )
    for person_id, role, slug in connection.execute(grants):
        roles.setdefault(person_id, []).append(f"{role.value} {slug}")
    query = (
        select(
            Person.id,
            Person.email,
            Person.name,
            Person.title,
            Team.slug,
            Person.is_active,
            Person.timezone,
            Person.created_at,
        )
        .outerjoin(Team, Team.id == Person.home_team_id)
        .where(Person.id.in_(ids))
    )
    return {
        row[0]: (f"P-{row[0]}", *row[1:5], tuple(roles.get(row[0], ())), *row[5:])
        for row in connection.execute(query)
    }


TABLE = ExportTable(
    name="people",
    label=lambda: _("People and roles"),
    permission=Permission.PERSON_EDIT,
    read=read,
)
