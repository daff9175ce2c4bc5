"""The tree of teams as plain values, kept in each process for as long as no team changes.

Every page asks for it, and it hardly ever changes. A word stored beside the tree becomes another
one in the transaction of every change of a team; whoever has read the word may use the tree that
was kept under it. The word is read before the tree, so what is kept is never older than its word.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from riskreg.db import db
from riskreg.org.models import Team, TreeStamp
from riskreg.org.permissions import Actor, Permission

TREES_KEPT, VIEWS_KEPT = 4, 512
_ONLY = 1  # the id of the one stamp
_CHANGED = "riskreg.org.tree_changed"


class Branch(Protocol):
    """A team as reads want it: a row, or what was kept of one."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def slug(self) -> str:
        """Its name in addresses."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def parent_id(self) -> int | None:
        """The team above it; None for the root."""

    @property
    def path(self) -> str:
        """Its place in the tree, "/1/4/9/"."""

    @property
    def depth(self) -> int:
        """How many teams are above it."""


class TeamNode(NamedTuple):
    """A team without an object behind it."""

    id: int
    slug: str
    name: str
    parent_id: int | None
    path: str
    depth: int
    merged_into_id: int | None


@dataclass(frozen=True, kw_only=True)
class SeenTeams:
    """The teams somebody may look at, as the tree reads; `printed` is for what pages make of it.

    `nodes` are those that can be chosen, `merged` those whose things others have now. The address
    of one that was merged leads on to the other.
    """

    nodes: tuple[TeamNode, ...]
    merged: tuple[TeamNode, ...] = ()
    by_slug: dict[str, TeamNode]
    by_id: dict[int, TeamNode]
    printed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Tree:
    nodes: tuple[TeamNode, ...]
    seen: dict[tuple[str, ...], SeenTeams] = field(default_factory=dict)


_trees: OrderedDict[str, _Tree] = OrderedDict()
NO_TEAMS = SeenTeams(nodes=(), by_slug={}, by_id={})
STAMP = select(TreeStamp.word).where(TreeStamp.id == _ONLY).scalar_subquery()


def seen_teams(actor: Actor, word: str | None) -> SeenTeams:
    """The teams the actor may look at; `word` is what STAMP was in this transaction."""
    paths = actor.paths(Permission.TEAM_VIEW)
    if not paths:
        return NO_TEAMS
    tree = _tree(word)
    seen = tree.seen.get(paths)  # once: another thread may empty it meanwhile
    if seen is None:
        if len(tree.seen) >= VIEWS_KEPT:
            tree.seen.clear()
        seen = _seen(tuple(node for node in tree.nodes if node.path.startswith(paths)))
        tree.seen[paths] = seen
    return seen


def as_read(teams: list[Any]) -> list[Any]:
    """Each team followed by those below it, those beside each other by name."""
    keys: dict[str, tuple[tuple[str, int], ...]] = {}
    for team in sorted(teams, key=lambda team: team.depth):
        path, name, team_id = team.path, team.name, team.id
        above = path.rstrip("/").rpartition("/")[0] + "/"
        keys[path] = (*keys.get(above, ()), (name.lower(), team_id))
    return sorted(teams, key=lambda team: keys[team.path])


def _seen(nodes: tuple[TeamNode, ...]) -> SeenTeams:
    by_id = {node.id: node for node in nodes}
    return SeenTeams(
        nodes=tuple(node for node in nodes if node.merged_into_id is None),
        merged=tuple(node for node in nodes if node.merged_into_id is not None),
        by_slug={node.slug: _led_on(node, by_id) for node in nodes},
        by_id=by_id,
    )


def _led_on(node: TeamNode, by_id: dict[int, TeamNode]) -> TeamNode:
    """The team that has the things of this one now."""
    while node.merged_into_id in by_id:
        node = by_id[node.merged_into_id]
    return node


def _tree(word: str | None) -> _Tree:
    found = _trees.get(word) if word is not None and not _is_changing() else None
    if found is not None:
        return found
    query = select(*[getattr(Team, name) for name in TeamNode._fields])
    rows = db.session.connection().execute(query)
    tree = _Tree(nodes=tuple(as_read([TeamNode(*row) for row in rows])))
    if word is not None and not _is_changing():
        _trees[word] = tree
        while len(_trees) > TREES_KEPT:
            _trees.popitem(last=False)
    return tree


def _is_changing() -> bool:
    """Whether this transaction changes teams: what it reads is nobody else's truth yet."""
    return bool(db.session.info.get(_CHANGED))


@event.listens_for(db.session, "after_flush")
def _note(session: Session, _context: object) -> None:
    if any(isinstance(row, Team) for row in (*session.new, *session.dirty, *session.deleted)):
        session.info[_CHANGED] = True


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    if session.info.pop(_CHANGED, False):
        insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
        statement = insert(TreeStamp).values(id=_ONLY, word=secrets.token_hex(16))
        newer = {"word": statement.excluded.word}
        session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=newer))


@event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    """A savepoint that is rolled back takes nothing of what was changed before it."""
    if not session.in_nested_transaction():
        session.info.pop(_CHANGED, None)
