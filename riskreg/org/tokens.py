"""Tokens with which programs act for people: made, ended, and who acts with one.

One is `rrk_<number>_<secret>`; the secret has 32 random bytes, so its SHA-256 is enough to keep. It
is a narrower actor and nothing else: its owner's roles as they are now, on one team and below, at
most those of its scope, and nothing confidential (`Actor.narrowed`).
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import aliased, joinedload

from riskreg.audit.services import record
from riskreg.db import DATABASE_FAULTS, db, write_intent
from riskreg.errors import Conflict, Forbidden, Invalid, NotFound
from riskreg.lib.dates import now
from riskreg.lib.text import truncate
from riskreg.org.access import require
from riskreg.org.kinds import Role, Scope
from riskreg.org.models import ApiToken, Grant, Person, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.sessions import actor_of
from riskreg.org.tree import STAMP

PREFIX = "rrk"
DAYS, DAYS_MAX = 90, 365
LIVE_MAX = 20  # of one person
SHOWN_FOR = timedelta(days=30)  # after its end
TOUCH_AFTER = timedelta(minutes=1)
NAME_CHARS_MAX = 200
# No program manages people or roles: to write is at most what a manager does.
AT_MOST = {Scope.READ: Role.VIEWER, Scope.WRITE: Role.MANAGER}

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """A token that somebody sent, and who acts with it; `fault` says why it does not count."""

    id: int
    fault: str
    actor: Actor
    scope: Scope
    last_used_at: datetime | None
    tree: str | None


def create_token(
    actor: Actor,
    *,
    person: Person,
    team: Team,
    name: str,
    scope: Scope,
    days: int = DAYS,
    form_key: str | None = None,
) -> tuple[ApiToken, str]:
    """A new token of a person, and its words, which are shown once.

    One makes one's own; the program itself makes anybody's. Raises Invalid with the field, Conflict
    where there are too many.
    """
    if actor.by_token or actor.person_id not in {None, person.id}:
        raise Forbidden(_("Everybody makes their own tokens, on their own page."))
    require(actor, Permission.TEAM_VIEW, team, view=Permission.TEAM_VIEW)
    _check(person, team, days)
    secret, instant = secrets.token_urlsafe(32), now()
    token = ApiToken(
        name=name,
        person=person,
        team=team,
        scope=scope,
        secret_hash=_digest(secret),
        created_at=instant,
        expires_at=instant + timedelta(days=days),
        form_key=form_key,
    )
    db.session.add(token)
    db.session.flush()
    told = {"name": name, "owner": person.name, "team": team.slug, "scope": scope, "days": days}
    changes = {field: [None, value] for field, value in told.items()}
    record(actor=actor, action="token.create", subject=token, changes=changes)
    return token, f"{PREFIX}_{token.id}_{secret}"


def end_token(actor: Actor, person: Person, token_id: int) -> ApiToken:
    """End a token of a person, at once; who may do so was asked before. Raises NotFound."""
    token = db.session.get(ApiToken, token_id)
    if token is None or token.person_id != person.id or actor.by_token:
        raise NotFound(_("There is nothing here, or you may not see it."))
    _end(actor, token)
    return token


def end_all_tokens(actor: Actor, person: Person) -> None:
    """End whatever programs act for a person with."""
    for token in live_tokens(person.id):
        _end(actor, token)


def live_tokens(person_id: int) -> Sequence[ApiToken]:
    """Those that count, or would if their owner could sign in."""
    wanted = select(ApiToken).where(
        ApiToken.person_id == person_id, ApiToken.ended_at.is_(None), ApiToken.expires_at > now()
    )
    return db.session.scalars(wanted.order_by(ApiToken.id)).all()


def tokens_of(person_id: int) -> Sequence[ApiToken]:
    """Those that count and those that ended within a month, newest first."""
    since = now() - SHOWN_FOR
    ended_at = func.coalesce(ApiToken.ended_at, ApiToken.expires_at)
    return db.session.scalars(
        select(ApiToken)
        .where(ApiToken.person_id == person_id, ended_at > since)
        .options(joinedload(ApiToken.team))
        .order_by(ApiToken.id.desc())
    ).all()


def is_live(token: ApiToken) -> bool:
    """Whether it counts."""
    return token.ended_at is None and token.expires_at > now()


def bearer_of(words: str, *, timezone: str) -> Bearer | None:
    """Who acts with a token; None for what is none. `timezone` is the organisation's."""
    prefix, number, secret = (*words.split("_", 2), "", "")[:3]
    if prefix != PREFIX or not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    rows = db.session.connection().execute(_TOKEN, {"number": int(number)}).all()
    if not rows:
        return None
    row = rows[0]
    owner = Actor(
        person_id=row.person_id,
        name=truncate(
            _("%(name)s, by the token %(token)s", name=row.owner, token=row.name), NAME_CHARS_MAX
        ),
        email=row.email,
        timezone=row.timezone or timezone,
        home_team_id=row.home_team_id,
        grants=tuple((each.path, each.role) for each in rows if each.path is not None),
    )
    return Bearer(
        id=row.id,
        fault=_fault(row, secret),
        actor=owner.narrowed(row.limit, AT_MOST[row.scope]),
        scope=row.scope,
        last_used_at=row.last_used_at,
        tree=row.tree,
    )


def touch_token(bearer: Bearer, address: str) -> None:
    """Remember that a token is in use, at most once a minute, in a transaction of its own.

    Like `touch_session` it may happen while somebody reads, and reading goes on where it fails.
    """
    instant = now()
    if bearer.last_used_at is not None and instant - bearer.last_used_at < TOUCH_AFTER:
        return
    used = update(ApiToken).where(ApiToken.id == bearer.id)
    db.session.rollback()  # nothing was written yet; a reader left open would keep SQLite waiting
    try:
        with write_intent(), db.engine.begin() as connection:
            connection.execute(used.values(last_used_at=instant, last_address=address[:64]))
    except DATABASE_FAULTS as error:
        log.warning("token_not_touched", error=str(error))


def _check(person: Person, team: Team, days: int) -> None:
    if not person.is_active:
        raise Invalid(_("%(name)s is locked out.", name=person.name), field="person")
    if not 1 <= days <= DAYS_MAX:
        raise Invalid(_("A token lasts 1 to %(n)s days.", n=DAYS_MAX), field="days")
    if not actor_of(person).narrowed(team.path, Role.ADMIN).grants:
        raise Invalid(
            _(
                "%(name)s has no role on %(team)s or below, so the token could do nothing.",
                name=person.name,
                team=team.name,
            ),
            field="team",
        )
    if len(live_tokens(person.id)) >= LIVE_MAX:
        raise Conflict(
            _("%(n)s tokens are in use. End one that is not needed first.", n=LIVE_MAX),
            field="name",
        )


def _end(actor: Actor, token: ApiToken) -> None:
    if token.ended_at is None:
        token.ended_at = now()
        db.session.flush()
        record(actor=actor, action="token.end", subject=token, note=token.name)


def _fault(row: Any, secret: str) -> str:
    """Why a token does not count; nothing for one that does. What is wrong says least."""
    if not hmac.compare_digest(row.secret_hash, _digest(secret)):
        return str(_("This is no token that counts here."))
    if row.ended_at is not None or not row.is_active:
        return str(_("This token was ended. Make another on your page."))
    if now() >= row.expires_at:
        return str(_("This token is too old. Make another on your page."))
    return ""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_LIMIT = aliased(Team)
# One row for each grant of its owner, at least one; built once, because every request asks it.
_TOKEN = (
    select(
        ApiToken.id,
        ApiToken.name,
        ApiToken.scope,
        ApiToken.secret_hash,
        ApiToken.expires_at,
        ApiToken.ended_at,
        ApiToken.last_used_at,
        ApiToken.person_id,
        _LIMIT.path.label("limit"),
        Person.name.label("owner"),
        Person.is_active,
        Person.email,
        Person.timezone,
        Person.home_team_id,
        Team.path,
        Grant.role,
        STAMP.label("tree"),
    )
    .join(Person, Person.id == ApiToken.person_id)
    .join(_LIMIT, _LIMIT.id == ApiToken.team_id)
    .outerjoin(Grant, Grant.person_id == Person.id)
    .outerjoin(Team, Team.id == Grant.team_id)
    .where(ApiToken.id == bindparam("number"))
    .order_by(Grant.id)
)
