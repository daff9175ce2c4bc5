"""Which team had what, and stood where, on an earlier day.

A row says to which team it belongs now, and a team where it stands now. When that changes, what
was before is kept with its days. So a figure about last quarter counts a thing for the team that
had it then, and a team for those it stood below then. Periods are half-open and leave no gap.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.org.models import FormerPlace, FormerTeam, Team
from riskreg.org.tree import Branch


def remember_team(item: Any, old: Team, *, on: date) -> None:
    """Keep that a thing was with a team until a day; for whoever is about to give it to another."""
    remember_teams([item], old, on=on)


def remember_teams(items: Sequence[Any], old: Team, *, on: date) -> None:
    """The same of many things of one kind."""
    if not items:
        return
    kind = items[0].__tablename__
    known = select(FormerTeam.item_id, func.max(FormerTeam.until_on))
    known = known.where(FormerTeam.kind == kind, FormerTeam.item_id.in_([i.id for i in items]))
    since: dict[int, date] = {
        row[0]: row[1] for row in db.session.execute(known.group_by(FormerTeam.item_id))
    }
    for item in items:
        began = since.get(item.id)
        if _lasted(began, on):
            db.session.add(
                FormerTeam(kind=kind, item_id=item.id, team_id=old.id, from_on=began, until_on=on)
            )


def remember_places(branch: Sequence[Team], *, on: date) -> None:
    """Keep where teams stood until a day; for whoever is about to move them.

    Raises Invalid when one of them was moved on a later day.
    """
    ids = [team.id for team in branch]
    query = select(FormerPlace.team_id, func.max(FormerPlace.until_on))
    query = query.where(FormerPlace.team_id.in_(ids)).group_by(FormerPlace.team_id)
    since: dict[int, date] = {row[0]: row[1] for row in db.session.execute(query)}
    for team in branch:
        if _lasted(since.get(team.id), on):
            began = since.get(team.id)
            db.session.add(FormerPlace(team_id=team.id, path=team.path, from_on=began, until_on=on))


def places_of(team: Branch) -> Sequence[tuple[FormerPlace, Team | None]]:
    """Where a team stood before and below whom, the latest first."""
    rows = db.session.scalars(
        select(FormerPlace)
        .where(FormerPlace.team_id == team.id)
        .order_by(FormerPlace.until_on.desc(), FormerPlace.id.desc())
    ).all()
    parents = {_parent_in(row.path) for row in rows} - {None}
    teams = {each.id: each for each in db.session.scalars(select(Team).where(Team.id.in_(parents)))}
    return [(row, teams.get(_parent_in(row.path) or 0)) for row in rows]


def teams_before(item: Any) -> Sequence[FormerTeam]:
    """The teams that had a thing before the one that has it now, the latest first."""
    return db.session.scalars(
        select(FormerTeam)
        .where(FormerTeam.kind == item.__tablename__, FormerTeam.item_id == item.id)
        .options(joinedload(FormerTeam.team))
        .order_by(FormerTeam.until_on.desc(), FormerTeam.id.desc())
    ).all()


def was_below(rows: Any, when: Any, below: Branch | None) -> ColumnElement[bool]:
    """Whether a row belonged, on the day or at the instant `when`, to `below` or a team below it.

    `rows` is a model with `id` and `team_id`; `when` is a day, or a column of days or instants.
    It takes the place of the `below` of `visible`, which goes by the tree of today; what the actor
    may see is still asked there. Every team was below the root at all times.
    """
    if below is None or below.parent_id is None:
        return true()
    team_then = func.coalesce(_team_then(rows, when), rows.team_id)
    mark = f"/{below.id}/"
    stood = select(FormerPlace.team_id).where(
        FormerPlace.team_id == team_then,
        FormerPlace.path.contains(mark),
        _covers(FormerPlace, when),
    )
    moved_since = exists().where(FormerPlace.team_id == team_then, FormerPlace.until_on > when)
    stands = select(Team.id).where(Team.path.contains(mark))
    return or_(stood.exists(), and_(~moved_since, team_then.in_(stands)))


def _team_then(rows: Any, when: Any) -> Any:
    """The team that had the row then, where another has it now."""
    return (
        select(FormerTeam.team_id)
        .where(
            FormerTeam.kind == rows.__tablename__,
            FormerTeam.item_id == rows.id,
            _covers(FormerTeam, when),
        )
        .limit(1)
        .scalar_subquery()
    )


def _covers(period: Any, when: Any) -> ColumnElement[bool]:
    began = or_(period.from_on.is_(None), period.from_on <= when)
    return and_(began, period.until_on > when)


def _lasted(since: date | None, until: date) -> bool:
    """Whether a period is longer than nothing; raises Invalid when it would end before it began."""
    if since is not None and since > until:
        message = _("It was moved on %(day)s already; choose that day or a later one.", day=since)
        raise Invalid(message, field="on")
    return since != until


def _parent_in(path: str) -> int | None:
    numbers = path.strip("/").split("/")
    return int(numbers[-2]) if len(numbers) > 1 else None
