"""People: adding them, their roles, locking them out; nobody rises above themselves."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.lib.dates import clock_at, now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, Team, UserSession
from tests.client import RegisterClient
from tests.factories import give_role, make_person, make_team


@pytest.fixture
def root(client: RegisterClient) -> Team:
    return make_team("Company")


@pytest.fixture
def team(root: Team) -> Team:
    return make_team("Payments", parent=root)


@pytest.fixture
def admin(client: RegisterClient, root: Team) -> Person:
    person = make_person(root, Role.ADMIN, name="Amal Admin")
    client.sign_in(person)
    return person


def sent(**values: str) -> dict[str, str]:
    new = {"name": "Ada New", "email": "Ada@Example.org", "team": "payments", "role": "engineer"}
    return {**new, **values}


def password_in(page: str) -> str:
    found = re.search(r'class="password-once">([^<]+)<', page)
    assert found is not None
    return found[1]


def roles(person: Person) -> dict[int, str]:
    rows = db.session.scalars(select(Grant).where(Grant.person_id == person.id))
    return {grant.team_id: grant.role for grant in rows}


def test_adds_a_person_with_a_password_that_is_shown_once(
    client: RegisterClient, team: Team, admin: Person
) -> None:
    answer = client.post("/admin/people/new", data=sent())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    person = db.session.scalars(select(Person).where(Person.email == "ada@example.org")).one()
    assert (roles(person), person.home_team_id) == ({team.id: "engineer"}, team.id)
    password = password_in(answer.text)
    assert len(password) >= 20
    assert password not in client.get(f"/admin/people/{person.id}").text
    sign_in = client.post("/sign-in", data={"email": "ada@example.org", "password": password})
    assert sign_in.status_code == 303
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == person.id)).all()
    assert {"person.create", "role.grant"} <= {entry.action for entry in acts}
    assert password not in str([entry.changes for entry in acts])


@pytest.mark.parametrize(
    "values",
    [{"email": "amal@example.org"}, {"email": "no address"}, {"name": ""}, {"team": "nowhere"}],
)
def test_refuses_bad_values(
    client: RegisterClient, team: Team, admin: Person, values: dict[str, str]
) -> None:
    make_person(team, email="amal@example.org")
    assert client.post("/admin/people/new", data=sent(**values)).status_code == 422
    assert db.session.scalar(select(func.count(Person.id))) == 2


def test_lists_everybody_and_finds_them(client: RegisterClient, team: Team, admin: Person) -> None:
    make_person(team, name="Ada Active")
    make_person(team, name="Lou Locked", is_active=False)
    assert "Lou Locked" not in client.get("/admin/people").text
    assert "Lou Locked" in client.get("/admin/people?state=locked").text
    page = client.get("/admin/people?q=ada").text
    assert "Ada Active" in page
    assert "1 person" in page
    assert "Nobody fits" in client.get("/admin/people?q=nobody").text


def test_a_large_organisation_has_pages(client: RegisterClient, team: Team, admin: Person) -> None:
    with transaction():
        for number in range(60):
            known = {"name": f"Zoe {number:02}", "email": f"zoe{number}@example.org"}
            db.session.add(Person(created_at=now(), **known))
    first = client.get("/admin/people?q=zoe").text
    assert "60 people, by name" in first
    assert ("Zoe 49" in first, "Zoe 50" in first) == (True, False)
    assert "q=zoe&amp;page=2" in first
    second = client.get("/admin/people?q=zoe&page=2").text
    assert "51 to 60 of 60" in second
    assert ("Zoe 49" in second, "Zoe 59" in second) == (False, True)


def test_gives_changes_and_takes_a_role(client: RegisterClient, team: Team, admin: Person) -> None:
    person = make_person(team)
    path = f"/admin/people/{person.id}/roles"
    client.post(path, data={"team": "payments", "role": "manager"})
    client.post(path, data={"team": "company", "role": "viewer"})
    assert roles(person)[team.id] == "manager"
    assert len(roles(person)) == 2
    client.post(f"{path}/payments/end")
    assert list(roles(person).values()) == ["viewer"]
    assert client.post(path, data={"team": "payments", "role": "king"}).status_code == 422


@pytest.mark.asvs("v5.0.0-7.4.2")
def test_locks_out_at_once_and_lets_in_again(
    client: RegisterClient, team: Team, admin: Person
) -> None:
    person = make_person(team)
    client.sign_in(person)
    client.sign_in(admin)
    assert client.post(f"/admin/people/{person.id}/deactivation").status_code == 303
    assert not db.session.get_one(Person, person.id).is_active
    ended = select(UserSession.revoked_at).where(UserSession.person_id == person.id)
    assert db.session.scalars(ended).one() is not None
    client.post(f"/admin/people/{person.id}/activation")
    assert db.session.get_one(Person, person.id).is_active
    assert roles(person) == {team.id: "engineer"}


@pytest.mark.asvs("v5.0.0-7.4.5")
def test_ends_one_session_of_somebody_with_proof_and_in_the_trail(
    client: RegisterClient, team: Team, admin: Person
) -> None:
    person, other = make_person(team), make_person(team)
    foreign, kept, lost = (session_of(client, each) for each in (other, person, person))
    client.sign_in(admin)
    page = f"/admin/people/{person.id}"
    assert f"{page}/sessions/{lost}/end" in client.get(page).text
    with clock_at(now() + timedelta(minutes=11)):
        assert "/me/proof" in client.post(f"{page}/sessions/{lost}/end").location
    assert client.post(f"{page}/sessions/{foreign}/end").status_code == 404
    for _again in range(2):
        assert client.post(f"{page}/sessions/{lost}/end").location == page
    ended = select(UserSession.id).where(UserSession.revoked_at.is_not(None))
    assert db.session.scalars(ended).all() == [lost]
    assert f"sessions/{kept}/end" in client.get(page).text
    assert f"sessions/{lost}/end" not in client.get(page).text
    said = select(AuditEntry).where(AuditEntry.action == "person.end-session")
    entry = db.session.scalars(said).one()
    assert (entry.actor_id, entry.subject_id) == (admin.id, person.id)


def session_of(client: RegisterClient, person: Person) -> int:
    """A session that begins now."""
    client.sign_in(person)
    return db.session.scalars(select(func.max(UserSession.id))).one()


def test_a_new_password_ends_every_session(
    client: RegisterClient, team: Team, admin: Person
) -> None:
    person = make_person(team)
    client.sign_in(person)
    client.sign_in(admin)
    password = password_in(client.post(f"/admin/people/{person.id}/password").text)
    ended = select(UserSession.revoked_at).where(UserSession.person_id == person.id)
    assert db.session.scalars(ended).one() is not None
    sent_in = {"email": person.email, "password": password}
    assert client.post("/sign-in", data=sent_in).status_code == 303


def test_the_last_administrator_stays(client: RegisterClient, root: Team, admin: Person) -> None:
    path = f"/admin/people/{admin.id}"
    assert client.post(f"{path}/roles/company/end").status_code == 409
    sent_role = {"team": "company", "role": "viewer"}
    assert client.post(f"{path}/roles", data=sent_role).status_code == 409
    assert client.post(f"{path}/deactivation").status_code == 409
    assert roles(admin) == {root.id: "admin"}
    make_person(root, Role.ADMIN)
    assert client.post(f"{path}/roles", data=sent_role).status_code == 303


def test_an_administrator_of_a_team_manages_that_team_only(
    client: RegisterClient, root: Team, team: Team, admin: Person
) -> None:
    person = make_person(team)
    client.sign_in(make_person(team, Role.ADMIN))
    path = f"/admin/people/{person.id}/roles"
    assert client.post(path, data={"team": "payments", "role": "manager"}).status_code == 303
    assert client.post(path, data={"team": "company", "role": "viewer"}).status_code == 422
    assert client.post("/admin/people/new", data=sent(team="company")).status_code == 422
    give_role(person, root, Role.VIEWER)
    for act in ("link", "password", "deactivation", "roles/company/end"):
        assert client.post(f"/admin/people/{person.id}/{act}").status_code in {403, 404}
        assert client.post(f"/admin/people/{admin.id}/{act}").status_code in {403, 404}
    assert roles(person) == {team.id: "manager", root.id: "viewer"}
    assert (
        "hold a role somewhere that you do not manage"
        in client.get(f"/admin/people/{person.id}").text
    )


def test_a_manager_manages_no_people(client: RegisterClient, root: Team, team: Team) -> None:
    person = make_person(team)
    client.sign_in(make_person(root, Role.MANAGER))
    for path in ("/admin/people", "/admin/people/new", f"/admin/people/{person.id}"):
        assert client.get(path).status_code == 403
    assert client.post("/admin/people/new", data=sent()).status_code == 403
    assert client.post(f"/admin/people/{person.id}/password").status_code == 403
    assert db.session.scalar(select(func.count(Person.id))) == 2


def test_there_is_no_such_person(client: RegisterClient, admin: Person) -> None:
    assert client.get("/admin/people/999999").status_code == 404


def test_of_two_administrators_who_lock_each_other_out_one_is_left(
    app: Flask, client: RegisterClient, root: Team, admin: Person
) -> None:
    other = make_person(root, Role.ADMIN)
    cookies = []
    for person in (admin, other):
        cookie = client.sign_in(person).get_cookie("riskreg-http")
        assert cookie is not None
        cookies.append(cookie.value)
    gate, targets = Barrier(2), [other.id, admin.id]
    db.session.rollback()

    def attempt(cookie: str, target: int) -> int:
        with app.app_context():
            browser = app.test_client()
            browser.set_cookie("riskreg-http", cookie)
            gate.wait()
            return browser.post(f"/admin/people/{target}/deactivation").status_code

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(attempt, cookies, targets)) <= {303, 409}
    assert db.session.scalar(select(func.count(Person.id)).where(Person.is_active)) == 1
