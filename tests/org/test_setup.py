"""The first administrator: one code, one person, whoever else tries at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, Team
from riskreg.org.sessions import new_setup_code
from tests.client import RegisterClient
from tests.factories import make_person, make_team

TRIES = 20


@pytest.fixture
def code(app: Flask) -> str:
    with transaction():
        made = new_setup_code()
    assert made is not None
    return made


def form(code: str, number: int = 1) -> dict[str, str]:
    return {
        "code": code,
        "organisation": f"Example {number}",
        "name": "Ada",
        "email": f"ada{number}@example.org",
        "password": "a sentence that is long",
    }


def test_makes_the_first_administrator_and_signs_them_in(client: RegisterClient, code: str) -> None:
    assert client.get("/setup").status_code == 200
    answer = client.post("/setup", data=form(code))
    assert (answer.status_code, answer.location) == (303, "/me")
    grant = db.session.scalars(select(Grant)).one()
    assert (grant.role, grant.team.parent_id, grant.team.name) == (Role.ADMIN, None, "Example 1")
    assert "Administrator" in client.get("/me").text


def test_refuses_a_wrong_code_and_keeps_the_right_one(client: RegisterClient, code: str) -> None:
    answer = client.post("/setup", data=form("not the code"))
    assert answer.status_code == 422
    assert "wrong, used or older than 30 minutes" in answer.text
    assert db.session.scalar(select(func.count(Person.id))) == 0
    assert client.post("/setup", data=form(code)).status_code == 303


def test_refuses_a_code_after_half_an_hour(client: RegisterClient, code: str) -> None:
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert client.post("/setup", data=form(code)).status_code == 422


def test_refuses_a_weak_password(client: RegisterClient, code: str) -> None:
    assert client.post("/setup", data={**form(code), "password": "short"}).status_code == 422
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_is_closed_once_somebody_exists(client: RegisterClient) -> None:
    make_person(make_team())
    assert client.get("/setup").status_code == 403
    assert client.post("/setup", data=form("any")).status_code == 403
    assert new_setup_code() is None


def test_a_new_code_makes_the_old_one_worthless(client: RegisterClient, code: str) -> None:
    with transaction():
        newer = new_setup_code()
    assert newer is not None
    assert client.post("/setup", data=form(code)).status_code == 422
    assert client.post("/setup", data=form(newer)).status_code == 303


def test_twenty_at_once_make_one_administrator(app: Flask, code: str) -> None:
    db.session.rollback()
    app.test_client_class = RegisterClient
    gate = Barrier(TRIES)

    def attempt(number: int) -> int:
        with app.app_context():
            client = app.test_client()
            gate.wait()
            return client.post("/setup", data=form(code, number)).status_code

    with ThreadPoolExecutor(TRIES) as pool:
        answers = sorted(pool.map(attempt, range(TRIES)))
    assert answers.count(303) == 1
    assert set(answers) <= {303, 403, 422}
    db.session.rollback()
    assert db.session.scalar(select(func.count(Person.id))) == 1
    assert db.session.scalar(select(func.count(Team.id))) == 1
