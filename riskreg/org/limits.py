"""How often something may be done: counted in the database, so that all processes agree.

A use is counted in one statement and in a transaction of its own: it counts even where the request
is refused afterwards, and two processes never take the same place. Of what is used very often a
process counts a few uses ahead, which are lost when it ends: somebody may then be refused a little
too early, and never too late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from sqlalchemy import CursorResult, Insert, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from riskreg.db import db, write_intent
from riskreg.errors import TooMany
from riskreg.lib.dates import now
from riskreg.org.models import UseCount

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "riskreg_limit"
FREE_TRIES = 5
TRY_WINDOW = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=5)
KEY_CHARS_MAX = 320
_INSTANT = bindparam("instant", type_=UseCount.began_at.type)
_ahead: "dict[tuple[str, str], Ahead]" = {}
_guard = Lock()


class Limit(StrEnum):
    """What is counted."""

    SIGN_IN = "sign-in"  # from one address
    RESET = "reset"  # of one person
    STATE = "state"  # of one sign-in at the provider
    LINK = "link"  # asked for from one address, by whom is not known
    LETTER = "letter"  # to one e-mail, asked for by whom is not known
    PERSON = "person"  # added by one person
    SEARCH = "search"  # and the following, by one person
    EXPORT = "export"
    PACK = "pack"
    IMPORT = "import"
    API = "api"  # with one token
    REPORT = "report"  # of browsers, all together
    TOKEN = "token"  # noqa: S105 - a token that is none, from one address


@dataclass(frozen=True, kw_only=True)
class Rule:
    """At most so many `times` within a span that begins with the first use."""

    times: int
    within: timedelta
    ahead: int = 1  # how many uses are counted at once


@dataclass(kw_only=True)
class Ahead:
    """Uses that this process has counted and not had yet, until the span ends.

    When it was one too many, no use is counted before that: a flood costs no statement.
    """

    left: int
    until: datetime
    is_full: bool = False


RULES = {
    Limit.SIGN_IN: Rule(times=20, within=timedelta(minutes=1)),
    Limit.RESET: Rule(times=5, within=timedelta(hours=1)),
    Limit.STATE: Rule(times=1, within=timedelta(hours=1)),
    Limit.LINK: Rule(times=20, within=timedelta(hours=1)),
    Limit.LETTER: Rule(times=5, within=timedelta(hours=1)),
    Limit.PERSON: Rule(times=60, within=timedelta(hours=1)),
    Limit.SEARCH: Rule(times=60, within=timedelta(minutes=1)),
    Limit.EXPORT: Rule(times=10, within=timedelta(hours=1)),
    Limit.PACK: Rule(times=10, within=timedelta(hours=1)),
    Limit.IMPORT: Rule(times=6, within=timedelta(hours=1)),
    Limit.API: Rule(times=600, within=timedelta(minutes=1), ahead=10),
    Limit.REPORT: Rule(times=30, within=timedelta(minutes=1), ahead=10),
    Limit.TOKEN: Rule(times=20, within=timedelta(minutes=1)),
}


def limited(limit: Limit) -> Callable[[View], View]:
    """Declare that a view may be asked only so often by one person; not in the demo."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, limit)
        return view

    return mark


def init_app(app: Flask) -> None:
    """Attach the count before every request; after the permission was checked."""
    app.before_request(_count_request)


def count_use(limit: Limit, who: str | int) -> None:
    """Count one use; raises TooMany when it is one too many.

    Whatever the request did so far is rolled back, so it comes first.
    """
    rule, instant, key = RULES[limit], now(), f"{limit}:{who}"
    if rule.ahead > 1 and _was_counted(key, instant):
        return
    given = {"key": key, "instant": instant, "past": instant - rule.within, "ahead": rule.ahead}
    row = _executed(_more_uses(db.engine.dialect.name), given)
    assert row is not None
    until = row.began_at + rule.within
    left = rule.ahead - max(0, row.uses - rule.times)
    if left < 1:
        if rule.ahead > 1:
            _keep_ahead(key, Ahead(left=0, until=until, is_full=True), instant)
        raise _too_many(until - instant)
    if rule.ahead > 1:
        _keep_ahead(key, Ahead(left=left - 1, until=until), instant)


def count_try(key: str) -> None:
    """Count one try to show who one is; raises TooMany while it is too early for another.

    Five tries are free; then each further one waits twice as long as the one before, up to five
    minutes. It is forgotten after a quarter of an hour without a try, or by `forget_tries`.
    """
    instant = now()
    is_over = UseCount.began_at <= instant - TRY_WINDOW
    waits = {
        FREE_TRIES - 1 + step: min(timedelta(seconds=5 * 2**step), LONGEST_WAIT)
        for step in range(7)
    }
    row = _counted(
        _try_key(key),
        instant,
        uses=case((is_over, 1), else_=UseCount.uses + 1),
        began_at=instant,
        free_at=case(
            (is_over | (UseCount.uses < FREE_TRIES - 1), instant),
            *((UseCount.uses == uses, instant + wait) for uses, wait in waits.items()),
            else_=instant + LONGEST_WAIT,
        ),
        where=UseCount.free_at <= instant,
    )
    if row is None:
        free_at = db.session.scalar(select(UseCount.free_at).where(UseCount.key == _try_key(key)))
        raise _too_many((free_at or instant) - instant)


def forget_tries(key: str) -> None:
    """The right person came: earlier tries no longer count."""
    db.session.execute(delete(UseCount).where(UseCount.key == _try_key(key)))


def network_of(address: str) -> str:
    """The address as it is counted: of IPv6 the half that a household is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


def sweep_uses(before: datetime) -> int:
    """Forget what was last counted before; returns how many."""
    result = db.session.execute(delete(UseCount).where(UseCount.began_at < before))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _count_request() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, ATTRIBUTE, None)
    if limit is not None and not current_app.config["SETTINGS"].demo:
        count_use(limit, g.actor.person_id)


def _counted(key: str, instant: datetime, *, where: Any = None, **values: Any) -> Any:
    """Insert or update the row of a key; returns it, or None where `where` does not hold."""
    dialect = db.engine.dialect.name
    return _executed(_counting(dialect, where=where, **values), {"key": key, "instant": instant})


def _was_counted(key: str, instant: datetime) -> bool:
    """Take a use that this process has counted before, if there is one; raises TooMany."""
    with _guard:
        ahead = _ahead.get((str(db.engine.url), key))
        if ahead is None or instant >= ahead.until:
            return False
        if ahead.is_full:
            raise _too_many(ahead.until - instant)
        if ahead.left < 1:
            return False
        ahead.left -= 1
        return True


def _keep_ahead(key: str, ahead: Ahead, instant: datetime) -> None:
    with _guard:
        for old in [each for each, kept in _ahead.items() if instant >= kept.until]:
            del _ahead[old]
        _ahead[str(db.engine.url), key] = ahead


@cache  # every search counts: the statement is built once
def _more_uses(dialect: str) -> Insert:
    is_over = UseCount.began_at <= bindparam("past", type_=UseCount.began_at.type)
    more = bindparam("ahead", type_=UseCount.uses.type)
    return _counting(
        dialect,
        first=more,
        uses=case((is_over, more), else_=UseCount.uses + more),
        began_at=case((is_over, _INSTANT), else_=UseCount.began_at),
    )


def _counting(dialect: str, *, first: Any = 1, where: Any = None, **values: Any) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(UseCount)
        .values(key=bindparam("key"), uses=first, began_at=_INSTANT, free_at=_INSTANT)
        .on_conflict_do_update(index_elements=["key"], set_=values, where=where)
        .returning(UseCount.uses, UseCount.began_at)
    )


def _executed(statement: Insert, given: dict[str, Any]) -> Any:
    db.session.rollback()  # nothing was written yet; a reader left open would keep SQLite waiting
    with write_intent(), db.engine.begin() as connection:
        return connection.execute(statement, given).one_or_none()


def _try_key(key: str) -> str:
    return f"try:{key}"[:KEY_CHARS_MAX]


def _too_many(left: timedelta) -> TooMany:
    seconds = max(1, int(left.total_seconds()) + 1)
    if seconds < 100:
        sentence = _("That was too often. Wait %(n)s seconds and try again.", n=seconds)
    else:
        minutes = -(-seconds // 60)
        sentence = _("That was too often. Wait %(n)s minutes and try again.", n=minutes)
    return TooMany(sentence, retry_after_seconds=seconds)
