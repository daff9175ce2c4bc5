"""The second factor: setting it up, being asked for it, recovery codes, losing it."""

import re
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg.audit.models import AuditEntry
from riskreg.commands.install import run_user_end_second_factor
from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Person, RecoveryCode, SecondFactor, UserSession
from riskreg.org.passwords import hash_password
from riskreg.org.sealing import seal, unseal
from riskreg.org.second_factors import takes_code
from tests.client import RegisterClient
from tests.factories import make_person, make_team

PASSWORD = "a sentence that is long"
KEY = "t" * 40
STEP = timedelta(seconds=30)


@pytest.fixture
def person(client: RegisterClient) -> Person:
    team = make_team()
    return make_person(
        team, email="ada@example.org", name="Ada", password_hash=hash_password(PASSWORD)
    )


def digits(person: Person, steps: int = 0) -> str:
    """What the person's app shows now, or so many steps from now."""
    sealed = db.session.scalars(
        select(SecondFactor.sealed).where(SecondFactor.person_id == person.id)
    ).one()
    secret = unseal(sealed, secret_key=KEY)
    assert secret is not None
    return pyotp.TOTP(secret).at(now() + steps * STEP)


def enrol(client: RegisterClient, person: Person) -> list[str]:
    """Set a second factor up as a person does; returns the recovery codes."""
    client.sign_in(person)
    assert client.post("/me/second-factor").status_code == 303
    answer = client.post("/me/second-factor/confirmation", data={"code": digits(person)})
    assert answer.status_code == 200
    return re.findall(r"<code>([A-Z2-7-]+)</code>", answer.text)


def give_password(client: RegisterClient, password: str = PASSWORD) -> TestResponse:
    client.delete_cookie("riskreg-http")
    sent = {"email": "ada@example.org", "password": password, "next": "/systems"}
    return client.post("/sign-in", data=sent)


def give_code(client: RegisterClient, code: str) -> int:
    return client.post("/sign-in/code", data={"code": code, "next": "/systems"}).status_code


def sessions() -> int:
    return db.session.scalar(select(func.count(UserSession.id))) or 0


def test_shows_the_secret_until_a_code_of_it_came_back(
    client: RegisterClient, person: Person
) -> None:
    client.sign_in(person)
    assert "It is off" in client.get("/me/second-factor").text
    client.post("/me/second-factor")
    page = client.get("/me/second-factor").text
    assert "data:image/svg+xml" in page
    assert client.post("/me/second-factor/confirmation", data={"code": "no"}).status_code == 422
    assert give_password(client).location == "/systems"  # it does not count yet
    codes = enrol(client, person)
    assert len(set(codes)) == 10
    page = client.get("/me/second-factor").text
    assert "10 recovery codes are left" in page
    assert not any(code in page for code in codes)
    assert "data:image" not in page


@pytest.mark.asvs("v5.0.0-6.5.2")
def test_stores_neither_secret_nor_codes_in_the_clear(
    client: RegisterClient, person: Person
) -> None:
    codes = enrol(client, person)
    hashes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert all(len(each) == 64 for each in hashes)
    assert not set(codes) & set(hashes)
    sealed = db.session.scalars(select(SecondFactor.sealed)).one()
    assert unseal(sealed, secret_key="another key, which is long enough") is None
    assert unseal(seal("Straße", secret_key=KEY), secret_key=KEY) == "Straße"


def test_begins_no_session_before_the_code(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    enrol(client, person)
    clock.shift(STEP)
    before = sessions()
    answer = give_password(client)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?next=/systems")
    assert sessions() == before
    assert client.get("/systems").status_code == 303
    assert client.get("/sign-in/code").status_code == 200
    assert give_code(client, "000000") == 422
    assert sessions() == before
    assert give_code(client, digits(person)) == 303
    assert sessions() == before + 1
    assert client.get("/systems").status_code == 200


def test_asks_for_the_password_first(client: RegisterClient, person: Person) -> None:
    enrol(client, person)
    client.delete_cookie("riskreg-http")
    for answer in (
        client.get("/sign-in/code?next=/me"),
        client.post("/sign-in/code", data={"code": digits(person, 1), "next": "/me"}),
    ):
        assert (answer.status_code, answer.location) == (303, "/sign-in?next=/me")


@pytest.mark.parametrize("change", ["time", "password", "lock"])
def test_forgets_that_the_password_was_right(
    client: RegisterClient, person: Person, clock: time_machine.Traveller, change: str
) -> None:
    enrol(client, person)
    give_password(client)
    if change == "time":
        clock.shift(timedelta(minutes=6))
    with transaction():
        mine = db.session.get_one(Person, person.id)
        mine.is_active = change != "lock"
        if change == "password":
            mine.password_hash = hash_password("quite another sentence")
    answer = client.post("/sign-in/code", data={"code": digits(person, 1)})
    assert answer.location == "/sign-in?next=/"


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_takes_the_step_before_and_after(
    client: RegisterClient,
    person: Person,
    clock: time_machine.Traveller,
    steps: int,
    status: int,
) -> None:
    enrol(client, person)
    clock.shift(10 * STEP)
    give_password(client)
    assert give_code(client, digits(person, steps)) == status


@pytest.mark.asvs("v5.0.0-6.5.1")
def test_takes_a_code_once_and_none_before_it(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    enrol(client, person)
    clock.shift(10 * STEP)
    code, before = digits(person), digits(person, -1)
    give_password(client)
    assert give_code(client, f"{code[:3]} {code[3:]}") == 303
    give_password(client)
    assert [give_code(client, each) for each in (code, before)] == [422, 422]
    assert give_code(client, digits(person, 1)) == 303


def test_of_two_uses_at_once_one_is_refused(client: RegisterClient, person: Person) -> None:
    recovery = enrol(client, person)[0]
    with time_machine.travel(now() + 10 * STEP, tick=False):
        for code in (digits(person), recovery):

            def once(_number: int, code: str = code) -> bool:
                with client.application.app_context(), transaction():
                    mine = db.session.get_one(Person, person.id)
                    return takes_code(mine, code, secret_key=KEY)

            with ThreadPoolExecutor(4) as pool:
                assert sum(pool.map(once, range(4))) == 1


@pytest.mark.asvs("v5.0.0-6.5.1")
def test_a_recovery_code_signs_in_once(client: RegisterClient, person: Person) -> None:
    code = enrol(client, person)[0]
    give_password(client)
    assert give_code(client, code.lower().replace("-", " ")) == 303
    assert "9 recovery codes are left" in client.get("/me/second-factor").text
    give_password(client)
    assert give_code(client, code) == 422


def test_slows_down_guesses_of_the_code(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    enrol(client, person)
    clock.shift(10 * STEP)
    give_password(client)
    answers = [give_code(client, f"00000{number}") for number in range(6)]
    assert answers == [422] * 5 + [429]
    clock.shift(6)
    assert give_code(client, digits(person)) == 303


def test_new_recovery_codes_replace_the_old_ones(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    old = enrol(client, person)
    clock.shift(10 * STEP)
    assert client.post("/me/second-factor/codes", data={"code": "1"}).status_code == 422
    assert client.post("/me/second-factor/codes", data={"code": digits(person)}).status_code == 200
    give_password(client)
    assert give_code(client, old[0]) == 422


def test_is_turned_off_with_password_and_code(
    client: RegisterClient, person: Person, clock: time_machine.Traveller
) -> None:
    enrol(client, person)
    clock.shift(10 * STEP)
    for sent in (
        {"password": "wrong", "last_code": digits(person)},
        {"password": PASSWORD, "last_code": "000000"},
        {},
    ):
        assert client.post("/me/second-factor/end", data=sent).status_code == 422
    sent = {"password": PASSWORD, "last_code": digits(person)}
    assert client.post("/me/second-factor/end", data=sent).status_code == 303
    assert give_password(client).location == "/systems"
    assert db.session.scalar(select(func.count(RecoveryCode.id))) == 0
    acts = db.session.scalars(select(AuditEntry.action)).all()
    assert {"person.second-factor-on", "person.second-factor-off"} <= set(acts)


def test_a_second_one_is_not_begun_while_one_counts(client: RegisterClient, person: Person) -> None:
    enrol(client, person)
    assert client.post("/me/second-factor").status_code == 409
    assert client.post("/me/second-factor/confirmation", data={"code": "1"}).status_code == 409


@pytest.mark.asvs("v5.0.0-7.4.3")
def test_confirming_signs_out_every_other_browser(client: RegisterClient, person: Person) -> None:
    client.sign_in(person)
    elsewhere = db.session.scalars(select(UserSession)).one()
    enrol(client, person)
    assert db.session.get_one(UserSession, elsewhere.id).revoked_at is not None
    assert client.get("/me").status_code == 200


@pytest.mark.asvs("v5.0.0-6.5.6")
def test_an_administrator_takes_a_lost_one_away(client: RegisterClient, person: Person) -> None:
    enrol(client, person)
    theirs = client.get_cookie("riskreg-http")
    assert theirs is not None
    root = db.session.get_one(Person, person.id).grants[0].team
    path = f"/admin/people/{person.id}"
    client.sign_in(make_person(root, Role.MANAGER))
    assert client.post(f"{path}/second-factor/end").status_code == 403
    client.sign_in(make_person(root, Role.ADMIN))
    assert "Take the second factor away" in client.get(path).text
    assert client.post(f"{path}/second-factor/end").status_code == 303
    assert client.post(f"{path}/second-factor/end").status_code == 303  # safe to repeat
    assert "Take the second factor away" not in client.get(path).text
    offs = select(func.count(AuditEntry.id)).where(AuditEntry.action == "person.second-factor-off")
    assert db.session.scalar(offs) == 1
    client.set_cookie("riskreg-http", theirs.value)
    assert client.get("/me").status_code == 303
    assert give_password(client).location == "/systems"


def test_the_command_takes_one_away_from_the_last_administrator(
    client: RegisterClient, person: Person
) -> None:
    enrol(client, person)
    assert run_user_end_second_factor(Namespace(email="ada@example.org")) == 0
    assert db.session.scalar(select(func.count(SecondFactor.id))) == 0
    assert client.get("/me").status_code == 303


def test_nobody_takes_their_own_away_as_an_administrator(
    client: RegisterClient, person: Person
) -> None:
    admin = make_person(make_team(), Role.ADMIN)
    enrol(client, admin)
    assert client.post(f"/admin/people/{admin.id}/second-factor/end").status_code == 409
