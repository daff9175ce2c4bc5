"""Signing in and out: passwords, slowing down guesses, where it leads afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from flask import Response
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.org.models import Person, UserSession
from riskreg.org.passwords import hash_password
from tests.client import RegisterClient
from tests.factories import make_person, make_team

PASSWORD = "a sentence that is long"


@pytest.fixture
def person(client: RegisterClient) -> Person:
    return make_person(
        make_team(), email="ada@example.org", name="Ada", password_hash=hash_password(PASSWORD)
    )


def attempt(
    client: RegisterClient, password: str = PASSWORD, email: str = "ada@example.org"
) -> int:
    return client.post("/sign-in", data={"email": email, "password": password}).status_code


@pytest.mark.asvs("v5.0.0-3.3.4")
def test_signs_in_and_leads_on(client: RegisterClient, person: Person) -> None:
    sent = {"email": " Ada@Example.org ", "password": PASSWORD, "next": "/me"}
    answer = client.post("/sign-in", data=sent)
    assert (answer.status_code, answer.location) == (303, "/me")
    cookie = client.get_cookie("riskreg-http")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert "Ada" in client.get("/me").text


def test_keeps_only_the_hash_of_the_cookie(client: RegisterClient, person: Person) -> None:
    attempt(client)
    cookie = client.get_cookie("riskreg-http")
    assert cookie is not None
    session = db.session.scalars(select(UserSession)).one()
    assert cookie.value not in session.token_hash
    assert len(session.token_hash) == 64


def test_leaves_a_trail(client: RegisterClient, person: Person) -> None:
    attempt(client)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.begin")).one()
    assert (entry.actor_id, entry.actor_name) == (person.id, "Ada")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("ada@example.org", "x" * 256),
    ],
)
def test_refuses_what_does_not_match_in_the_same_words(
    client: RegisterClient, person: Person, email: str, password: str
) -> None:
    answer = client.post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 422
    assert "E-mail and password do not match." in answer.text
    assert client.get_cookie("riskreg-http") is None
    assert db.session.scalar(select(func.count(UserSession.id))) == 0


def test_asks_for_both_fields(client: RegisterClient, person: Person) -> None:
    assert client.post("/sign-in", data={}).status_code == 422


def test_somebody_locked_out_does_not_get_in(client: RegisterClient, person: Person) -> None:
    with transaction():
        db.session.get_one(Person, person.id).is_active = False
    assert attempt(client) == 422


@pytest.mark.asvs("v5.0.0-6.3.1")
def test_slows_down_after_five_failures(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    assert [attempt(client, "wrong") for _time in range(5)] == [422] * 5
    answer = client.post("/sign-in", data={"email": "ada@example.org", "password": PASSWORD})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 6
    clock.shift(6)
    assert attempt(client, "wrong") == 422
    assert attempt(client) == 429
    clock.shift(11)
    assert attempt(client) == 303


def test_forgets_failures_after_a_quarter_of_an_hour(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    for _time in range(5):
        attempt(client, "wrong")
    clock.shift(timedelta(minutes=16))
    assert attempt(client) == 303


def test_failures_of_one_account_do_not_hold_up_another(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    for _time in range(5):
        attempt(client, "wrong", email="other@example.org")
    assert attempt(client, "wrong", email="other@example.org") == 429
    assert attempt(client) == 303


def test_guesses_from_elsewhere_do_not_hold_up_the_person(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    """Whoever signed in from an address lately is counted there by itself."""
    assert attempt(client) == 303
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    sent = {"email": "ada@example.org", "password": "wrong"}
    answers = [client.post("/sign-in", data=sent, environ_base=elsewhere) for _time in range(7)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
    assert attempt(client, "wrong") == 422
    assert attempt(client) == 303


def test_counts_tries_from_one_address_whatever_the_account(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    answers = [attempt(client, email=f"person{number}@example.org") for number in range(21)]
    assert answers == [422] * 20 + [429]
    assert attempt(client) == 429
    clock.shift(61)
    assert attempt(client) == 303


def test_a_try_that_is_refused_is_counted_all_the_same(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    """Twenty tries at once share the five that are free."""

    def once(_number: int) -> int:
        with client.application.app_context():
            return (
                RegisterClient(client.application, Response)
                .post("/sign-in", data={"email": "ada@example.org", "password": "wrong"})
                .status_code
            )

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(once, range(20)))
    assert sorted(answers) == [422] * 5 + [429] * 15


@pytest.mark.parametrize(
    "onward", ["//evil.example", "/\\evil.example", "https://evil.example", "x"]
)
def test_never_leads_to_another_site(client: RegisterClient, person: Person, onward: str) -> None:
    sent = {"email": "ada@example.org", "password": PASSWORD, "next": onward}
    assert client.post("/sign-in", data=sent).location == "/"


def test_a_page_sends_the_visitor_to_sign_in_and_back(
    client: RegisterClient, person: Person
) -> None:
    answer = client.get("/systems?tier=1")
    assert answer.status_code == 303
    assert unquote(answer.location) == "/sign-in?next=/systems?tier=1"
    assert 'value="/systems?tier=1"' in client.get(answer.location).text


def test_signs_out(client: RegisterClient, person: Person) -> None:
    attempt(client)
    answer = client.post("/sign-out")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert db.session.scalars(select(UserSession.revoked_at)).one() is not None
    assert client.get("/me").status_code == 303


@pytest.mark.asvs("v5.0.0-7.2.1")
@pytest.mark.asvs("v5.0.0-7.4.1")
def test_a_stolen_cookie_is_worthless_after_sign_out(
    client: RegisterClient, person: Person
) -> None:
    attempt(client)
    cookie = client.get_cookie("riskreg-http")
    assert cookie is not None
    client.post("/sign-out")
    client.set_cookie("riskreg-http", cookie.value)
    assert client.get("/me").status_code == 303


def test_the_demos_people_are_offered_in_the_demo_only(
    client: RegisterClient, person: Person
) -> None:
    assert "Choose who to be" not in client.get("/sign-in").text
    assert client.post(f"/demo/sign-in/{person.id}").status_code == 404


def test_leads_to_set_up_while_nobody_exists(client: RegisterClient) -> None:
    assert client.get("/sign-in").location == "/setup"


@pytest.mark.asvs("v5.0.0-7.2.4")
def test_a_cookie_from_before_signing_in_is_never_used_after(
    client: RegisterClient, person: Person
) -> None:
    planted = "chosen-by-somebody-else-" * 2
    client.set_cookie("riskreg-http", planted)
    assert attempt(client) == 303
    first = client.get_cookie("riskreg-http")
    assert first is not None
    assert first.value != planted
    assert attempt(client) == 303
    again = client.get_cookie("riskreg-http")
    assert again is not None
    assert again.value not in {planted, first.value}
    client.set_cookie("riskreg-http", planted)
    assert client.get("/me").status_code == 303
