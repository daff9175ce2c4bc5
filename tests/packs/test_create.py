"""POST /packs: freeze and ask, once."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.jobs.models import Job
from riskreg.packs.models import Pack, Snapshot
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.risks.factories import make_risk

FORM = {"kind": "top-ten", "paper": "A4", "form_key": "once"}


def count(model: type[Pack | Snapshot | Job]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_asks_for_a_pack(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    make_risk(team, 5, 5)
    response = client.sign_in(person).post("/packs", data={**FORM, "paper": "Letter"})
    pack = db.session.scalars(select(Pack)).one()
    assert (response.status_code, response.location) == (303, f"/packs/{pack.id}")
    assert (pack.paper, pack.asked_by_id, pack.team_id) == ("Letter", person.id, team.id)
    job = db.session.get_one(Job, pack.job_id)
    assert (job.task, job.payload) == ("pack.make", {"pack_id": pack.id})
    asked = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "pack.ask")).one()
    assert (asked.actor_id, asked.subject_id) == (person.id, pack.id)


def test_a_double_click_asks_once(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    make_risk_matrix()
    first, second = (client.post("/packs", data=FORM).location for _ in range(2))
    assert first == second
    assert (count(Pack), count(Job), count(Snapshot)) == (1, 1, 1)


def test_the_team_is_that_of_the_form(client: RegisterClient) -> None:
    root = make_team()
    below = make_team(parent=root)
    make_risk_matrix()
    client.sign_in(make_person(root)).post("/packs", data={**FORM, "team": below.slug})
    assert db.session.scalars(select(Pack)).one().team_id == below.id


def test_freezes_the_view_of_the_list(client: RegisterClient) -> None:
    team = make_team()
    make_risk(team, 5, 5, kind="security")
    make_risk(team, 5, 5, kind="operational")
    data = {**FORM, "kind": "register", "list_kind": "security", "order": "value"}
    client.sign_in(make_person(team)).post("/packs", data=data)
    snapshot = db.session.scalars(select(Snapshot)).one()
    assert snapshot.data["filters"] == {"kind": "security", "order": "value"}
    assert snapshot.data["sections"]["register"]["total"] == 1


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "weekly"), ("kind", ""), ("paper", "A0"), ("ref", "x" * 31)]
)
def test_refuses_what_it_does_not_know(client: RegisterClient, field: str, value: str) -> None:
    client.sign_in(make_person(make_team()))
    assert client.post("/packs", data={**FORM, field: value}).status_code == 422
    assert (count(Pack), count(Snapshot)) == (0, 0)


def test_refuses_one_thing_without_its_name(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    response = client.post("/packs", data={**FORM, "kind": "risk"})
    assert response.status_code == 422
    assert "Say which one" in response.text
    assert count(Pack) == 0


def test_refuses_the_stranger(client: RegisterClient) -> None:
    root = make_team()
    theirs = make_team(parent=root)
    risk = make_risk(theirs, 3, 3)
    client.sign_in(make_person(make_team(parent=root)))
    assert client.post("/packs", data={**FORM, "team": theirs.slug}).status_code == 404
    data = {**FORM, "kind": "risk", "ref": risk.ref}
    assert client.post("/packs", data=data).status_code == 404
    assert (count(Pack), count(Snapshot)) == (0, 0)


@pytest.mark.asvs("v5.0.0-15.2.2")
def test_makes_no_more_than_three_at_a_time(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    make_risk_matrix()
    answers = [client.post("/packs", data={**FORM, "form_key": f"{n}"}) for n in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 409]
    assert "still being made" in answers[3].text
    assert (count(Pack), count(Snapshot)) == (3, 3)


def test_the_form_is_protected(app: Flask, client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/packs", data=FORM).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert count(Pack) == 0


def make_risk_matrix() -> None:
    """A team without risks still needs the matrix that every installation has."""
    from riskreg.db import transaction  # noqa: PLC0415
    from riskreg.org.permissions import SYSTEM_ACTOR  # noqa: PLC0415
    from riskreg.risks.services import install_matrix  # noqa: PLC0415

    with transaction():
        install_matrix(SYSTEM_ACTOR)
