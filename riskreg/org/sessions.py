"""Signed-in browsers and the one-time set-up code."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask_babel import gettext as _
from sqlalchemy import Integer, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.exc import OperationalError

from riskreg.audit.services import record
from riskreg.db import UTCDateTime, db, write_intent
from riskreg.errors import Invalid, NotFound
from riskreg.lib.dates import now
from riskreg.org.confidential import privy_numbers, privy_of
from riskreg.org.limits import Limit, count_try, count_use, forget_tries, network_of
from riskreg.org.models import Grant, Person, SecondFactor, SetupCode, Team, UserSession
from riskreg.org.passwords import hash_password, needs_rehash, password_matches
from riskreg.org.permissions import Actor
from riskreg.org.tree import STAMP
from riskreg.settings import Settings

SETUP_MINUTES = 30
KNOWN_FOR = timedelta(days=30)
OLD_TOKEN_FOR = timedelta(seconds=30)
TOUCH_AFTER = timedelta(minutes=1)

log = structlog.get_logger()


def person_with(*, email: str, password: str, address: str) -> Person:
    """The person whose e-mail and password these are.

    Raises Invalid when they do not match, TooMany when this was tried too often.
    """
    email = email.strip().lower()
    count_use(Limit.SIGN_IN, network_of(address))
    tries = _tries_of(email, address)
    count_try(tries)
    stored = db.session.scalar(select(Person.password_hash).where(Person.email == email))
    db.session.rollback()  # nothing was written yet; hashing must not keep others from writing
    matches = password_matches(stored, password)
    person = db.session.scalar(select(Person).where(Person.email == email))
    if person is None or not matches or not person.is_active or person.password_hash != stored:
        raise Invalid(_("E-mail and password do not match."), field="password")
    if needs_rehash(stored or ""):
        person.password_hash = hash_password(password)
    forget_tries(tries)
    db.session.flush()
    return person


def begin_session(
    person: Person,
    *,
    settings: Settings,
    device: str,
    address: str,
    factor_elsewhere: bool = False,
) -> str:
    """A new session for a person whose identity was shown; returns its token."""
    token = secrets.token_urlsafe(32)
    instant = now()
    session = UserSession(
        token_hash=_digest(token),
        person=person,
        created_at=instant,
        last_seen_at=instant,
        proved_at=instant,
        factor_elsewhere=factor_elsewhere,
        expires_at=instant + timedelta(hours=settings.session_hours),
        device=device[:200],
        address=address[:64],
    )
    db.session.add(session)
    db.session.flush()
    record(actor=actor_of(person), action="session.begin", subject=session, note=session.device)
    return token


@dataclass(frozen=True, kw_only=True)
class LiveSession:
    """A session that counts, and who it belongs to; read on every request, so without objects.

    `tree` is the word under which the tree of teams may be kept, read at the same time.
    """

    id: int
    last_seen_at: datetime
    proved_at: datetime
    must_renew: bool
    has_second_factor: bool
    has_short_password: bool
    actor: Actor
    tree: str | None


def session_of(token: str, *, settings: Settings) -> LiveSession | None:
    """The live session of a token: not ended, not idle for too long, its person active."""
    instant = now()
    wanted = {"digest": _digest(token), "instant": instant}
    rows = db.session.connection().execute(_SESSION, wanted).all()
    if not rows or rows[0].revoked_at is not None or not rows[0].is_active:
        return None
    row = rows[0]
    idle = instant - row.last_seen_at > timedelta(minutes=settings.session_idle_minutes)
    if idle or instant >= row.expires_at:
        return None
    actor = Actor(
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        timezone=row.timezone or settings.timezone,
        session_id=row.id,
        home_team_id=row.home_team_id,
        grants=tuple((each.path, each.role) for each in rows if each.path is not None),
        privy=privy_of(row.privy),
    )
    return LiveSession(
        id=row.id,
        last_seen_at=row.last_seen_at,
        proved_at=row.proved_at,
        must_renew=row.must_renew,
        has_second_factor=row.confirmed_at is not None or row.factor_elsewhere,
        has_short_password=row.has_short_password,
        actor=actor,
        tree=row.tree,
    )


# One row for each grant, at least one; built once, because every request asks it.
_SESSION = (
    select(
        UserSession.id,
        UserSession.person_id,
        UserSession.last_seen_at,
        UserSession.expires_at,
        UserSession.revoked_at,
        UserSession.proved_at,
        UserSession.factor_elsewhere,
        UserSession.must_renew,
        SecondFactor.confirmed_at,
        Person.has_short_password,
        Person.is_active,
        Person.name,
        Person.email,
        Person.timezone,
        Person.home_team_id,
        Team.path,
        Grant.role,
        STAMP.label("tree"),
        privy_numbers(UserSession.person_id, bindparam("instant", type_=UTCDateTime)).label(
            "privy"
        ),
    )
    .join(Person, Person.id == UserSession.person_id)
    .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
    .outerjoin(Grant, Grant.person_id == Person.id)
    .outerjoin(Team, Team.id == Grant.team_id)
    .where(
        or_(
            UserSession.token_hash == bindparam("digest"),
            and_(
                UserSession.old_token_hash == bindparam("digest"),
                UserSession.old_until > bindparam("instant", type_=UTCDateTime),
            ),
        )
    )
    .order_by(Grant.id)
)


def touch_session(session: LiveSession) -> None:
    """Remember that the session is in use, at most once a minute, in a transaction of its own.

    This is bookkeeping about the visit, not a change of state that the request asks for,
    so it is the one write that may happen during a GET.
    """
    instant = now()
    if instant - session.last_seen_at < TOUCH_AFTER:
        return
    statement = update(UserSession).where(UserSession.id == session.id).values(last_seen_at=instant)
    db.session.rollback()  # nothing was written yet; a reader left open would keep SQLite waiting
    try:
        with write_intent(), db.engine.begin() as connection:
            connection.execute(statement)
    except OperationalError as error:
        # Reading goes on where writing cannot: a full or read-only disk, a database kept busy.
        log.warning("session_not_touched", error=str(error.orig))


def renew_session(session: LiveSession) -> str | None:
    """Another token for a session whose person's roles changed; None where there is no need.

    Like `touch_session` a write of its own that may happen during a GET. The old token counts for
    half a minute more, because a browser asks for several things at once.
    """
    if not session.must_renew:
        return None
    token = secrets.token_urlsafe(32)
    statement = (
        update(UserSession)
        .where(UserSession.id == session.id, UserSession.must_renew)
        .values(
            token_hash=_digest(token),
            old_token_hash=UserSession.token_hash,
            old_until=now() + OLD_TOKEN_FOR,
            must_renew=False,
        )
        .returning(UserSession.id)
    )
    db.session.rollback()
    try:
        with write_intent(), db.engine.begin() as connection:
            return token if connection.scalar(statement) else None
    except OperationalError as error:
        log.warning("session_not_renewed", error=str(error.orig))
        return None


def prove_session(session_id: int) -> str:
    """The person showed again who they are: the session goes on under the token returned."""
    session = db.session.get_one(UserSession, session_id)
    session.proved_at = now()
    return change_token(session_id)


def change_token(session_id: int) -> str:
    """Another token for a session, at once."""
    token = secrets.token_urlsafe(32)
    session = db.session.get_one(UserSession, session_id)
    session.token_hash, session.old_token_hash = _digest(token), None
    db.session.flush()
    return token


def live_sessions(person_id: int, *, idle_minutes: int | None = None) -> Sequence[UserSession]:
    """A person's sessions that are not ended (nor idle for longer), most recent first."""
    instant = now()
    idle = timedelta(minutes=idle_minutes) if idle_minutes is not None else timedelta(days=400)
    return db.session.scalars(
        select(UserSession)
        .where(
            UserSession.person_id == person_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > instant,
            UserSession.last_seen_at > instant - idle,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(100)
    ).all()


def end_session(actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions; raises NotFound for anybody else's."""
    session = db.session.get(UserSession, session_id)
    if session is None or session.person_id != actor.person_id:
        raise NotFound(_("There is nothing here, or you may not see it."))
    if session.revoked_at is None:
        session.revoked_at = now()
        record(actor=actor, action="session.end", subject=session)


def actor_of(person: Person, session: UserSession | None = None, *, timezone: str = "UTC") -> Actor:
    """The person as an actor with their roles as they are now.

    `timezone` is the organisation's, for people who did not choose one.
    """
    wanted = {"person": person.id, "instant": now()}
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        timezone=person.timezone or timezone,
        session_id=session.id if session else None,
        home_team_id=person.home_team_id,
        grants=tuple((grant.team.path, grant.role) for grant in person.grants),
        privy=privy_of(db.session.scalar(_PRIVY, wanted) or ""),
    )


# Built once: to put it together takes longer than to ask it.
_PRIVY = select(
    privy_numbers(bindparam("person", type_=Integer), bindparam("instant", type_=UTCDateTime))
)


def new_setup_code() -> str | None:
    """A one-time code for the first administrator; None when somebody exists already."""
    if db.session.scalar(select(func.count(Person.id))):
        return None
    db.session.execute(delete(SetupCode).where(SetupCode.used_at.is_(None)))
    code = secrets.token_urlsafe(18)
    instant = now()
    db.session.add(
        SetupCode(
            code_hash=_digest(code),
            created_at=instant,
            expires_at=instant + timedelta(minutes=SETUP_MINUTES),
        )
    )
    db.session.flush()
    return code


def use_setup_code(code: str) -> None:
    """Spend the code; raises Invalid unless it is right, fresh, unused and nobody exists yet.

    Every unused code is spent at once, so that two people with two codes cannot both come first:
    the second waits for the rows of the first and then finds none left.
    """
    spent = db.session.scalars(
        update(SetupCode)
        .where(SetupCode.used_at.is_(None))
        .values(used_at=now())
        .returning(SetupCode)
    ).all()
    right = any(
        hmac.compare_digest(row.code_hash, _digest(code.strip())) and row.expires_at > now()
        for row in spent
    )
    if not right or db.session.scalar(select(func.count(Person.id))):
        raise Invalid(
            _(
                "This set-up code is wrong, used or older than 30 minutes. "
                "Run `riskreg init` for a new one."
            ),
            field="code",
        )


def _tries_of(email: str, address: str) -> str:
    """The key under which tries for an account are counted.

    An address from which the person signed in lately counts by itself, so that whoever guesses
    from elsewhere slows down only themselves.
    """
    known = (
        select(UserSession.id)
        .join(UserSession.person)
        .where(
            Person.email == email,
            UserSession.address == address,
            UserSession.created_at > now() - KNOWN_FOR,
        )
    )
    return f"{email}@{address}" if db.session.scalar(known.limit(1)) else email


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
