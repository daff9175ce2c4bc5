"""Move a team in the tree, with all below it; the days before stay where they were."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import Conflict, Forbidden, Invalid, Stale
from riskreg.lib.dates import local_day, now
from riskreg.org.access import inside, require
from riskreg.org.history import remember_places
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission

PATH_CHARS_MAX = 400


def move_team(
    actor: Actor, team: Team, parent: Team, *, on: date | None = None, version: int | None = None
) -> Team:
    """Put a team and all below it under another one, as of a day (today).

    Only an administrator of both places may. Raises Invalid for a place inside the team itself,
    for a day to come or before its last move, Stale when `version` is not the stored one.
    """
    take_turn(team, parent)
    require(actor, Permission.TEAM_VIEW, team, view=Permission.TEAM_VIEW)
    demand_version(team, version, yours={_("Below"): parent.name})
    if team.parent is None:
        raise Conflict(_("The top of the tree stays where it is."))
    demand_both(actor, team.parent, parent)
    if parent.id == team.parent_id:
        return team
    if parent.path.startswith(team.path):
        message = _("%(parent)s is below %(team)s.", parent=parent.name, team=team.name)
        raise Invalid(message, field="parent")
    refuse_merged(parent)
    old, day = team.parent.slug, checked_day(actor, on)
    put_under(team, parent, on=day)
    changes: dict[str, list[Any]] = {"parent": [old, parent.slug], "since": [None, day]}
    record(actor=actor, action="team.move", subject=team, changes=changes)
    return team


def put_under(team: Team, parent: Team, *, on: date) -> None:
    """Move the branch, and keep where it stood until that day."""
    branch = branch_of(team)
    old_path, old_depth = team.path, team.depth
    path, depth = f"{parent.path}{team.id}/", parent.depth + 1
    longest = max(len(each.path) for each in branch) - len(old_path) + len(path)
    if longest > PATH_CHARS_MAX:
        raise Invalid(_("The tree would be too deep."), field="parent")
    remember_places(branch, on=on)
    team.parent = parent
    for each in branch:
        each.path = path + each.path.removeprefix(old_path)
        each.depth += depth - old_depth
    db.session.flush()


def branch_of(team: Team) -> Sequence[Team]:
    """The team and all below it, each after the one above it."""
    rows = select(Team).where(inside([team.path])).order_by(Team.depth, Team.id)
    return db.session.scalars(rows).all()


def take_turn(*teams: Team) -> None:
    """Changes of the tree come one after the other; each sees what the one before it did."""
    top = select(Team.id).where(Team.parent_id.is_(None))
    db.session.execute(top.with_for_update(key_share=True))
    for team in teams:
        db.session.refresh(team)


def demand_both(actor: Actor, here: Team, there: Team) -> None:
    """Raise Forbidden unless the actor administers both places."""
    for place in (here, there):
        if not actor.may(Permission.PERSON_EDIT, place.path):
            raise Forbidden(
                _(
                    "Only an administrator of both places does this; you are none of %(team)s.",
                    team=place.name,
                )
            )


def demand_version(team: Team, version: int | None, *, yours: Mapping[str, str]) -> None:
    """Raise Stale, with what is stored beside what was wanted, for another version of the team."""
    if version is None or version == team.version:
        return
    theirs = {_("Name"): team.name, _("Below"): team.parent.name if team.parent else "–"}
    if team.merged_into is not None:
        theirs[_("Merged into")] = team.merged_into.name
    raise Stale(
        _("Somebody else changed this team in the meantime. Nothing was saved."),
        theirs=dict.fromkeys(yours, "–") | theirs,
        yours={_("Name"): team.name, **yours},
    )


def refuse_merged(team: Team) -> None:
    """Raise Invalid for a team that takes nothing new."""
    if team.merged_into_id is not None:
        message = _("%(team)s was merged into another team.", team=team.name)
        raise Invalid(message, field="parent")


def checked_day(actor: Actor, on: date | None) -> date:
    """The day as of which something holds: today, or an earlier one. Raises Invalid."""
    day = local_day(now(), actor.timezone)
    if on is not None and on > day:
        raise Invalid(_("This day is still to come."), field="on")
    return on or day
