"""/packs/<id>: waiting, being made, failed, ready, put away."""

from flask import current_app

from riskreg.db import db, transaction
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.jobs.services import saw_worker
from riskreg.packs.models import Pack
from riskreg.packs.services import put_away
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.packs.factories import keep, make_pack

FRAGMENT = {"HX-Request": "true"}


def set_job(pack: Pack, **values: object) -> None:
    with transaction():
        job = db.session.get_one(Job, pack.job_id)
        for name, value in values.items():
            setattr(job, name, value)


def test_waits_and_says_when_nobody_works(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    text = client.sign_in(person).get(f"/packs/{pack.id}").text
    assert "Waiting for its turn" in text
    assert "No worker is running" in text
    assert pack.snapshot.sha256 in text
    saw_worker("one")
    assert "No worker is running" not in client.get(f"/packs/{pack.id}").text


def test_shows_how_far_it_is_and_asks_again_each_second(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    set_job(pack, state=JobState.RUNNING, progress_done=7, progress_label="Laying out page 7")
    response = client.sign_in(person).get(f"/packs/{pack.id}", headers=FRAGMENT)
    assert "Laying out page 7" in response.text
    assert 'hx-trigger="every 1s"' in response.text
    assert "Look again" in response.text
    assert "<html" not in response.text
    assert "HX-Request" in response.headers["Vary"]


def test_a_failure_says_why_and_can_be_tried_again(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    set_job(pack, state=JobState.DEAD, error="PDFs need the Pango library.")
    text = client.sign_in(person).get(f"/packs/{pack.id}").text
    assert "PDFs need the Pango library." in text
    assert "Try again" in text
    assert "hx-trigger" not in text


def test_a_ready_pack_can_be_downloaded(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    keep(pack)
    text = client.sign_in(person).get(f"/packs/{pack.id}").text
    assert f"/packs/{pack.id}.pdf" in text
    assert db.session.get_one(Pack, pack.id).sha256 in text


def test_a_file_that_was_put_away_can_be_made_again(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    path = keep(pack)
    with transaction():
        put_away(db.session.get_one(Pack, pack.id), home=current_app.config["SETTINGS"].home)
    text = client.sign_in(person).get(f"/packs/{pack.id}").text
    assert not path.exists()
    assert "Make it again" in text


def test_the_stranger_sees_nothing(client: RegisterClient) -> None:
    root = make_team()
    mine = make_team(parent=root)
    pack = make_pack(make_person(mine), mine)
    client.sign_in(make_person(make_team(parent=root)))
    assert client.get(f"/packs/{pack.id}").status_code == 404
    assert client.get("/packs/999").status_code == 404
