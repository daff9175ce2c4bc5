"""As it is served behind a proxy that speaks HTTPS, and where something only claims to be one."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection, HTTPResponse
from threading import Event, Thread
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg import create_app
from riskreg.db import db, opened
from riskreg.org.kinds import Role
from riskreg.org.models import UserSession
from riskreg.org.passwords import hash_password
from riskreg.serving import listening, serve_until
from riskreg.settings import Settings
from riskreg.web import health
from tests.factories import make_person, make_team

HOST = "risks.example.org"
PASSWORD = "a sentence that is long"
FORWARDED = {
    "Host": HOST,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "198.51.100.6, 203.0.113.9",  # the first is what the visitor said
}


@contextmanager
def served(settings: Settings, *, trusted_proxies: int, base_url: str) -> Iterator[int]:
    """The port it listens on."""
    chosen = replace(
        settings,
        testing=False,
        port=0,
        trusted_hosts=(HOST,),
        trusted_proxies=trusted_proxies,
        base_url=base_url,
    )
    app = create_app(chosen)
    server = listening(app, chosen)
    told = Event()
    thread = Thread(target=serve_until, args=(told, server), kwargs={"unready_seconds": 0})
    thread.start()
    try:
        yield server.effective_port
    finally:
        told.set()
        thread.join(timeout=10)
        health.stopping.clear()
        with opened(app):
            pass
    assert not thread.is_alive()


def ask(
    port: int, method: str, path: str, headers: Mapping[str, str], body: str = ""
) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, dict(headers))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def sign_in(port: int, email: str, headers: Mapping[str, str]) -> HTTPResponse:
    """As a browser does from our page: with its token and cookie, and no referrer."""
    page, text = ask(port, "GET", "/sign-in", headers)
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    assert found is not None
    form = urlencode({"csrf_token": found[1], "email": email, "password": PASSWORD})
    sent = {
        **headers,
        "Cookie": cookie,
        "Origin": "null",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return ask(port, "POST", "/sign-in", sent, form)[0]


@pytest.fixture
def email(app: Flask) -> str:
    return make_person(make_team("Root"), Role.VIEWER, password_hash=hash_password(PASSWORD)).email


def address() -> str:
    db.session.rollback()
    return db.session.scalars(select(UserSession.address)).one()


@pytest.mark.asvs("v5.0.0-3.3.1")
def test_behind_a_trusted_one_all_is_as_over_https(settings: Settings, email: str) -> None:
    with served(settings, trusted_proxies=1, base_url=f"https://{HOST}") as port:
        answer = sign_in(port, email, FORWARDED)
    assert answer.status == 303
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    kept = answer.headers.get_all("Set-Cookie") or []
    assert any(line.startswith("__Host-riskreg=") and "Secure" in line for line in kept)
    assert address() == "203.0.113.9"


def test_without_a_trusted_one_nobody_is_believed(settings: Settings, email: str) -> None:
    with served(settings, trusted_proxies=0, base_url=f"http://{HOST}") as port:
        answer = sign_in(port, email, FORWARDED)
    assert answer.status == 303
    assert "Strict-Transport-Security" not in answer.headers
    assert address() == "127.0.0.1"


def test_another_name_than_its_own_is_refused(settings: Settings, email: str) -> None:
    with served(settings, trusted_proxies=1, base_url=f"https://{HOST}") as port:
        for host in ({"Host": "evil.example"}, {"Host": HOST, "X-Forwarded-Host": "evil.example"}):
            assert ask(port, "GET", "/sign-in", {**FORWARDED, **host})[0].status == 400
