"""A confidential risk is its readers' own: no list, count or page shows it to anybody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import Invalid, NotFound
from riskreg.lib.dates import clock_at, now
from riskreg.org import readers
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Reader
from riskreg.org.permissions import SYSTEM_ACTOR, Permission
from riskreg.org.readers import keep_confidential, make_public, open_for_a_while
from riskreg.risks.filters import RiskFilter
from riskreg.risks.models import Risk
from riskreg.risks.queries import all_rows, count, risk_for, view_of
from riskreg.risks.services import paste_risks
from riskreg.trail.filters import TrailFilter
from riskreg.trail.queries import entries
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, make_person
from tests.mail_server import mail_server
from tests.org.test_links import work
from tests.pages import marked_confidential
from tests.risks.conftest import Company
from tests.risks.factories import make_risk
from tests.risks.test_new import file_risk

TITLE = "The signing key lies on a shared disk"


def conceal(risk: Risk, by: Person, *readers: Person) -> Risk:
    """Make it confidential, with these readers beside whoever does."""
    with transaction():
        named = [db.session.get_one(Person, person.id) for person in readers]
        row = db.session.get_one(Risk, risk.id)
        keep_confidential(actor(by), row, readers=named, why="It names a way in.")
    return db.session.get_one(Risk, risk.id)


def titles(person: Person, **filters: str) -> list[str]:
    view = view_of(actor(person), RiskFilter.from_args({"status": "all", **filters}))
    rows = [row.title for row in all_rows(view)]
    assert count(view) == len(rows)
    return rows


def base_of(page: str) -> str:
    """Which list of readers a page showed."""
    return str(html.fromstring(page).xpath("string(//input[@name='base']/@value)"))


def read_by() -> list[int | None]:
    """Who read it, as the trail says, in order."""
    read = select(AuditEntry.actor_id).where(AuditEntry.action == "risk.read")
    return list(db.session.scalars(read.order_by(AuditEntry.id)))


@pytest.fixture
def secret(company: Company) -> Risk:
    """Confidential, filed by the engineer; beside it lies an ordinary one."""
    make_risk(company.team, 2, 2, title="Ordinary")
    return conceal(
        make_risk(company.team, 4, 5, title=TITLE, by=company.engineer), company.engineer
    )


def test_no_role_opens_it(company: Company, secret: Risk) -> None:
    admin = make_person(company.root, Role.ADMIN)
    assert set(titles(company.engineer)) == {TITLE, "Ordinary"}
    for person in (company.manager, company.viewer, admin):
        assert titles(person) == ["Ordinary"]
        assert titles(person, team="payments") == ["Ordinary"]
        with pytest.raises(NotFound):
            risk_for(actor(person), secret.ref)
    with pytest.raises(NotFound):
        risk_for(SYSTEM_ACTOR, secret.ref)


@pytest.mark.parametrize("how", ["owner", "action", "named"])
def test_its_people_see_it_whatever_their_roles(company: Company, secret: Risk, how: str) -> None:
    person = company.stranger
    if how == "action":
        action = make_action(company.team, company.engineer, risk_id=secret.id)
        with transaction():
            row = db.session.merge(action)
            row.owner_id = person.id
    elif how == "owner":
        with transaction():
            db.session.get_one(Risk, secret.id).owner_id = person.id
    else:
        conceal(secret, company.engineer, person, company.engineer)
    assert titles(person) == [TITLE]
    assert titles(person, team="payments") == [TITLE]
    assert titles(person, team="search") == []
    assert risk_for(actor(person), secret.ref).id == secret.id
    with pytest.raises(Exception, match="role"):
        risk_for(actor(person), secret.ref, Permission.RISK_EDIT)


def test_reading_it_is_in_the_trail_once_an_hour(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    client.sign_in(company.engineer)
    for page in ("/edit", "", ""):
        assert client.get(f"/risks/{secret.ref}{page}").status_code == 200
    assert read_by() == [company.engineer.id]
    with clock_at(now() + timedelta(minutes=61)):
        client.sign_in(company.engineer)
        assert client.get(f"/risks/{secret.ref}").status_code == 200
    assert read_by() == [company.engineer.id] * 2


def test_every_door_to_it_is_in_the_trail_and_lists_are_not(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    doer = make_person(None)
    action = make_action(company.team, company.engineer, risk_id=secret.id)
    with transaction():
        db.session.merge(action).owner_id = doer.id
    client.sign_in(company.engineer)
    for path in ("/risks", "/search?q=signing", "/actions?group=all", "/risks/top"):
        assert client.get(path).status_code == 200
    assert read_by() == []
    client.sign_in(doer)
    assert client.get(f"/actions/{action.ref}").status_code == 200
    assert read_by() == [doer.id]
    client.sign_in(company.engineer)
    assert client.get(f"/trail?ref={secret.ref}").status_code == 200
    assert read_by() == [doer.id, company.engineer.id]


def test_an_export_that_holds_it_says_so_to_its_readers_only(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    make_action(company.team, company.engineer, risk_id=secret.id)
    client.sign_in(company.manager)
    assert client.post("/export/risks", data={"format": "csv"}).status_code == 200
    client.sign_in(company.engineer)
    for kind in ("risks", "actions"):
        assert client.post(f"/export/{kind}", data={"format": "csv"}).status_code == 200
    took = select(AuditEntry).where(AuditEntry.action == "risk.take").order_by(AuditEntry.id)
    assert [
        (entry.actor_id, entry.subject_ref, entry.changes) for entry in db.session.scalars(took)
    ] == [
        (company.engineer.id, secret.ref, {"file": [None, f"{kind}.csv"]})
        for kind in ("risks", "actions")
    ]
    told = {
        who: entries(actor(who), TrailFilter()).entries
        for who in (company.engineer, company.manager)
    }
    acts = {who: {entry.action for entry in found} for who, found in told.items()}
    assert "risk.take" in acts[company.engineer]
    assert "risk.take" not in acts[company.manager]


def test_where_the_trail_cannot_be_written_it_is_not_shown(
    client: RegisterClient, company: Company, secret: Risk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_values: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    client.sign_in(company.engineer)
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(readers, "record_all", full)
    answer = client.get(f"/risks/{secret.ref}")
    assert answer.status_code == 503
    assert TITLE not in answer.text


def test_filed_as_confidential_nobody_else_ever_sees_it(
    client: RegisterClient, company: Company
) -> None:
    client.sign_in(company.engineer)
    sent = {"title": TITLE, "is_confidential": "y"}
    answer = file_risk(client, **sent)
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "Confidential" in page.text
    assert "Change who may read it" in page.text
    client.sign_in(company.manager)
    assert client.get(answer.location).status_code == 404
    assert TITLE not in client.get("/risks?status=all").text


def test_readers_are_named_on_its_page_and_lifted_again(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    client.sign_in(company.engineer)
    address = f"/risks/{secret.ref}/readers"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"readers": [company.manager.id]}).status_code == 422
    sent = {"readers": [company.manager.id, company.engineer.id], "why": "She signs it."}
    assert client.post(address, data=sent).status_code == 303
    client.sign_in(company.manager)
    assert company.manager.name in client.get(f"/risks/{secret.ref}").text
    assert client.post(f"{address}/removal").status_code == 422
    assert client.post(f"{address}/removal", data={"why": "Repaired."}).status_code == 303
    client.sign_in(company.viewer)
    assert client.get(f"/risks/{secret.ref}").status_code == 200
    acts = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert [act for act in acts if act in {"risk.conceal", "risk.reveal"}] == [
        *["risk.conceal"] * 2,
        "risk.reveal",
    ]
    assert not db.session.scalars(select(Reader)).all()


def test_an_older_list_of_readers_is_refused_and_both_are_shown(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    client.sign_in(company.engineer)
    address = f"/risks/{secret.ref}/readers"
    seen = base_of(client.get(address).text)
    conceal(secret, company.engineer, company.manager, company.engineer)
    sent = {"readers": [company.viewer.id], "why": "She knows it.", "base": seen}
    refused = client.post(address, data=sent)
    assert refused.status_code == 409
    for person in (company.manager, company.viewer):
        assert person.name in refused.text
    assert company.manager.name in client.get(address).text
    gone = client.post(f"{address}/removal", data={"why": "Repaired.", "base": seen})
    assert gone.status_code == 409
    assert company.manager.name in gone.text
    assert db.session.get_one(Risk, secret.id).is_confidential
    sent["base"] = base_of(client.get(address).text)
    assert client.post(address, data=sent).status_code == 303
    assert set(titles(company.viewer)) == {TITLE, "Ordinary"}


def test_somebody_stays_able_to_read_it(company: Company, secret: Risk) -> None:
    with pytest.raises(Invalid, match="no owner"):
        keep_confidential(actor(company.engineer), secret, readers=(), why="Alone.")
    with pytest.raises(NotFound):
        make_public(actor(company.manager), secret, why="I want to see it.")


def test_an_administrator_opens_it_for_an_hour_and_its_readers_see_why(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    admin = make_person(company.root, Role.ADMIN)
    beside = make_person(company.other, Role.ADMIN)
    address = f"/risks/{secret.ref}/opening"
    for person, status in ((company.manager, 403), (beside, 404)):
        client.sign_in(person)
        assert client.get(address).status_code == status
        assert client.post(address, data={"why": "Curious."}).status_code == status
    client.sign_in(admin)
    assert client.get(f"/risks/{secret.ref}").status_code == 404
    assert TITLE not in client.get(address).text
    assert client.post(address).status_code == 422
    assert client.post(address, data={"why": "The owner is away."}).status_code == 303
    assert client.get(f"/risks/{secret.ref}").status_code == 200
    for part in ("readers", "readers/removal"):
        answer = client.post(f"/risks/{secret.ref}/{part}", data={"why": "Mine now."})
        assert answer.status_code == 403
    with clock_at(now() + timedelta(minutes=61)):
        assert titles(admin) == ["Ordinary"]
    client.sign_in(company.engineer)
    assert "The owner is away." in client.get(f"/risks/{secret.ref}").text


def test_whoever_opened_it_can_be_named_too_and_the_opening_stays_in_sight(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    admin = make_person(company.root, Role.ADMIN)
    with transaction():
        open_for_a_while(actor(admin), db.session.merge(secret), why="The owner is away.")
    conceal(secret, company.engineer, admin, company.engineer)
    with clock_at(now() + timedelta(minutes=61)):
        assert TITLE in titles(admin)
    client.sign_in(company.engineer)
    assert "The owner is away." in client.get(f"/risks/{secret.ref}").text


def test_its_owner_is_told_by_mail_when_it_is_opened_without_a_word_of_it(
    app: Flask,
    client: RegisterClient,
    company: Company,
    secret: Risk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with transaction():
        db.session.get_one(Risk, secret.id).owner_id = company.engineer.id
    client.sign_in(make_person(company.root, Role.ADMIN, name="Amal Admin"))
    why = "I have to know."
    with mail_server() as box:
        base_url = "https://risks.example.org"
        settings = replace(app.config["SETTINGS"], mail=box.server, base_url=base_url)
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        for _again in range(2):
            answer = client.post(f"/risks/{secret.ref}/opening", data={"why": why})
            assert answer.status_code == 303
        work(app)
        (letter,) = box.letters
    assert letter["To"] == company.engineer.email
    assert letter["Subject"] == f"{secret.ref} was opened in riskreg"
    text = letter.get_content()
    assert f"Amal Admin, who may not read {secret.ref}" in text
    assert f"{base_url}/risks/{secret.ref}\n" in text.replace("\r", "")
    assert TITLE not in text
    assert why not in text


def test_an_open_risk_is_not_opened(company: Company) -> None:
    admin = make_person(company.root, Role.ADMIN)
    with pytest.raises(NotFound):
        open_for_a_while(actor(admin), make_risk(company.team), why="No need.")


def test_pasting_its_title_does_not_tell_that_it_is_there(company: Company, secret: Risk) -> None:
    filed, skipped = paste_risks(
        actor(company.manager), team=secret.team, kind=secret.kind, titles=[TITLE]
    )
    assert (len(filed), skipped) == (1, [])


def test_actions_of_it_are_confidential_too(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    action = make_action(company.team, company.engineer, title="Move it", risk_id=secret.id)
    for person, status in ((company.manager, 404), (company.engineer, 200)):
        client.sign_in(person)
        assert client.get(f"/actions/{action.ref}").status_code == status
        assert ("Move it" in client.get("/actions?group=all").text) == (status == 200)


def test_lists_mark_what_not_everybody_may_see(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    make_action(company.team, company.engineer, title="Move it", risk_id=secret.id)
    make_action(company.team, company.engineer, title="Count the keys")
    client.sign_in(company.engineer)
    assert marked_confidential(client.get("/risks").text) == [TITLE]
    assert marked_confidential(client.get("/actions?group=all").text) == ["Move it"]


def test_what_stays_of_an_action_declined_is_for_the_same_readers(
    client: RegisterClient, company: Company, secret: Risk
) -> None:
    action = make_action(company.team, company.engineer, title="Move it", risk_id=secret.id)
    client.sign_in(company.engineer)
    sent = {"reason": "Too dear.", "outcome": "accept", "version": "1"}
    client.post(f"/actions/{action.ref}/withdrawal", data=sent)
    made = [title for title in titles(company.engineer) if title.startswith("Not done")]
    assert made
    assert titles(company.manager) == ["Ordinary"]
