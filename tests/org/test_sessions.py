"""Signed-in browsers: how long they last, listing and ending them, one's own password."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.lib.dates import now
from riskreg.org.account import browser_of
from riskreg.org.kinds import Role
from riskreg.org.models import Person, UserSession
from riskreg.org.passwords import hash_password, password_matches
from tests.client import RegisterClient
from tests.factories import make_person, make_team

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)


@pytest.mark.asvs("v5.0.0-7.3.1")
def test_ends_after_half_an_hour_without_use(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    with time_machine.travel(now() + timedelta(minutes=29), tick=False):
        assert client.get("/me").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=58), tick=False):
        assert client.get("/me").status_code == 200  # each use begins the half hour again
    with time_machine.travel(now() + timedelta(minutes=89), tick=False):
        assert client.get("/me").status_code == 303
        part = client.get("/me", headers={"HX-Request": "true"})  # asked for by a page left open
        assert (part.status_code, part.headers["HX-Refresh"], part.text) == (401, "true", "")


@pytest.mark.asvs("v5.0.0-7.3.2")
def test_ends_after_twelve_hours_whatever_happens(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    start = now()
    for quarter in range(1, 48):
        with time_machine.travel(start + timedelta(minutes=15 * quarter), tick=False):
            assert client.get("/me").status_code == 200
    with time_machine.travel(start + timedelta(hours=12, seconds=1), tick=False):
        assert client.get("/me").status_code == 303


def test_lists_ones_sessions_and_ends_one(client: RegisterClient) -> None:
    person = make_person(make_team())
    client.sign_in(person)
    other = db.session.scalars(select(UserSession)).one()
    client.sign_in(person)  # a second browser
    page = client.get("/me")
    assert page.text.count("This browser") == 1
    assert f"/me/sessions/{other.id}/end" in page.text
    assert client.post(f"/me/sessions/{other.id}/end").status_code == 303
    assert f"/me/sessions/{other.id}/end" not in client.get("/me").text
    acts = db.session.scalars(select(AuditEntry.action)).all()
    assert "session.end" in acts


def test_nobody_ends_another_persons_session(client: RegisterClient) -> None:
    team = make_team()
    client.sign_in(make_person(team, Role.ADMIN))
    theirs = db.session.scalars(select(UserSession)).one()
    client.sign_in(make_person(team, Role.ADMIN))
    assert client.post(f"/me/sessions/{theirs.id}/end").status_code == 404
    assert db.session.get_one(UserSession, theirs.id).revoked_at is None


@pytest.mark.asvs("v5.0.0-8.3.2")
def test_a_role_that_is_taken_away_counts_at_once(client: RegisterClient) -> None:
    team = make_team()
    admin, person = make_person(team, Role.ADMIN), make_person(team)
    client.sign_in(person)
    assert client.get("/systems").status_code == 200
    mine = client.get_cookie("riskreg-http")
    assert mine is not None
    client.sign_in(admin).post(f"/admin/people/{person.id}/roles/{team.slug}/end")
    client.set_cookie("riskreg-http", mine.value)
    assert client.get("/systems").status_code == 403


@pytest.mark.asvs("v5.0.0-6.2.2")
@pytest.mark.asvs("v5.0.0-7.4.3")
def test_changes_ones_password_and_signs_out_elsewhere(client: RegisterClient) -> None:
    person = make_person(make_team(), password_hash=hash_password("the old sentence"))
    client.sign_in(person)
    elsewhere = db.session.scalars(select(UserSession)).one()
    client.sign_in(person)
    sent = {"current": "the old sentence", "password": "a new and longer sentence"}
    assert client.post("/me/password", data=sent).status_code == 303
    assert password_matches(db.session.get_one(Person, person.id).password_hash, sent["password"])
    assert db.session.get_one(UserSession, elsewhere.id).revoked_at is not None
    assert client.get("/me").status_code == 200


@pytest.mark.asvs("v5.0.0-6.2.3")
def test_refuses_a_short_password_and_a_wrong_current_one(client: RegisterClient) -> None:
    stored = hash_password("the old sentence")
    person = make_person(make_team(), password_hash=stored)
    client.sign_in(person)
    for current, new in (("the old sentence", "short"), ("not mine at all", "a new long sentence")):
        sent = {"current": current, "password": new}
        assert client.post("/me/password", data=sent).status_code == 422
    assert db.session.get_one(Person, person.id).password_hash == stored


def test_names_a_browser_for_people(client: RegisterClient) -> None:
    assert browser_of(FIREFOX) == "Firefox on Linux"
    assert browser_of(SAFARI) == "Safari on iPhone"
    assert browser_of("riskreg-backup/1.0") == "riskreg-backup/1.0"
    assert browser_of("") == "An unnamed program"
