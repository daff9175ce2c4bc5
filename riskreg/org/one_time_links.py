"""Links that come by mail and let a person choose a password, once.

A page only asks for one: whether there is such a person is looked up by the worker, so the answer
takes the same work for every e-mail. The token is worked out from a random seed in the job and the
secret key, each time the letter is written. So the database holds only its hash, a backup of it
opens no account, and a letter that is sent twice holds the same link twice.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, select, update

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import NotFound
from riskreg.jobs.mail import post
from riskreg.lib.dates import now
from riskreg.org.account import end_all_sessions
from riskreg.org.kinds import LinkKind
from riskreg.org.models import OneTimeLink, Person
from riskreg.org.permissions import SYSTEM_ACTOR, Actor
from riskreg.org.services import set_password
from riskreg.org.sessions import actor_of

TASK = "mail.link"
LASTS = {LinkKind.INVITATION: timedelta(hours=72), LinkKind.RESET: timedelta(minutes=30)}


@dataclass(frozen=True, kw_only=True)
class MailedLink:
    """What a letter tells of: to whom, with which token, good for how long from now."""

    person: Person
    kind: LinkKind
    token: str
    lasts: timedelta
    asked_by: str  # a name; empty where they asked themselves


def ask_for_link(
    email: str, *, kind: LinkKind, asked_by: Actor | None = None, address: str = ""
) -> None:
    """Let whoever has this e-mail, if anybody has, be mailed a link; the same work in any case."""
    payload = {
        "email": email.strip().lower(),
        "kind": kind,
        "seed": secrets.token_hex(16),
        "asked_by": asked_by.name if asked_by else "",
        "address": address,
    }
    post(TASK, payload, asked_by_id=asked_by.person_id if asked_by else None)


def open_link(payload: Mapping[str, Any], *, secret_key: str) -> MailedLink | None:
    """The link of a letter, good from now on; None where there is nobody who may still use it."""
    person = db.session.scalar(
        select(Person).where(Person.email == payload["email"], Person.is_active)
    )
    if person is None:
        return None
    kind, token = LinkKind(payload["kind"]), _token(payload["seed"], secret_key)
    link = db.session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == _digest(token)))
    if link is not None and link.used_at is not None:
        return None
    if link is None:
        link = OneTimeLink(
            person_id=person.id, kind=kind, token_hash=_digest(token), created_at=now()
        )
        db.session.add(link)
        note = _("asked for from %(address)s", address=payload["address"])
        record(
            actor=SYSTEM_ACTOR,
            action="person.link",
            subject=person,
            note=note if payload["address"] else "",
        )
    link.expires_at = now() + LASTS[kind]
    db.session.flush()
    return MailedLink(
        person=person, kind=kind, token=token, lasts=LASTS[kind], asked_by=payload["asked_by"]
    )


def person_of_link(token: str) -> Person:
    """Whose link it is; raises NotFound for one that is used, too old, or never was."""
    person = db.session.scalar(
        select(Person)
        .join(OneTimeLink, OneTimeLink.person_id == Person.id)
        .where(*_good(token), Person.is_active)
    )
    if person is None:
        raise NotFound(_("This link was used already, or is too old, or is not complete."))
    return person


def use_link(token: str, password: str) -> Person:
    """Set the password of whoever the link is for; it, their other links and sessions end.

    Raises NotFound for a link that is not good, Invalid for the password.
    """
    person = person_of_link(token)
    spent = update(OneTimeLink).where(*_good(token)).values(used_at=now())
    if db.session.scalar(spent.returning(OneTimeLink.id)) is None:  # another was faster
        raise NotFound(_("This link was used already, or is too old, or is not complete."))
    set_password(actor_of(person), person, password)
    end_all_sessions(person)
    db.session.flush()
    return person


def open_link_of(person_id: int) -> OneTimeLink | None:
    """The link that was mailed to a person last and is still good."""
    return db.session.scalar(
        select(OneTimeLink)
        .where(
            OneTimeLink.person_id == person_id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now(),
        )
        .order_by(OneTimeLink.id.desc())
        .limit(1)
    )


def sweep_links(before: datetime) -> int:
    """Forget links that ended before; returns how many."""
    result = db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < before))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _good(token: str) -> tuple[Any, ...]:
    return (
        OneTimeLink.token_hash == _digest(token),
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now(),
    )


def _token(seed: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), f"one-time link {seed}".encode(), "sha256").hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
