"""A program with an identity provider, and a browser's way there and back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.sso import protocol
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.sso.provider import FalseProvider, false_provider


@pytest.fixture
def provider(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FalseProvider]:
    """A provider that is obeyed until a test lets it lie; it answers for example.org."""
    protocol._known.clear()
    with false_provider() as served:
        settings = replace(
            app.config["SETTINGS"],
            provider=served.settings(domains=frozenset({"example.org"})),
            base_url="http://localhost",
        )
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield served


@pytest.fixture
def root(app: Flask) -> Team:
    return make_team("Company")


@pytest.fixture
def admin(root: Team) -> Person:
    return make_person(root, Role.ADMIN, name="Amal Admin", email="amal@example.org")


@pytest.fixture
def ada(root: Team) -> Person:
    return make_person(root, name="Ada Active", email="ada@example.org")


def go(
    client: RegisterClient, provider: FalseProvider, path: str = "/sign-in/sso"
) -> dict[str, str]:
    """Be led to the provider; what the browser brings there."""
    answer = client.get(path)
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(f"{provider.issuer}/authorization_endpoint?")
    return provider.look_at(answer.location)


def come_back(client: RegisterClient, **answer: str) -> TestResponse:
    """Be led back with an answer."""
    return client.get("/sign-in/sso/return", query_string={"code": "a code", **answer})


def there_and_back(
    client: RegisterClient, provider: FalseProvider, path: str = "/sign-in/sso"
) -> TestResponse:
    """The whole way."""
    asked = go(client, provider, path)
    provider.codes = {"a code"}
    return come_back(client, state=asked["state"])
