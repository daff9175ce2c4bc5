"""Whose account it is: connected by its person, by e-mail, or new; roles from groups."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, SecondFactor, Team, UserSession
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.sso.models import OutsideAccount
from riskreg.sso.services import change_admission, map_group
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.sso.conftest import there_and_back
from tests.sso.provider import FalseProvider

VERIFIED = {"email": "Ada@Example.org", "email_verified": True, "name": "Ada\n Lovelace"}


def allow(*, connects_by_email: bool = False, admits_new: bool = False) -> None:
    """What an administrator switches on."""
    with transaction():
        values = {"connects_by_email": connects_by_email, "admits_new": admits_new}
        change_admission(SYSTEM_ACTOR, values, version=None)


def give(group: str, team: Team, role: Role) -> None:
    with transaction():
        map_group(SYSTEM_ACTOR, group, db.session.get_one(Team, team.id), role)


def roles_of(person: Person) -> dict[int, Role]:
    rows = db.session.scalars(select(Grant).where(Grant.person_id == person.id)).all()
    return {row.team_id: row.role for row in rows}


def last_acts(count: int) -> list[str]:
    query = select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(count)
    return list(db.session.scalars(query))[::-1]


def test_a_person_connects_their_account_and_disconnects_it(
    client: RegisterClient, provider: FalseProvider, ada: Person, admin: Person
) -> None:
    client.sign_in(ada)
    assert "Not connected" in client.get("/me/sso").text
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.get("/me/sso/connection", headers=elsewhere).status_code == 403
    answer = there_and_back(client, provider, "/me/sso/connection")
    assert (answer.status_code, answer.location) == (303, "/me/sso")
    assert "ada-at-home" in client.get("/me/sso").text
    client.delete_cookie("riskreg-http")
    assert there_and_back(client, provider).status_code == 303
    assert "Ada Active" in client.get("/me").text
    client.sign_in(admin)
    taken = there_and_back(client, provider, "/me/sso/connection")
    assert (taken.status_code, "connected with somebody else" in taken.text) == (409, True)
    client.sign_in(ada)
    assert client.post("/me/sso/end").status_code == 409  # no password, no other way in
    with transaction():
        db.session.get_one(Person, ada.id).password_hash = "kept"
    assert client.post("/me/sso/end").status_code == 303
    client.delete_cookie("riskreg-http")
    assert there_and_back(client, provider).status_code == 403
    assert {"person.connect", "person.disconnect"} <= {*last_acts(9)}


def test_an_administrator_disconnects_an_account_and_ends_its_sessions(
    client: RegisterClient, provider: FalseProvider, ada: Person, admin: Person, root: Team
) -> None:
    allow(connects_by_email=True)
    provider.claims = dict(VERIFIED)
    assert there_and_back(client, provider).status_code == 303
    path = f"/admin/people/{ada.id}"
    beside = make_person(make_team("Search", parent=root), Role.ADMIN)
    assert client.sign_in(beside).post(f"{path}/sso/end").status_code == 403
    client.sign_in(admin)
    assert "The account ada-at-home signs in as them" in client.get(path).text
    assert client.post(f"{path}/sso/end").status_code == 303
    assert "ada-at-home" not in client.get(path).text
    ended = select(UserSession.revoked_at).where(UserSession.person_id == ada.id)
    assert db.session.scalars(ended).one() is not None
    assert "person.disconnect" in last_acts(2)


def test_an_account_is_not_connected_for_whoever_came_meanwhile(
    client: RegisterClient, provider: FalseProvider, ada: Person, admin: Person
) -> None:
    client.sign_in(ada)
    asked = provider.look_at(client.get("/me/sso/connection").location)
    client.sign_in(admin)
    path = f"/sign-in/sso/return?code=a+code&state={asked['state']}"
    assert client.get(path).status_code == 403
    assert db.session.scalar(select(func.count(OutsideAccount.id))) == 0


@pytest.mark.parametrize(
    ("allowed", "claims", "status"),
    [
        (True, VERIFIED, 303),
        (False, VERIFIED, 403),
        (True, {**VERIFIED, "email_verified": False}, 403),
        (True, {**VERIFIED, "email_verified": "true"}, 403),
        (True, {"email": "ada@example.org"}, 403),
        (True, {**VERIFIED, "email": "ada@example.org.evil.net"}, 403),
        (True, {**VERIFIED, "email": "ada@evil.net"}, 403),
        (True, {**VERIFIED, "email": "nobody@example.org"}, 403),
        (True, {**VERIFIED, "email": ["ada@example.org"]}, 403),
    ],
    ids=str,
)
def test_is_connected_by_email_if_checked_listed_and_switched_on(
    client: RegisterClient,
    provider: FalseProvider,
    ada: Person,
    allowed: bool,
    claims: dict[str, object],
    status: int,
) -> None:
    allow(connects_by_email=allowed)
    provider.claims = dict(claims)
    assert there_and_back(client, provider).status_code == status
    connected = db.session.scalars(select(OutsideAccount.person_id)).all()
    assert connected == ([ada.id] if status == 303 else [])


@pytest.mark.asvs("v5.0.0-10.5.2")
def test_the_next_owner_of_an_email_is_not_the_person_before(
    client: RegisterClient, provider: FalseProvider, ada: Person
) -> None:
    allow(connects_by_email=True)
    provider.claims = dict(VERIFIED)
    assert there_and_back(client, provider).status_code == 303
    provider.claims["sub"] = provider.profile["sub"] = "another-ada"
    assert there_and_back(client, provider).status_code == 409


def test_a_locked_out_person_stays_out(
    client: RegisterClient, provider: FalseProvider, root: Team
) -> None:
    make_person(root, email="ada@example.org", is_active=False)
    allow(connects_by_email=True)
    provider.claims = dict(VERIFIED)
    assert there_and_back(client, provider).status_code == 403
    assert db.session.scalar(select(func.count(OutsideAccount.id))) == 0


def test_a_new_person_needs_the_switch_a_group_and_a_checked_email(
    client: RegisterClient, provider: FalseProvider, admin: Person, root: Team
) -> None:
    team = make_team("Payments", parent=root)
    give("sre", team, Role.ENGINEER)
    provider.claims = {**VERIFIED, "groups": ["sre", "choir"]}
    assert there_and_back(client, provider).status_code == 403
    allow(admits_new=True)
    provider.claims["groups"] = ["choir"]
    assert there_and_back(client, provider).status_code == 403
    provider.claims |= {"groups": ["sre"], "email": "amal@example.org"}  # somebody has it
    assert there_and_back(client, provider).status_code == 403
    provider.claims["email"] = "ada@example.org"
    assert there_and_back(client, provider).status_code == 303
    person = db.session.scalars(select(Person).where(Person.email == "ada@example.org")).one()
    assert (person.name, person.home_team_id) == ("Ada Lovelace", team.id)
    assert roles_of(person) == {team.id: Role.ENGINEER}
    assert last_acts(4) == ["person.create", "person.connect", "role.grant", "session.begin"]


def test_roles_follow_the_groups_where_a_rule_names_the_team(
    client: RegisterClient, provider: FalseProvider, ada: Person, root: Team
) -> None:
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    give("sre", team, Role.ENGINEER)
    give("leads", team, Role.MANAGER)
    give("search", other, Role.ADMIN)
    allow(connects_by_email=True)

    def roles_with(groups: object) -> dict[int, Role]:
        provider.claims = {**VERIFIED, "groups": groups}
        assert there_and_back(client, provider).status_code == 303
        return roles_of(ada)

    own = {root.id: Role.ENGINEER}  # given by hand, on a team of no rule
    assert roles_with(["sre", "leads"]) == {**own, team.id: Role.MANAGER}
    assert roles_with(["SRE", "search"]) == {**own, other.id: Role.ADMIN}
    assert roles_with(None) == {**own, other.id: Role.ADMIN}  # nothing was said about groups
    assert roles_with("sre") == {**own, other.id: Role.ADMIN}  # nor anything that is a list
    assert roles_with([]) == own


def test_groups_never_take_the_last_administrator(
    client: RegisterClient, provider: FalseProvider, admin: Person, root: Team
) -> None:
    give("board", root, Role.VIEWER)
    allow(connects_by_email=True)
    provider.claims = {**VERIFIED, "email": "amal@example.org", "groups": ["board"]}
    assert there_and_back(client, provider).status_code == 303
    assert roles_of(admin) == {root.id: Role.ADMIN}


@pytest.mark.asvs("v5.0.0-6.3.3")
def test_the_second_factor_is_asked_for_here_unless_the_provider_does(
    app: Flask,
    client: RegisterClient,
    provider: FalseProvider,
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with transaction():
        factor = SecondFactor(person_id=ada.id, sealed="x", created_at=now(), confirmed_at=now())
        db.session.add(factor)
    allow(connects_by_email=True)
    provider.claims = dict(VERIFIED)
    answer = there_and_back(client, provider, "/sign-in/sso?next=/risks")
    assert answer.location == "/sign-in/code?next=/risks"
    assert client.get("/me").status_code == 303
    trusted = replace(app.config["SETTINGS"].provider, checks_second_factor=True)
    settings = replace(app.config["SETTINGS"], provider=trusted, require_second_factor=True)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert there_and_back(client, provider, "/sign-in/sso?next=/risks").location == "/risks"
    assert client.get("/me").status_code == 200


def test_shows_again_who_one_is_by_signing_in_there_anew(
    client: RegisterClient, provider: FalseProvider, admin: Person
) -> None:
    allow(connects_by_email=True)
    provider.claims = {**VERIFIED, "email": "amal@example.org"}
    there_and_back(client, provider)
    path = "/me/proof/sso?next=/admin/people/new"
    assert "max_age=0" in client.get(path).location
    before = client.get_cookie("riskreg-http")
    assert there_and_back(client, provider, path).location == "/admin/people/new"
    after = client.get_cookie("riskreg-http")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    for claims in ({"auth_time": 1}, {"auth_time": None}, {"sub": "another"}):
        provider.claims |= claims
        assert there_and_back(client, provider, path).status_code == 403


def test_where_it_is_the_only_way_there_are_no_passwords(
    app: Flask,
    client: RegisterClient,
    provider: FalseProvider,
    admin: Person,
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert 'type="password"' in client.get("/sign-in").text
    alone = replace(app.config["SETTINGS"].provider, is_only_way=True)
    settings = replace(app.config["SETTINGS"], provider=alone)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    page = client.get("/sign-in").text
    assert "Sign in with Home" in page
    assert 'type="password"' not in page
    assert "no passwords here" in client.get("/sign-in/link").text
    client.sign_in(admin)
    sent = {"email": "ada@example.org", "password": "x", "current": "x"}
    for path in ("/sign-in", "/sign-in/link", "/sign-in/password", "/me/password"):
        assert client.post(path, data=sent).status_code == 409
    for act in ("link", "password"):
        assert client.post(f"/admin/people/{ada.id}/{act}").status_code == 409
    assert "Make a new password" not in client.get(f"/admin/people/{ada.id}").text
    new = {"name": "Bo", "email": "bo@example.org", "team": "company", "role": "viewer"}
    assert client.post("/admin/people/new", data=new).status_code == 303
    assert client.post("/admin/people/new", data={**new, "entrance": "mail"}).status_code == 422
