"""Teams and systems, as programs read them."""

from typing import Any

from flask_babel import lazy_gettext as _l

from riskreg.metrics.reviews import Level
from riskreg.org.forms import TIERS
from riskreg.org.kinds import DataClass, Hours
from riskreg.org.models import System, Team
from riskreg.org.permissions import Permission
from riskreg.org.queries import (
    SystemFilter,
    count_systems,
    list_systems,
    requirement_of,
    system_for,
    team_for,
    teams_for,
)
from riskreg.web.api import (
    TEAM_ASKED,
    Asked,
    Data,
    One,
    Resource,
    Rows,
    limit_of,
    numbered,
    offset_of,
    paged,
)
from riskreg.web.security import current_actor
from riskreg.web.shapes import Flag, Items, Number, Text, Thing, Whole, word_of

SLUG = Text(about=_l("Its name in addresses; it never changes."))

TEAM = Thing(
    name="Team",
    fields={
        "slug": SLUG,
        "name": Text(),
        "parent": Text(nullable=True, about=_l("The team above it, as far as you may see it.")),
        "depth": Whole(about=_l("How many teams are above it.")),
        "version": Whole(),
    },
)
SYSTEM = Thing(
    name="System",
    fields={
        "key": SLUG,
        "name": Text(),
        "description": Text(),
        "team": Text(about=_l("The slug of the team that runs it.")),
        "tier": Whole(low=1, high=4, nullable=True, about=_l("1 is the most important.")),
        "slo_target_percent": Number(nullable=True),
        "hours": word_of(Hours, _l("When it must run.")),
        "pages": Flag(about=_l("Whether it pages people.")),
        "data_class": Text(words=tuple(DataClass), nullable=True),
        "required_level": word_of(Level, _l("The level of operability it has to reach.")),
        "operators": Items(of=Text(), about=_l("E-mails of who is able to operate it.")),
        "repository_url": Text(),
        "runbook_url": Text(),
        "dashboard_url": Text(),
        "version": Whole(),
    },
)
SYSTEMS_ASKED = paged(
    team=TEAM_ASKED,
    tier=Whole(low=TIERS[0], high=TIERS[-1]),
    hours=word_of(Hours),
    data_class=word_of(DataClass),
    q=Text(high=100, about=_l("A part of name or key.")),
)

teams = Resource("teams", item=TEAM, key="slug", about=_l("The tree of teams."))
systems = Resource("systems", item=SYSTEM, key="key", about=_l("What teams run."))
RESOURCES = (teams, systems)


@teams.index(Permission.TEAM_VIEW, query=paged())
def index(asked: Asked) -> Rows:
    """The teams you may see, each followed by those below it."""
    rows = teams_for(current_actor)
    slugs = {team.id: team.slug for team in rows}
    start = offset_of(asked)
    some = rows[start : start + limit_of(asked)]
    return numbered(asked, [_team(team, slugs) for team in some], len(rows))


@teams.show(Permission.TEAM_VIEW)
def show(slug: str) -> One:
    """One team; of one that was merged, the team that has its things now."""
    row = team_for(current_actor, slug)
    parent = row.parent
    seen = parent is not None and current_actor.may(Permission.TEAM_VIEW, parent.path)
    slugs = {parent.id: parent.slug} if parent is not None and seen else {}
    return One(data=_team(row, slugs), where={"slug": row.slug}, version=row.version)


@systems.index(Permission.SYSTEM_VIEW, query=SYSTEMS_ASKED)
def index_of_systems(asked: Asked) -> Rows:
    """The systems you may see, by name."""
    wanted = SystemFilter(
        below=team_for(current_actor, asked["team"]) if asked.get("team") else None,
        tier=asked.get("tier"),
        hours=Hours(asked["hours"]) if "hours" in asked else None,
        data_class=DataClass(asked["data_class"]) if "data_class" in asked else None,
        text=asked.get("q", ""),
    )
    rows = list_systems(current_actor, wanted, limit=limit_of(asked), offset=offset_of(asked))
    total = count_systems(current_actor, wanted)
    return numbered(asked, [_system(row) for row in rows], total)


@systems.show(Permission.SYSTEM_VIEW)
def show_system(key: str) -> One:
    """One system."""
    row = system_for(current_actor, key)
    return One(data=_system(row), where={"key": row.key}, version=row.version)


def _team(row: Team, slugs: dict[int, str]) -> Data:
    return {
        "slug": row.slug,
        "name": row.name,
        "parent": slugs.get(row.parent_id or 0),
        "depth": row.depth,
        "version": row.version,
    }


def _system(row: System) -> Data:
    same: tuple[str, ...] = ("key", "name", "description", "tier", "pages", "version")
    same += ("repository_url", "runbook_url", "dashboard_url", "hours", "data_class")
    target = row.slo_target_milli
    found: dict[str, Any] = {name: getattr(row, name) for name in same}
    return found | {
        "team": row.team.slug,
        "slo_target_percent": None if target is None else target / 1000,
        "required_level": requirement_of(row).level,
        "operators": [person.email for person in row.operators],
    }
