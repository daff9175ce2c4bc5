"""The team tree, parents before their children."""

from collections.abc import Iterator

from flask_babel import gettext as _

from riskreg.exports.kinds import Asked, Book, ExportTable, Row, Sheet
from riskreg.org.permissions import Permission
from riskreg.org.queries import teams_for

COLUMNS = ("slug", "name", "parent", "depth", "created_at", "version")


def read(asked: Asked) -> Book:
    """The team and those below it, as the tree reads."""
    teams = teams_for(asked.actor)
    slugs = {team.id: team.slug for team in teams}
    top = asked.team.path if asked.team else "/"
    found: list[Row] = [
        (
            team.slug,
            team.name,
            slugs.get(team.parent_id) if team.parent_id else None,
            team.depth,
            team.created_at,
            team.version,
        )
        for team in teams
        if team.path.startswith(top)
    ]

    def rows() -> Iterator[Row]:
        yield from found

    return Book(name="teams", data=Sheet(name="data", columns=COLUMNS, rows=rows), count=len(found))


TABLE = ExportTable(
    name="teams", label=lambda: _("Teams"), permission=Permission.TEAM_VIEW, read=read
)
