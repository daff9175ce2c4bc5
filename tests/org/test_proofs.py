"""Showing once more who one is, changing tokens, and roles that ask for a second factor."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from riskreg.db import db, transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, Team, UserSession
from riskreg.org.passwords import hash_password
from riskreg.org.proofs import needs_second_factor
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_team
from tests.org.test_second_factor import digits, enrol

PASSWORD = "a sentence that is long"
COOKIE = "riskreg-http"
LATER = timedelta(minutes=11)


@pytest.fixture
def root(client: RegisterClient) -> Team:
    return make_team("Company")


@pytest.fixture
def admin(root: Team) -> Person:
    return make_person(root, Role.ADMIN, password_hash=hash_password(PASSWORD))


@pytest.fixture
def required(client: RegisterClient, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = client.application.config["SETTINGS"]
    asking = replace(settings, require_second_factor=True)
    monkeypatch.setitem(client.application.config, "SETTINGS", asking)


def token(client: RegisterClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def test_asks_again_before_a_role_is_given(
    client: RegisterClient, root: Team, admin: Person, clock: time_machine.Traveller
) -> None:
    person = make_person(root, Role.VIEWER)
    client.sign_in(admin)
    clock.shift(LATER)
    sent = {"team": root.slug, "role": "manager"}
    path = f"/admin/people/{person.id}"
    answer = client.post(f"{path}/roles", data=sent)
    assert (answer.status_code, answer.location) == (303, f"/me/proof?next={path}")
    assert db.session.get_one(Person, person.id).grants[0].role is Role.VIEWER
    assert client.get(answer.location).status_code == 200
    assert client.post("/me/proof", data={"proof": "wrong"}).status_code == 422
    before = token(client)
    shown = client.post("/me/proof", data={"proof": PASSWORD, "next": path})
    assert (shown.status_code, shown.location) == (303, path)
    assert token(client) != before
    assert client.post(f"{path}/roles", data=sent).location == path
    assert db.session.get_one(Person, person.id).grants[0].role is Role.MANAGER
    client.set_cookie(COOKIE, before)
    assert client.get("/me").status_code == 303  # the old token is worthless at once


@pytest.mark.parametrize(
    "act", ["password", "roles", "roles/company/end", "second-factor/end", "deactivation"]
)
@pytest.mark.asvs("v5.0.0-7.5.3")
def test_asks_for_what_a_thief_would_do(
    client: RegisterClient, root: Team, admin: Person, clock: time_machine.Traveller, act: str
) -> None:
    person = make_person(root, Role.VIEWER)
    client.sign_in(admin)
    clock.shift(LATER)
    location = client.post(f"/admin/people/{person.id}/{act}").location
    assert location.startswith("/me/proof") == (act != "deactivation")  # to lock out is urgent
    assert client.get("/admin/people/new").location == "/me/proof?next=/admin/people/new"


@pytest.mark.asvs("v5.0.0-7.5.2")
def test_asks_before_another_of_ones_sessions_is_ended(
    client: RegisterClient, admin: Person, clock: time_machine.Traveller
) -> None:
    client.sign_in(admin)
    other = db.session.scalars(select(UserSession)).one()
    client.sign_in(admin)
    clock.shift(LATER)
    path = f"/me/sessions/{other.id}/end"
    assert client.post(path).location == "/me/proof?next=/me"
    assert other.revoked_at is None
    client.post("/me/proof", data={"proof": PASSWORD})
    assert client.post(path).location == "/me"
    db.session.refresh(other)
    assert other.revoked_at is not None


def test_asks_before_the_whole_organisation_is_taken_away(
    client: RegisterClient, root: Team, clock: time_machine.Traveller
) -> None:
    client.sign_in(make_person(root, Role.VIEWER))
    assert client.post("/export/risks").status_code == 200
    clock.shift(LATER)
    assert client.post("/export/risks").location == "/me/proof?next=/export"
    assert client.post("/export/risks", data={"kind": "security"}).status_code == 200
    make_team("Payments", parent=root)
    assert client.post("/export/risks", data={"team": "payments"}).status_code == 200


def test_takes_a_code_instead_of_the_password(
    client: RegisterClient, admin: Person, clock: time_machine.Traveller
) -> None:
    enrol(client, admin)
    clock.shift(LATER)
    code = digits(admin)
    assert client.post("/me/proof", data={"proof": code}).status_code == 303
    assert client.post("/me/proof", data={"proof": code}).status_code == 422


def test_slows_down_guesses(
    client: RegisterClient, admin: Person, clock: time_machine.Traveller
) -> None:
    client.sign_in(admin)
    answers = [client.post("/me/proof", data={"proof": "x"}).status_code for _time in range(6)]
    assert answers == [422] * 5 + [429]


def test_goes_on_under_another_token_when_roles_change(
    client: RegisterClient, root: Team, admin: Person, clock: time_machine.Traveller
) -> None:
    person = make_person(root, Role.VIEWER)
    client.sign_in(person)
    old = token(client)
    client.sign_in(admin)
    client.post(f"/admin/people/{person.id}/roles", data={"team": root.slug, "role": "manager"})
    client.set_cookie(COOKIE, old)
    assert client.get("/me").status_code == 200
    new = token(client)
    assert new != old
    client.set_cookie(COOKIE, old)
    assert client.get("/me").status_code == 200  # what the browser asked for at the same time
    assert token(client) == old
    clock.shift(31)
    assert client.get("/me").status_code == 303
    client.set_cookie(COOKIE, new)
    assert client.get("/me").status_code == 200
    assert token(client) == new


def test_a_new_password_and_a_new_factor_change_the_token(
    client: RegisterClient, admin: Person
) -> None:
    client.sign_in(admin)
    before = token(client)
    sent = {"current": PASSWORD, "password": "quite another sentence"}
    assert client.post("/me/password", data=sent).status_code == 303
    assert token(client) != before
    enrol(client, admin)
    hashes = db.session.scalars(select(UserSession.token_hash)).all()
    assert len(set(hashes)) == db.session.scalar(select(func.count(UserSession.id)))
    assert client.get("/me").status_code == 200


def test_signing_out_wins_over_another_token(client: RegisterClient, admin: Person) -> None:
    client.sign_in(admin)
    with transaction():
        db.session.scalars(select(UserSession)).one().must_renew = True
    client.post("/sign-out")
    assert client.get_cookie(COOKIE) is None


@pytest.mark.parametrize(
    ("role", "at_root", "needs"),
    [
        (Role.ADMIN, True, True),
        (Role.ADMIN, False, True),
        (Role.MANAGER, True, True),
        (Role.MANAGER, False, False),
        (Role.ENGINEER, True, False),
    ],
)
def test_administrators_and_managers_of_the_root_need_a_second_factor(
    root: Team, role: Role, at_root: bool, needs: bool
) -> None:
    team = root if at_root else make_team(parent=root)
    assert needs_second_factor(actor(make_person(team, role))) is needs


@pytest.mark.usefixtures("required")
def test_lets_nobody_go_on_before_they_set_it_up(client: RegisterClient, admin: Person) -> None:
    client.sign_in(admin)
    for path in ("/", "/systems", "/admin/people", "/export"):
        assert client.get(path).location == "/me/second-factor"
    assert client.post("/export/risks").status_code == 403
    assert "Your role asks for a second factor" in client.get("/me/second-factor").text
    assert client.get("/me").status_code == 200
    enrol(client, admin)
    assert client.get("/systems").status_code == 200
    assert client.post("/sign-out").status_code == 303


@pytest.mark.usefixtures("required")
def test_asks_nothing_of_others(client: RegisterClient, root: Team) -> None:
    client.sign_in(make_person(root))
    assert client.get("/systems").status_code == 200


@pytest.mark.usefixtures("required")
def test_a_second_factor_that_is_asked_for_stays(
    client: RegisterClient, admin: Person, clock: time_machine.Traveller
) -> None:
    enrol(client, admin)
    clock.shift(LATER)
    assert "Turn it off" not in client.get("/me/second-factor").text
    sent = {"password": PASSWORD, "last_code": digits(admin)}
    assert client.post("/me/second-factor/end", data=sent).status_code == 422


def test_a_short_password_is_enough_beside_a_second_factor_only(
    client: RegisterClient, root: Team, admin: Person
) -> None:
    person = make_person(root, password_hash=hash_password(PASSWORD))
    short = {"current": PASSWORD, "password": "xk3q9vbz"}
    client.sign_in(person)
    assert client.post("/me/password", data=short).status_code == 422
    enrol(client, person)
    assert client.post("/me/password", data={**short, "password": "xk3q9vb"}).status_code == 422
    assert client.post("/me/password", data=short).status_code == 303
    client.sign_in(admin).post(f"/admin/people/{person.id}/second-factor/end")
    client.sign_in(person)
    assert client.get("/systems").location == "/me/second-factor"
    long = {"current": "xk3q9vbz", "password": "once more a long sentence"}
    assert client.post("/me/password", data=long).status_code == 303
    assert client.get("/systems").status_code == 200
    assert db.session.scalars(select(Grant.role).where(Grant.person_id == person.id)).all()
