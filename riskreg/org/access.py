"""What an actor may see and change: `visible` for queries, `require` for rows."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol, cast

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from riskreg.db import db
from riskreg.errors import Forbidden, NotFound
from riskreg.org.confidential import Secret, by_kind, open_to, own_rows, parts_of
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch, TeamNode

_SHOWN = "riskreg.shown"
VIEWS = frozenset(each for each in Permission if each.value.endswith(":view"))


class OfTeam(Protocol):
    """A row that belongs to a team."""

    @property
    def team(self) -> Any:
        """The team whose roles decide."""


def team_ids(
    actor: Actor, permission: Permission, *, below: Branch | None = None
) -> list[int] | None:
    """Ids of the teams where the actor may do this, within `below`; None means every team."""
    paths = actor.paths(permission)
    if not paths:
        return []
    if (below is None or below.parent_id is None) and any(is_root(path) for path in paths):
        return None
    query = _ids_inside(paths, below.path if below is not None else "")
    rows = db.session.connection().execute(query).all()
    if any(parent_id is None for _, parent_id in rows):
        return None
    return [team_id for team_id, _ in rows]


def visible(
    actor: Actor,
    permission: Permission,
    team_id: InstrumentedAttribute[int] | ColumnElement[int],
    *,
    below: Branch | None = None,
) -> ColumnElement[bool]:
    """The filter that every list, count, chart, search, export and pack puts on its rows.

    `team_id` is the column that holds the row's team; `below` narrows to a chosen team.
    There is one root team, so whoever may act on it may act everywhere. What is confidential is
    left out, but for its readers.
    """
    ids = team_ids(actor, permission, below=below)
    return _without_hidden(actor, permission, team_id, ids, below)


def unhidden(actor: Actor, model: Any) -> ColumnElement[bool]:
    """Whether a row of the table is not kept from the actor; its team is asked for elsewhere."""
    return open_to(by_kind(actor.privy), model.__table__.c, model.__tablename__)


def visible_among(
    actor: Actor,
    permission: Permission,
    team_id: InstrumentedAttribute[int] | ColumnElement[int],
    known: Sequence[Branch],
    *,
    below: Branch | None = None,
) -> ColumnElement[bool]:
    """The same filter without a statement: `known` are all teams the actor may look at."""
    ids = ids_among(actor, permission, known, below=below)
    return _without_hidden(actor, permission, team_id, ids, below)


def ids_among(
    actor: Actor, permission: Permission, known: Sequence[Branch], *, below: Branch | None = None
) -> list[int] | None:
    """The same as `team_ids` without a statement."""
    paths = actor.paths(permission)
    from_root = known and known[0].parent_id is None and (below is None or below.parent_id is None)
    if from_root and any(is_root(path) for path in paths):
        return None
    top = below.path if below else "/"
    allowed = [t for t in known if t.path.startswith(top) and t.path.startswith(paths)]
    if any(team.parent_id is None for team in allowed):
        return None
    return [team.id for team in allowed]


def can(actor: Actor, permission: Permission, row: OfTeam | Branch) -> bool:
    """Whether the actor may do this to the row; a confidential one is for its readers only.

    Its readers, and whoever an action is assigned to, may look at it whatever their roles are.
    """
    if isinstance(row, Team | TeamNode):
        return actor.may(permission, row.path)
    secret: Secret | None = getattr(row, "secret", None)
    if secret is not None and secret not in actor.privy:
        return False
    if permission in VIEWS and (secret is not None or _is_assigned(actor, row)):
        return True
    return actor.may(permission, cast("OfTeam", row).team.path)


def require(actor: Actor, permission: Permission, row: Any, *, view: Permission) -> None:
    """Raise NotFound where the actor may not see the row, Forbidden where they only may not act.

    Every door to one thing is here, and so what is confidential is noted as shown.
    """
    if row is None or not can(actor, view, row):
        raise NotFound(_("There is nothing here, or you may not see it."))
    if not can(actor, permission, row):
        raise Forbidden(_("You may look at this, but your role here does not let you change it."))
    secret: Secret | None = getattr(row, "secret", None)
    if secret is not None:
        note_shown([secret])


def note_shown(secrets: Iterable[Secret]) -> None:
    """Remember that the answer being made shows the contents of confidential things.

    `riskreg.org.secrecy` tells the trail of them when it is made.
    """
    db.session.info.setdefault(_SHOWN, set()).update(secrets)


def take_shown() -> frozenset[Secret]:
    """What was noted as shown since it was taken last."""
    return frozenset(db.session.info.pop(_SHOWN, ()))


def secrets_among(actor: Actor, name: str, ids: Iterable[int]) -> frozenset[Secret]:
    """The confidential things that rows of a table are, or hang on; of those the actor reads."""
    if not actor.privy:
        return frozenset()
    wanted = frozenset(ids)
    found = {secret for secret in actor.privy if secret[0] == name and secret[1] in wanted}
    for kind, parts in parts_of(by_kind(actor.privy), name):
        found |= {(kind, of) for number, of in db.session.execute(parts) if number in wanted}
    return frozenset(found)


def is_root(path: str) -> bool:
    """Whether a team's path is that of the root team, "/1/", or above it, "/"."""
    return path.count("/") <= 2


def inside(paths: Sequence[str]) -> ColumnElement[bool]:
    """The teams at these paths and below them."""
    return or_(*[Team.path.startswith(path, autoescape=True) for path in paths])


def _is_assigned(actor: Actor, row: Any) -> bool:
    assignee: int | None = getattr(row, "assignee_id", None)
    return assignee is not None and assignee == actor.own_id


def _without_hidden(
    actor: Actor,
    permission: Permission,
    team_id: InstrumentedAttribute[int] | ColumnElement[int],
    ids: list[int] | None,
    below: Branch | None,
) -> ColumnElement[bool]:
    """The rows of these teams (None: of all) that are not kept from the actor, and their own."""
    rows: Any = getattr(team_id, "table", None)
    within = true() if ids is None else team_id.in_(ids)
    if rows is None:
        return within
    privy = by_kind(actor.privy)
    found = and_(within, open_to(privy, rows.c, rows.name))
    own = own_rows(actor.own_id, privy, rows.c, rows.name)
    if ids is None or permission not in VIEWS or own is None:
        return found
    here = true() if below is None else team_id.in_(select(Team.id).where(inside([below.path])))
    return or_(found, and_(own, here))


@lru_cache(maxsize=256)
def _ids_inside(paths: tuple[str, ...], below: str) -> Select[int, int | None]:
    """Built once: nearly every request asks it, with the few paths that there are."""
    query = select(Team.id, Team.parent_id).where(inside(paths))
    return (query.where(inside([below])) if below else query).order_by(Team.id)
