"""What is shown once, refused or overtaken, and what only another set-up has, is sound as well."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from riskreg.db import db
from tests.attacks.rows import all_rows
from tests.attacks.sending import Register
from tests.attacks.world import make_world, settings_of_world
from tests.browser.answers import Kept, answers_of, before_anybody, pages_of, shown
from tests.browser.visitor import Visitor
from tests.client import RegisterClient
from tests.org.conftest import clock

__all__ = ["clock"]


@pytest.fixture
def once(database: str) -> None:
    """How a page looks does not depend on the database."""
    if not database.startswith("sqlite"):
        pytest.skip("is looked at on SQLite")


@pytest.fixture
def kept(
    once: None, app: Flask, client: RegisterClient, clock: object, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    """The pages by their names, each with the status that its name begins with."""
    settings = settings_of_world(app.config["SETTINGS"])
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    first = before_anybody(app)
    world = make_world(app, client)
    db.session.remove()
    register = Register(app=app, world=world, rows=all_rows(), accept="text/html")
    found = {**first, **pages_of(register), **answers_of(register)}
    assert {name: str(answer.status_code) for name, answer in found.items()} == {
        name: name[:3] for name in found
    }
    return found


def test_pages_that_the_demo_does_not_show_are_sound(
    app: Flask, kept: Kept, browser: Browser
) -> None:
    with shown(app, kept) as address:
        visitor = Visitor.arrive(browser, address)
        for name in kept:
            visitor.go(name)
            visitor.look_at_colours()
            visitor.look_on_a_phone_in_the_dark()
        visitor.leave()
