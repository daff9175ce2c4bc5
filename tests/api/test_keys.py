"""Keys that are still in use, and that are forgotten."""

from datetime import timedelta

import pytest
from flask import Flask, g
from sqlalchemy import select, text

from riskreg.db import db, transaction
from riskreg.errors import Conflict
from riskreg.lib.dates import now
from riskreg.org import api_keys
from riskreg.org.kinds import Role
from riskreg.org.models import ApiCreate
from tests.api.conftest import make_token
from tests.factories import make_person, make_team


@pytest.fixture
def token_id(app: Flask) -> int:
    team = make_team("Company")
    return make_token(make_person(team, Role.MANAGER), team)[0]


def test_whoever_waits_too_long_is_told_that_it_still_runs(app: Flask, token_id: int) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("who writes has the whole database")
    g.token_id = token_id
    assert api_keys.made_with("one", "a") is None
    with app.app_context():
        g.token_id = token_id
        db.session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        with pytest.raises(Conflict, match="still runs"):
            api_keys.made_with("one", "a")
    db.session.rollback()


def test_is_forgotten_after_a_week(app: Flask, token_id: int) -> None:
    g.token_id = token_id
    with transaction():
        api_keys.keep("one", "a", "{}")
    assert api_keys.made_with("one", "a") == "{}"
    with transaction():
        assert api_keys.sweep_keys(now() - api_keys.KEPT_FOR) == 0
        assert api_keys.sweep_keys(now() + timedelta(seconds=1)) == 1
    assert db.session.scalar(select(ApiCreate.id)) is None
