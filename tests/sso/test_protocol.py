"""What comes back from the provider is believed only if it is good in every respect."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from riskreg.db import db, transaction
from riskreg.errors import Unavailable
from riskreg.lib import outgoing
from riskreg.lib.dates import now
from riskreg.org.models import Person, UserSession
from riskreg.sso import fetching
from riskreg.sso.models import OutsideAccount
from tests.client import RegisterClient
from tests.sso.conftest import come_back, go, there_and_back
from tests.sso.provider import (
    Claims,
    FalseProvider,
    changed_afterwards,
    signed_by_a_stranger,
    signed_with_the_public_key,
    unsigned,
)

HOUR = 3600


@pytest.fixture
def connected(provider: FalseProvider, ada: Person) -> Person:
    """Ada, whose account is connected."""
    with transaction():
        account = OutsideAccount(
            issuer=provider.issuer, subject="ada-at-home", person_id=ada.id, created_at=now()
        )
        db.session.add(account)
    return ada


def sessions() -> int:
    return db.session.scalar(select(func.count(UserSession.id))) or 0


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "Ed25519"])
def test_signs_in_whoever_is_connected(
    client: RegisterClient, provider: FalseProvider, connected: Person, algorithm: str
) -> None:
    provider.algorithm = algorithm
    asked = go(client, provider, "/sign-in/sso?next=/me")
    assert asked["redirect_uri"] == "http://localhost/sign-in/sso/return"
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid email profile")
    answer = come_back(client, state=asked["state"])
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "Ada Active" in client.get("/me").text


INSTANT = 1_900_000_000  # stands for the present in the table below


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another program"},
        {"aud": ["riskreg", "another program"]},
        {"aud": ["riskreg", "another program"], "azp": "another program"},
        {"aud": None},
        {"iss": "https://elsewhere.example.org"},
        {"iss": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": INSTANT - HOUR},
        {"exp": None},
        {"exp": "never"},
        {"iat": INSTANT + HOUR},
        {"iat": None},
        {"nbf": INSTANT + HOUR},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "ada-at-home\n"},
    ],
    ids=str,
)
@pytest.mark.asvs("v5.0.0-10.5.1")
@pytest.mark.asvs("v5.0.0-10.5.4")
def test_refuses_a_token_with_one_false_claim(
    client: RegisterClient, provider: FalseProvider, connected: Person, claims: Claims
) -> None:
    shift = int(now().timestamp()) - INSTANT
    provider.claims = {
        name: value + shift if isinstance(value, int) and value > HOUR else value
        for name, value in claims.items()
    }
    assert there_and_back(client, provider).status_code == 403
    assert sessions() == 0


@pytest.mark.parametrize(
    "token",
    [
        unsigned,
        signed_with_the_public_key,
        signed_by_a_stranger,
        changed_afterwards,
        lambda _claims: "no token",
    ],
)
def test_refuses_a_token_that_the_provider_did_not_sign(
    client: RegisterClient,
    provider: FalseProvider,
    connected: Person,
    token: Callable[[Claims], str],
) -> None:
    provider.token = token
    assert there_and_back(client, provider).status_code == 403
    assert sessions() == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"state": "another"},
        {"state": ""},
        {"code": "another"},
        {"iss": "https://elsewhere.example.org"},
        {"state": "\u2603"},
    ],
    ids=str,
)
@pytest.mark.asvs("v5.0.0-10.1.2")
@pytest.mark.asvs("v5.0.0-10.2.1")
def test_refuses_an_answer_that_was_not_asked_for(
    client: RegisterClient, provider: FalseProvider, connected: Person, answer: dict[str, str]
) -> None:
    asked = go(client, provider)
    assert come_back(client, **{"state": asked["state"], **answer}).status_code == 403
    assert sessions() == 0


def test_an_answer_counts_once_and_for_ten_minutes(
    client: RegisterClient, provider: FalseProvider, connected: Person
) -> None:
    asked = go(client, provider)
    cookie = client.get_cookie("riskreg-form")
    assert cookie is not None
    assert come_back(client, state=asked["state"]).status_code == 303
    client.set_cookie("riskreg-form", cookie.value)  # whoever recorded all of it
    provider.codes = {"a code"}
    again = come_back(client, state=asked["state"])
    assert (again.status_code, sessions()) == (403, 1)
    assert "finished already" in again.text
    asked = go(client, provider)
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert come_back(client, state=asked["state"]).status_code == 403
    assert sessions() == 1


def test_says_what_the_provider_says(
    client: RegisterClient, provider: FalseProvider, connected: Person
) -> None:
    asked = go(client, provider)
    page = client.get(f"/sign-in/sso/return?error=access_denied&state={asked['state']}")
    assert (page.status_code, "said no" in page.text) == (403, True)
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    from_memory = there_and_back(client, provider)
    assert from_memory.status_code == 303  # what it said of itself counts for ten minutes


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elsewhere.example.org"},
        {"issuer": None},
        {"token_endpoint": "http://elsewhere.example.org/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
    ids=str,
)
@pytest.mark.asvs("v5.0.0-10.5.3")
def test_a_provider_that_describes_itself_falsely_is_not_asked(
    client: RegisterClient, provider: FalseProvider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    assert client.get("/sign-in/sso").status_code in {403, 503}
    assert provider.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b" " * (fetching.ANSWER_BYTES_MAX + 1)]
)
def test_a_strange_answer_is_no_crash(
    client: RegisterClient, provider: FalseProvider, answer: bytes
) -> None:
    provider.answer = answer
    assert client.get("/sign-in/sso").status_code == 503


def test_a_silent_provider_is_given_up(
    app: Flask, client: RegisterClient, provider: FalseProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WHOLE_SECONDS", -1.0)
    with pytest.raises(Unavailable):
        fetching.fetch_json(f"{provider.issuer}/jwks_uri", provider.settings())
    page = client.get("/sign-in/sso")
    assert page.status_code == 503


def test_the_answers_must_be_about_one_person(
    client: RegisterClient, provider: FalseProvider, connected: Person
) -> None:
    provider.profile = {"sub": "amal"}
    assert there_and_back(client, provider).status_code == 403


@pytest.mark.parametrize("elsewhere", ["https://127.0.0.2/keys", "https://10.0.0.1:8443/keys"])
def test_what_the_provider_names_elsewhere_is_not_looked_for_inside(
    client: RegisterClient, provider: FalseProvider, connected: Person, elsewhere: str
) -> None:
    provider.metadata = {"jwks_uri": elsewhere}
    assert there_and_back(client, provider).status_code == 503
