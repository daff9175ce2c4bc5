"""Invitations and lost passwords by mail: one link, once, and nobody learns who has an account."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select, update

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.jobs.worker import Worker
from riskreg.lib.dates import now
from riskreg.org.accounts import deactivate_person
from riskreg.org.kinds import LinkKind, Notice, Role
from riskreg.org.letters import notice_letter
from riskreg.org.models import Person, UserSession
from riskreg.org.one_time_links import ask_for_link, sweep_links
from riskreg.org.permissions import SYSTEM_ACTOR
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.mail_server import Postbox, mail_server

SENTENCE = "a kettle sings beside the harbour"
ADA = "ada@example.org"
NEW = {"name": "Ada New", "email": ADA, "team": "company", "role": "engineer", "entrance": "mail"}


@pytest.fixture(scope="module")
def server() -> Iterator[Postbox]:
    with mail_server() as served:
        yield served


@pytest.fixture
def box(server: Postbox, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Postbox:
    """An empty postbox, in a program that sends mail."""
    server.letters.clear()
    server.answers.clear()
    base_url = "https://risks.example.org"
    settings = replace(app.config["SETTINGS"], mail=server.server, base_url=base_url)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return server


@pytest.fixture
def admin(client: RegisterClient) -> Person:
    person = make_person(make_team("Company"), Role.ADMIN, name="Amal Admin")
    client.sign_in(person)
    return person


@pytest.fixture
def ada(admin: Person) -> Person:
    assert admin.home_team is not None
    return make_person(admin.home_team, email=ADA, name="Ada Active", password_hash="kept")


def work(app: Flask) -> None:
    """Let the worker do all that is due."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        worker = Worker(app, lease=timedelta(seconds=60))
        while worker.work_once(executor):
            pass
    db.session.rollback()


def mailed_link(app: Flask, box: Postbox) -> str:
    """The path of the link in the letter that is sent now."""
    work(app)
    found = re.findall(
        r"^https://risks\.example\.org(/sign-in/password\?token=[0-9a-f]{64})\s*$",
        box.letters[-1].get_content(),
        re.MULTILINE,
    )
    assert len(found) == 1
    return str(found[0])


def asked(app: Flask, box: Postbox) -> str:
    """A link that Ada asked for."""
    with transaction():
        ask_for_link(ADA, kind=LinkKind.RESET)
    return mailed_link(app, box)


def chosen(client: RegisterClient, path: str, password: str = SENTENCE) -> int:
    token = path.rpartition("=")[2]
    sent = {"token": token, "password": password}
    return client.post("/sign-in/password", data=sent).status_code


def sign_in(client: RegisterClient, password: str = SENTENCE) -> int:
    return client.post("/sign-in", data={"email": ADA, "password": password}).status_code


def acts() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.asvs("v5.0.0-6.4.1")
def test_an_invited_person_chooses_their_own_password_once(
    app: Flask, client: RegisterClient, admin: Person, box: Postbox
) -> None:
    answer = client.post("/admin/people/new", data=NEW)
    assert answer.status_code == 303
    person = db.session.scalars(select(Person).where(Person.email == ADA)).one()
    assert person.password_hash is None
    path = mailed_link(app, box)
    letter = box.letters[-1]
    assert letter["To"] == ADA
    assert "Amal Admin made an account for you" in letter.get_content()
    assert "once, for 72 hours" in letter.get_content()
    page = client.get(answer.location).text
    assert "not chosen a password yet" in page
    assert "Their link to choose one works until" in page
    assert client.get(path).status_code == client.get(path).status_code == 200  # scanners look too
    assert (chosen(client, path), chosen(client, path)) == (303, 404)
    assert sign_in(client) == 303
    assert {"person.create", "person.mail-invitation", "person.link", "person.password"} <= {
        *acts()
    }


def test_the_link_lies_nowhere_in_the_database(
    app: Flask, client: RegisterClient, ada: Person, box: Postbox
) -> None:
    token = asked(app, box).rpartition("=")[2]
    chosen(client, f"={token}")
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            assert token not in str(connection.execute(select(table)).all()), table.name


@pytest.mark.asvs("v5.0.0-6.3.8")
def test_a_stranger_learns_nothing_about_who_has_an_account(
    app: Flask, client: RegisterClient, ada: Person, box: Postbox
) -> None:
    client.delete_cookie("riskreg-http")
    answers, statements = [], []
    for email in (ADA, "bob@example.org"):
        with_email: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
            with_email.append(statement)  # noqa: B023 - called before the next turn

        event.listen(db.engine, "before_cursor_execute", note)
        sent = client.post("/sign-in/link", data={"email": email})
        event.remove(db.engine, "before_cursor_execute", note)
        answers.append((sent.status_code, sent.location, client.get("/sign-in").text.count(email)))
        statements.append(with_email)
    assert answers == [(303, "/sign-in", 1)] * 2
    assert statements[0] == statements[1]
    work(app)
    assert [letter["To"] for letter in box.letters] == [ADA]
    assert set(db.session.scalars(select(Job.state))) == {JobState.DONE}


@pytest.mark.asvs("v5.0.0-6.3.6")
def test_a_new_password_ends_all_sessions_and_links_and_is_told_by_mail(
    app: Flask, client: RegisterClient, ada: Person, box: Postbox
) -> None:
    other, path = asked(app, box), asked(app, box)
    client.sign_in(ada)
    assert chosen(client, path, "short") == 422
    assert client.get(path).status_code == 200
    assert chosen(client, path) == 303
    ended = select(UserSession.revoked_at).where(UserSession.person_id == ada.id)
    assert db.session.scalars(ended).one() is not None  # and nobody is signed in by the link
    assert chosen(client, other) == 404
    work(app)
    letter = box.letters[-1]
    assert (letter["To"], letter["Subject"]) == (ADA, "Your password for riskreg was changed")
    assert SENTENCE not in letter.get_content()


@pytest.mark.parametrize("notice", list(Notice))
def test_a_notice_says_what_was_done_to_whose_account_and_when(
    app: Flask, ada: Person, notice: Notice
) -> None:
    subject, text = notice_letter(ada, notice, datetime(2026, 11, 23, 15, 7, tzinfo=UTC))
    assert "riskreg" in subject
    assert text.startswith("Hello Ada Active,\n\n")
    assert ADA in text
    assert "2026-11-23 15:07 UTC" in text


def test_of_two_who_use_a_link_at_once_one_sets_the_password(
    app: Flask, client: RegisterClient, ada: Person, box: Postbox
) -> None:
    token = asked(app, box).rpartition("=")[2]
    gate, passwords = Barrier(2), [SENTENCE, SENTENCE[::-1]]
    db.session.rollback()

    def attempt(password: str) -> int:
        with app.app_context():
            gate.wait()
            sent = {"token": token, "password": password}
            return app.test_client().post("/sign-in/password", data=sent).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, passwords)) == [303, 404]


def test_a_link_ends_with_its_time_its_person_and_its_password(
    app: Flask, client: RegisterClient, ada: Person, box: Postbox
) -> None:
    path = asked(app, box)
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert chosen(client, path) == 404
        with transaction():
            assert sweep_links(now()) == 1  # as housekeeping does, a month later
    assert client.get(path[:-1]).status_code == 404
    assert client.get("/sign-in/password").status_code == 404
    assert client.post(f"/admin/people/{ada.id}/password").status_code == 200
    assert chosen(client, path) == 404
    path = asked(app, box)
    with transaction():
        deactivate_person(SYSTEM_ACTOR, db.session.get_one(Person, ada.id))
        ask_for_link(ADA, kind=LinkKind.RESET)
    assert chosen(client, path) == 404
    box.letters.clear()
    work(app)
    assert box.letters == []


def test_a_letter_that_is_sent_again_holds_the_same_link_good_from_then(
    app: Flask, client: RegisterClient, ada: Person, box: Postbox
) -> None:
    box.answers = ["drop"]
    path = asked(app, box)
    with transaction():
        db.session.execute(update(Job).values(run_at=now() - timedelta(hours=1)))
    with time_machine.travel(now() + timedelta(hours=2)):
        assert mailed_link(app, box) == path
        assert len({letter["Message-ID"] for letter in box.letters}) == 1
        assert chosen(client, path) == 303


@pytest.mark.asvs("v5.0.0-6.4.6")
def test_an_administrator_mails_a_link_and_never_sees_it(
    app: Flask, client: RegisterClient, ada: Person, box: Postbox
) -> None:
    answer = client.post(f"/admin/people/{ada.id}/link")
    assert (answer.status_code, answer.location) == (303, f"/admin/people/{ada.id}")
    token = mailed_link(app, box).rpartition("=")[2]
    assert "Amal Admin asks you to choose a new password" in box.letters[-1].get_content()
    assert token not in client.get(answer.location).text
    assert "person.mail-reset" in acts()


def test_links_are_asked_for_five_times_an_hour(
    client: RegisterClient, ada: Person, box: Postbox
) -> None:
    sent = [client.post("/sign-in/link", data={"email": ADA}).status_code for _ in range(6)]
    assert sent == [303] * 5 + [429]
    assert client.post("/sign-in/link", data={"email": "nobody"}).status_code == 422


def test_without_a_mail_server_the_pages_say_so(client: RegisterClient, ada: Person) -> None:
    assert "No mail is sent from here" in client.get("/sign-in/link").text
    assert client.post("/sign-in/link", data={"email": ADA}).status_code == 409
    assert client.post(f"/admin/people/{ada.id}/link").status_code == 409
    assert "You get a password to pass on" in client.get("/admin/people/new").text
    assert "/sign-in/link" not in client.get("/sign-in").text
    new = {**NEW, "email": "b@c.org"}
    assert client.post("/admin/people/new", data=new).status_code == 422  # it is not offered
    assert client.post("/admin/people/new", data={**new, "entrance": "password"}).status_code == 200
    assert db.session.scalar(select(func.count(Job.id))) == 0
