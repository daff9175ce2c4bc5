"""The stamp of each team's risks, and figures that are kept for as long as it does not change.

The stamp is written in the transaction of the change itself, last of all, so that it is seen
exactly when the change is, and its lock is held for a moment only.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import event, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from riskreg.db import db
from riskreg.lib.dates import now
from riskreg.risks.models import Risk, RiskStamp

Value = TypeVar("Value")
# (how often risks changed, when they did last); None where nothing may be kept.
Stamp: TypeAlias = tuple[int, datetime] | None

KEPT_MAX = 512
NAMES_HOLD = timedelta(minutes=1)
_CHANGED = "riskreg.risks.changed_teams"

_kept: OrderedDict[Hashable, tuple[datetime, Any]] = OrderedDict()


def stamp_of(team_ids: Sequence[int] | None) -> Stamp:
    """The stamp of these teams' risks (None: all); None in a transaction that changes risks."""
    if db.session.info.get(_CHANGED):
        return None
    query = _stamp_of(None if team_ids is None else tuple(team_ids))
    found: Any = db.session.connection().execute(query).one()
    return None if found[0] is None else (int(found[0]), found[1])


@lru_cache(maxsize=128)
def _stamp_of(team_ids: tuple[int, ...] | None) -> Any:
    """Built once: every page of the register asks it."""
    query: Any = select(func.sum(RiskStamp.version), func.max(RiskStamp.changed_at))
    return query if team_ids is None else query.where(RiskStamp.team_id.in_(team_ids))


def kept(
    name: str, key: Hashable, stamp: Stamp, make: Callable[[], Value], *, names: bool = False
) -> Value:
    """What `make` gave under the same name, key and stamp, or gives now.

    With `names` it holds for a minute at most, because people and systems are renamed without
    a risk being changed.
    """
    if stamp is None:
        return make()
    whole = (db.engine, name, key, stamp)
    found = _kept.get(whole)
    if found is not None and (not names or now() - found[0] < NAMES_HOLD):
        value: Value = found[1]
        return value
    fresh = make()
    _kept.pop(whole, None)  # so that it is the youngest
    _kept[whole] = (now(), fresh)
    while len(_kept) > KEPT_MAX:
        _kept.popitem(last=False)
    return fresh


def note_teams(team_ids: Iterable[int]) -> None:
    """The teams get new stamps with the transaction; for rows stored without the session."""
    db.session.info.setdefault(_CHANGED, set()).update(team_ids)


def touch_teams(team_ids: Sequence[int]) -> None:
    """Give the teams new stamps; for whoever writes risks without the session's objects."""
    if not team_ids:
        return
    rows = [{"team_id": each, "version": 1, "changed_at": now()} for each in sorted(set(team_ids))]
    db.session.connection().execute(_touching(db.engine.dialect.name), rows)


@cache
def _touching(dialect: str) -> Any:
    """Built once: every change of a risk ends with it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(RiskStamp)
    newer = {
        "version": RiskStamp.version + 1,
        "changed_at": statement.excluded.changed_at,
    }
    return statement.on_conflict_do_update(index_elements=["team_id"], set_=newer)


@event.listens_for(db.session, "after_flush")
def _note(session: Session, _context: object) -> None:
    changed = session.info.setdefault(_CHANGED, set())
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Risk):
            changed.update(_teams_of(row))


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    touch_teams(list(session.info.pop(_CHANGED, ())))


@event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    """A savepoint that is rolled back takes nothing of what was changed before it."""
    if not session.in_nested_transaction():
        session.info.pop(_CHANGED, None)


def _teams_of(risk: Risk) -> Iterator[int]:
    """The team of a risk, and the one it was moved from."""
    yield risk.team_id
    yield from (old for old in inspect(risk).attrs.team_id.history.deleted or () if old)
