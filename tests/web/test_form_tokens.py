"""The token of forms: each visitor's own, on each of their pages."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from riskreg import create_app
from riskreg.db import db, opened
from riskreg.settings import Settings
from tests.client import RegisterClient
from tests.factories import make_person, make_team


@pytest.fixture
def served(app: Flask, settings: Settings) -> Iterator[Flask]:
    """As it is served; each request is on its own."""
    make_person(make_team("Root"))
    db.session.commit()
    made = create_app(replace(settings, testing=False))
    yield made
    with opened(made):
        pass


def token_for(client: RegisterClient) -> str:
    found = re.search(r'name="csrf_token" [^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    return found[1]


def test_each_visitor_has_their_own(served: Flask) -> None:
    mine, theirs = RegisterClient(served), RegisterClient(served)
    tokens = [token_for(mine), token_for(mine)]
    token_for(theirs)
    for token in tokens:
        form = {"csrf_token": token, "email": "nobody@example.org", "password": "not mine at all"}
        assert "reload the page" not in mine.post("/sign-in", data=form).text
        assert "reload the page" in theirs.post("/sign-in", data=form).text


def test_a_cookie_signed_with_another_key_counts_for_nothing(
    served: Flask, settings: Settings
) -> None:
    visitor = RegisterClient(served)
    token = token_for(visitor)
    cookie = visitor.get_cookie("riskreg-form")
    assert cookie is not None
    other = create_app(replace(settings, secret_key="o" * 40, testing=False))
    same = RegisterClient(other)
    same.set_cookie(cookie.key, cookie.value)
    assert token_for(same) != token
    answered = same.get_cookie("riskreg-form")
    assert answered is not None
    assert answered.value != cookie.value
    with opened(other):
        pass
