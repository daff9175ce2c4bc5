"""Which systems a system needs, which need it, and where that goes round in a circle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.lib.graphs import arrows, circle, reached
from riskreg.org.access import visible
from riskreg.org.kinds import Strength
from riskreg.org.models import Dependency, System
from riskreg.org.permissions import Actor, Permission

Wanted = Mapping[System, Strength]
UNKNOWN_TIER = 99  # nothing matters less than what nobody placed


@dataclass(frozen=True, kw_only=True)
class Link:
    """A system at the other end of a dependency."""

    system: System
    strength: Strength
    is_weaker: bool  # of a tier that matters less than what depends on it


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What one system has to do with others, of those the reader may see."""

    needs: Sequence[Link]
    needed_by: Sequence[Link]
    stops_with_it: int  # systems that stop when it does, over any number of steps
    circle: Sequence[System]  # it, and those that lead back to it: none starts before the others


def dependencies_of(actor: Actor, system: System) -> Dependencies:
    """What a system needs and what needs it, those that stop without it first, then by name."""
    own, others = system.id, _seen(actor)
    columns = (Dependency.system_id, Dependency.needs_id, Dependency.strength)
    rows = db.session.execute(select(*columns)).all()
    edges = [(one, other, how) for one, other, how in rows if {one, other} <= others]
    hard = [(one, other) for one, other, how in edges if how is Strength.HARD]
    needs = {other: how for one, other, how in edges if one == own}
    needed_by = {one: how for one, other, how in edges if other == own}
    round_and_back = circle(arrows(hard), own)
    by_id = _by_id({*needs, *needed_by, *round_and_back})
    return Dependencies(
        needs=_links(system, needs, by_id, is_needed=True),
        needed_by=_links(system, needed_by, by_id, is_needed=False),
        stops_with_it=len(reached(arrows((b, a) for a, b in hard), own) - {own}),
        circle=[by_id[each] for each in round_and_back],
    )


def needs_of(system: System) -> dict[int, Strength]:
    """What a system needs: {id of the other: how}."""
    query = select(Dependency.needs_id, Dependency.strength)
    rows = db.session.execute(query.where(Dependency.system_id == system.id))
    return {number: strength for number, strength in rows}  # noqa: C416 - rows, not pairs


def set_needs(actor: Actor, system: System, wanted: Wanted) -> dict[str, list[Any]]:
    """Say what a system needs, of those the actor may see; others stay. Returns what changed.

    Raises Invalid when it would need itself.
    """
    if system in wanted:
        raise Invalid(_("A system does not depend on itself."), field="hard")
    rows = db.session.scalars(select(Dependency).where(Dependency.system_id == system.id)).all()
    asked = {row.needs_id for row in rows} | {each.id for each in wanted}
    seen = _seen(actor, System.id.in_(asked)) if asked else set()
    stored = {row.needs_id: row for row in rows if row.needs_id in seen}
    old = {number: row.strength for number, row in stored.items()}
    new = {each.id: strength for each, strength in wanted.items() if each.id in seen}
    if old == new:
        return {}
    for number, row in stored.items():
        if number not in new:
            db.session.delete(row)
        else:
            row.strength = new[number]
    db.session.add_all(
        Dependency(system_id=system.id, needs_id=number, strength=strength)
        for number, strength in new.items()
        if number not in stored
    )
    by_id = _by_id({*old, *new})
    return {"needs": [_named(old, by_id), _named(new, by_id)]}


def _seen(actor: Actor, *among: ColumnElement[bool]) -> set[int]:
    """Ids of the systems the actor may see."""
    seen = select(System.id).where(visible(actor, Permission.SYSTEM_VIEW, System.team_id), *among)
    return set(db.session.scalars(seen))


def _by_id(ids: set[int]) -> dict[int, System]:
    query = select(System).where(System.id.in_(ids)).options(joinedload(System.team))
    return {each.id: each for each in db.session.scalars(query)}


def _links(
    system: System, ends: Mapping[int, Strength], by_id: Mapping[int, System], *, is_needed: bool
) -> Sequence[Link]:
    """Those that stop or stop it first, then by name."""
    found = []
    for number, strength in ends.items():
        other = by_id[number]
        above, under = (system, other) if is_needed else (other, system)
        is_weaker = strength is Strength.HARD and (under.tier or 0) > (above.tier or UNKNOWN_TIER)
        found.append(Link(system=other, strength=strength, is_weaker=is_weaker))
    return sorted(found, key=lambda link: (link.strength, link.system.name, link.system.id))


def _named(needs: Mapping[int, Strength], seen: Mapping[int, System]) -> list[str]:
    return sorted(f"{seen[number].key} ({strength})" for number, strength in needs.items())
