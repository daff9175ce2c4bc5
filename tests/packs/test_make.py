"""POST /packs/<id>/making: try again, or make a file again that was put away."""

from flask import current_app
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.packs.models import Pack
from riskreg.packs.services import put_away
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.packs.factories import keep, make_pack


def test_asks_anew_for_what_was_put_away(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    first_job = pack.job_id
    keep(pack)
    with transaction():
        put_away(db.session.get_one(Pack, pack.id), home=current_app.config["SETTINGS"].home)
    response = client.sign_in(person).post(f"/packs/{pack.id}/making")
    assert (response.status_code, response.location) == (303, f"/packs/{pack.id}")
    stored = db.session.get_one(Pack, pack.id)
    assert stored.job_id != first_job
    assert db.session.get_one(Job, stored.job_id).state == JobState.WAITING
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "pack").order_by(AuditEntry.id)
    ).all()
    assert actions == ["pack.ask", "pack.make", "pack.put_away", "pack.make_again"]


def test_asks_nothing_while_it_waits(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    assert client.sign_in(person).post(f"/packs/{pack.id}/making").status_code == 303
    assert db.session.get_one(Pack, pack.id).job_id == pack.job_id


def test_refuses_what_is_ready(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    keep(pack)
    assert client.sign_in(person).post(f"/packs/{pack.id}/making").status_code == 409


def test_refuses_the_stranger(client: RegisterClient) -> None:
    root = make_team()
    mine = make_team(parent=root)
    pack = make_pack(make_person(mine), mine)
    client.sign_in(make_person(make_team(parent=root)))
    assert client.post(f"/packs/{pack.id}/making").status_code == 404
