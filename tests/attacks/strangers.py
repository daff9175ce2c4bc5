"""What somebody without an account asks to learn who has one, and whom they ask about."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import LinkKind
from riskreg.org.models import OneTimeLink, Person, SecondFactor, Team
from riskreg.org.one_time_links import _digest
from riskreg.sso.models import OutsideAccount
from tests.factories import make_person

# Whom they ask about; the names are of one length, so that answers can be compared byte by byte.
PEOPLE = ("known", "nobdy", "ended", "empty", "other", "coded")
LINKS = ("never was one", "was used", "is too old", "of somebody locked out")
# What differs from page to page whoever asks.
CHANCE = re.compile(rb'nonce="[^"]+"|name="csrf_token" value="[^"]+"')
Way = Callable[[FlaskClient, str, str], TestResponse]


def sign_in(client: FlaskClient, name: str, address: str) -> TestResponse:
    """Guess a password."""
    return _post(client, "/sign-in", address, email=email_of(name), password="a wrong sentence")


def lost_password(client: FlaskClient, name: str, address: str) -> TestResponse:
    """Ask for a link."""
    return _post(client, "/sign-in/link", address, email=email_of(name))


def choose(client: FlaskClient, kind: str, address: str) -> TestResponse:
    """Choose a password with a link that is not good."""
    sent = {"token": token_of(kind), "password": "a kettle sings beside the harbour"}
    return _post(client, "/sign-in/password", address, **sent)


def look(client: FlaskClient, kind: str, address: str) -> TestResponse:
    """Look at such a link."""
    path = f"/sign-in/password?token={token_of(kind)}"
    return client.get(path, environ_base={"REMOTE_ADDR": address})


WAYS: Mapping[Way, tuple[str, ...]] = {
    sign_in: PEOPLE,
    lost_password: PEOPLE,
    choose: LINKS,
    look: LINKS,
}


def make_people(team: Team, password_hash: str) -> None:
    """One of each: active, locked out, not yet in, with single sign-on only, with a second factor.

    Nobody is who is called "nobdy".
    """
    made = {
        "known": make_person(team, email=email_of("known"), password_hash=password_hash),
        "ended": make_person(
            team, email=email_of("ended"), password_hash=password_hash, is_active=False
        ),
        "empty": make_person(team, email=email_of("empty")),
        "other": make_person(team, email=email_of("other")),
        "coded": make_person(team, email=email_of("coded"), password_hash=password_hash),
    }
    at = now()
    with transaction():
        account = {"issuer": "https://id.example.org", "subject": "1", "created_at": at}
        db.session.add(OutsideAccount(person_id=made["other"].id, **account))
        factor = {"sealed": "sealed", "created_at": at, "confirmed_at": at}
        db.session.add(SecondFactor(person_id=made["coded"].id, **factor))
        _link(made["known"], "was used", used_at=at)
        _link(made["known"], "is too old", expires_at=at - timedelta(days=1))
        _link(made["ended"], "of somebody locked out")


def email_of(name: str) -> str:
    """An e-mail."""
    return f"{name}@example.org"


def token_of(kind: str) -> str:
    """A token as links have them; each as long as the others."""
    return _digest(kind)


def without_chance(answer: TestResponse, name: str) -> tuple[Any, ...]:
    """An answer but for what is made of chance, and the e-mail that was sent with it."""
    body = CHANCE.sub(b"", answer.get_data()).replace(email_of(name).encode(), b"")
    headers = [(key, value) for key, value in answer.headers if key not in _OF_CHANCE]
    return answer.status_code, headers, body.replace(token_of(name).encode(), b"")


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def new_client(app: Flask) -> FlaskClient:
    """A browser that was never here."""
    return FlaskClient(app, app.response_class)


_OF_CHANCE = {"Content-Security-Policy", "Set-Cookie", "Content-Length"}


def _post(client: FlaskClient, path: str, address: str, **data: str) -> TestResponse:
    return client.post(path, data=data, environ_base={"REMOTE_ADDR": address})


def _link(person: Person, kind: str, **values: Any) -> None:
    at = {"created_at": now(), "expires_at": now() + timedelta(minutes=30)}
    token = {"kind": LinkKind.RESET, "token_hash": _digest(token_of(kind))}
    db.session.add(OneTimeLink(person_id=person.id, **{**at, **token, **values}))
