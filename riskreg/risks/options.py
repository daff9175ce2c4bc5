"""What the filters of the list can be set to: owners, systems and tags that have risks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from riskreg.db import db
from riskreg.org.models import Person, System
from riskreg.risks.conditions import PLAIN, View, off_index
from riskreg.risks.models import Risk, RiskTag
from riskreg.risks.stamps import kept

OPTIONS_MAX = 300


@dataclass(frozen=True, kw_only=True)
class FilterOptions:
    """(value, words) pairs of each select, by words."""

    owners: Sequence[tuple[str, str]]
    systems: Sequence[tuple[str, str]]
    tags: Sequence[tuple[str, str]]


def filter_options(view: View, systems_of: tuple[int, ...] | None) -> FilterOptions:
    """The owners, systems and tags of the risks in the view's teams, whatever their status.

    One statement that looks at each person, system and tag once, never at each risk. Systems are
    named where they belong to the teams `systems_of`; None means every team.
    """
    key = (view.team_ids, view.privy, systems_of)
    return kept("options", key, view.stamp, lambda: _options(*key), names=True)


def _options(
    teams: tuple[int, ...] | None, privy: tuple[int, ...], systems_of: tuple[int, ...] | None
) -> FilterOptions:
    found: dict[str, list[tuple[str, str]]] = {"owner": [], "system": [], "tag": []}
    rows = db.session.connection().execute(_options_in(teams, privy, systems_of))
    for sort, value, words in rows:
        found[sort].append((value, words))
    for pairs in found.values():
        pairs.sort(key=lambda pair: (pair[1].casefold(), pair[0]))
    return FilterOptions(owners=found["owner"], systems=found["system"], tags=found["tag"])


@lru_cache(maxsize=128)
def _options_in(
    team_ids: tuple[int, ...] | None, privy: tuple[int, ...], systems_of: tuple[int, ...] | None
) -> CompoundSelect[Any]:
    mine = and_(off_index(Risk.team_id).in_(team_ids) if team_ids is not None else true(), PLAIN)
    if privy:
        mine = or_(mine, Risk.id.in_(privy))
    seen = System.team_id.in_(systems_of) if systems_of is not None else true()
    parts = (_owners(mine), _systems(mine, seen), _tags(mine))
    return union_all(*[select(part) for part in parts])


def _owners(mine: ColumnElement[bool]):  # type: ignore[no-untyped-def]
    return (
        select(literal("owner"), cast(Person.id, String), Person.name)
        .where(exists().where(Risk.owner_id == Person.id, mine))
        .limit(OPTIONS_MAX)
        .subquery()
    )


def _systems(mine: ColumnElement[bool], seen: ColumnElement[bool]):  # type: ignore[no-untyped-def]
    return (
        select(literal("system"), System.key, System.name)
        .where(seen, exists().where(Risk.system_id == System.id, mine))
        .limit(OPTIONS_MAX)
        .subquery()
    )


def _tags(mine: ColumnElement[bool]):  # type: ignore[no-untyped-def]
    """Each tag once, by jumping along the index from one to the next."""
    first = select(func.min(RiskTag.tag).label("tag")).cte("tags", recursive=True)
    following = select(func.min(RiskTag.tag)).where(RiskTag.tag > first.c.tag).scalar_subquery()
    walk = first.union_all(select(following).where(first.c.tag.is_not(None)))
    seen = exists().where(RiskTag.tag == walk.c.tag, RiskTag.risk_id == Risk.id, mine)
    return (
        select(literal("tag"), walk.c.tag, walk.c.tag)
        .where(walk.c.tag.is_not(None), seen)
        .limit(OPTIONS_MAX)
        .subquery()
    )
