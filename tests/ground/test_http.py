"""What every answer keeps: headers, one transaction, errors people and programs can read."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from riskreg import create_app
from riskreg.db import db, opened
from riskreg.org.kinds import Role
from riskreg.org.models import UserSession
from riskreg.org.passwords import hash_password
from riskreg.settings import Settings
from riskreg.web.bodies import PARTS_MAX, PLAIN
from tests.client import RegisterClient
from tests.factories import make_person, make_team

PASSWORD = "a sentence that is long"


@pytest.mark.asvs("v5.0.0-3.4.3")
@pytest.mark.asvs("v5.0.0-3.4.4")
@pytest.mark.asvs("v5.0.0-3.4.5")
@pytest.mark.asvs("v5.0.0-3.4.6")
def test_every_answer_carries_the_policy(client: RegisterClient) -> None:
    headers = client.get("/sign-in", follow_redirects=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    for name in ("frame-ancestors", "object-src", "base-uri"):
        assert f"{name} 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    for name in ("Opener", "Resource"):
        assert headers[f"Cross-Origin-{name}-Policy"] == "same-origin"
    asked = [each.partition("=") for each in headers["Permissions-Policy"].split(", ")]
    assert {allowed for _name, _is, allowed in asked} == {"()"}
    assert {name for name, _is, _allowed in asked} >= {
        *("camera", "microphone", "geolocation", "payment", "usb", "display-capture", "midi"),
        *("fullscreen", "clipboard-read", "publickey-credentials-get", "xr-spatial-tracking"),
    }


def test_a_form_with_too_many_fields_is_not_read(client: RegisterClient) -> None:
    fine = {"email": "ada@example.org", **{f"f{number}": "" for number in range(900)}}
    assert client.post("/sign-in", data=fine).status_code == 422
    for body in (b"a&" * 1_000, b"a" * (2 * 1024 * 1024 + 1)):
        answer = client.post("/sign-in", data=body, content_type=PLAIN)
        assert answer.status_code == 413
        assert "too large" in answer.text
    parts = {f"f{number}": "" for number in range(PARTS_MAX + 1)}
    sent = client.post("/sign-in", data=parts, content_type="multipart/form-data")
    assert sent.status_code == 413


def test_on_loopback_only_its_own_names_are_answered(settings: Settings) -> None:
    named = create_app(replace(settings, base_url="https://risks.example.org", trusted_hosts=()))
    client = named.test_client()
    foreign = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000")
    own = ("localhost", "127.0.0.1:8000", "[::1]:8000", "risks.example.org")
    answers = {
        host: client.get("/healthz", headers={"Host": host}).status_code
        for host in (*own, *foreign)
    }
    with opened(named):
        pass
    assert [host for host, status in answers.items() if status == 400] == list(foreign)


@pytest.mark.asvs("v5.0.0-14.2.5")
def test_only_what_is_the_same_for_everybody_may_be_kept(client: RegisterClient) -> None:
    path = "/static/css/tokens.css?v=1"
    unknown = client.get(path, buffered=True)
    client.sign_in(make_person(make_team("Root"), Role.VIEWER))
    known = client.get(f"{path}&team=root", buffered=True)
    assert (known.status_code, known.data) == (200, unknown.data)
    assert "max-age" in known.headers["Cache-Control"]
    for answer in (unknown, known):
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.vary
    for path in ("/me/a.css", "/me;a.css", "/risks/a.css", "/static/a.css", "/static/%2e%2e/me"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), path


@pytest.mark.asvs("v5.0.0-3.4.1")
def test_over_https_browsers_are_held_to_it(client: RegisterClient) -> None:
    make_person(email="ada@example.org", password_hash=hash_password(PASSWORD))
    sent = {"email": "ada@example.org", "password": PASSWORD}
    for path in ("/sign-in", "/healthz", "/not/here"):
        kept = client.get(path, base_url="https://localhost").headers
        assert kept["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    cookie = client.post("/sign-in", data=sent, base_url="https://localhost").headers["Set-Cookie"]
    assert cookie.startswith("__Host-riskreg=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_the_nonce_is_another_one_each_time(client: RegisterClient) -> None:
    policies = {client.get("/healthz").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client: RegisterClient) -> None:
    make_person()
    response = client.get("/risks?kind=security")
    assert response.status_code == 303
    assert response.location == "/sign-in?next=/risks?kind%3Dsecurity"


def test_a_program_gets_problem_details(client: RegisterClient) -> None:
    response = client.get("/me", headers={"Accept": "application/json"})
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["detail"] == "Sign in first."


def test_a_page_that_is_not_there_is_a_sentence(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team("Root"), Role.VIEWER))
    response = client.get("/nothing/here")
    assert response.status_code == 404
    assert "There is nothing here, or you may not see it." in response.get_data(as_text=True)


def test_a_risk_that_is_not_there_offers_the_list_and_the_search(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team("Root"), Role.VIEWER))
    offered = client.get("/risks/R-9999").text.partition('class="button-row"')[2]
    assert 'href="/risks"' in offered
    assert 'href="/search"' in offered
    assert 'href="/search"' in client.get("/nothing/here").text.partition('class="button-row"')[2]


@pytest.mark.asvs("v5.0.0-3.3.1")
def test_every_cookie_over_https_is_of_this_host_alone(app: Flask, settings: Settings) -> None:
    team = make_team("Root")
    person = make_person(team, Role.VIEWER, password_hash=hash_password(PASSWORD))
    secure = create_app(
        replace(settings, base_url="https://localhost", trusted_hosts=(), testing=False)
    )
    secure.config["WTF_CSRF_ENABLED"] = False
    client = secure.test_client()
    given = {"email": person.email, "password": PASSWORD}
    ask = {"base_url": "https://localhost"}
    answers = [
        client.post("/sign-in", data=given, **ask),
        client.get(f"/risks?team={team.slug}", **ask),
        client.post("/me/theme", data={"theme": "dark"}, **ask),
    ]
    kept = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    page = client.get("/me", **ask).text
    with opened(secure):
        pass
    names = {line.partition("=")[0] for line in kept}
    assert names == {f"__Host-{name}" for name in ("riskreg", "riskreg-form", "team", "theme")}
    for line in kept:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    assert 'data-theme="dark"' in page


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(client: RegisterClient, onward: str) -> None:
    client.sign_in(make_person(make_team("Root"), Role.VIEWER))
    response = client.post("/me/theme", data={"theme": "dark", "next": onward})
    assert response.location == "/"


@pytest.mark.asvs("v5.0.0-3.5.1")
def test_a_request_from_another_site_changes_nothing(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team("Root"), Role.VIEWER))
    for sent in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://[not an address"},
    ):
        assert client.post("/sign-out", headers=sent).status_code == 403
    assert db.session.query(UserSession).filter(UserSession.revoked_at.is_not(None)).count() == 0
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.post("/sign-out", headers=own).status_code == 303


@pytest.mark.asvs("v5.0.0-3.5.1")
def test_a_form_without_its_token_is_refused(app: Flask, settings: Settings) -> None:
    guarded = create_app(replace(settings, testing=False))
    person = make_person(make_team("Root"), Role.VIEWER)
    client = RegisterClient(guarded).sign_in(person)
    refused = client.post("/sign-out")
    assert refused.status_code == 400
    assert "Go back, reload the page" in refused.get_data(as_text=True)
    page = client.get("/me").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert client.post("/sign-out", data={"csrf_token": token[1]}).status_code == 303
    with guarded.app_context():
        db.engine.dispose()


def test_static_files_are_kept_for_ever_and_pages_never(client: RegisterClient) -> None:
    with client.get("/static/css/tokens.css") as response:
        assert "max-age=31536000" in response.headers["Cache-Control"]
