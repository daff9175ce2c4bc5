"""Background work on its page and in JSON: who sees it, tries it again, stops it."""

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.jobs.services import enqueue
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from tests.client import RegisterClient
from tests.factories import make_person, make_team

LAST_ACT = select(AuditEntry.action).order_by(AuditEntry.id.desc())


def make_job(
    team: Team | None = None, by: Person | None = None, state: JobState = JobState.WAITING
) -> Job:
    """A piece of work of a team, or of none."""
    with transaction():
        job = enqueue(
            "test.work",
            {},
            team_id=team.id if team else None,
            asked_by_id=by.id if by else None,
        )
        job.state = state
        if state is JobState.DEAD:
            job.attempts, job.error = 3, "The printer is out of paper."
    return db.session.get_one(Job, job.id)


@pytest.fixture
def root(app: Flask) -> Team:
    return make_team("Root")


@pytest.fixture
def payments(root: Team) -> Team:
    return make_team("Payments", parent=root)


@pytest.fixture
def neighbour(root: Team) -> Person:
    """An engineer of another team."""
    return make_person(make_team("Checkout", parent=root))


def listed(client: RegisterClient, address: str = "/admin/jobs") -> list[int]:
    """The numbers of the jobs on a page of the list, in its order."""
    return [int(part.split('"')[0]) for part in client.get(address).text.split("/admin/jobs/")[1:]]


def test_error_and_way_back_are_on_the_page_and_in_json(
    client: RegisterClient, payments: Team
) -> None:
    job = make_job(payments, state=JobState.DEAD)
    client.sign_in(make_person(payments))
    page = client.get(f"/admin/jobs/{job.id}").text
    assert "The printer is out of paper." in page
    assert f'action="/admin/jobs/{job.id}/retry"' in page
    data = client.get(f"/admin/jobs/{job.id}.json").get_json()["data"]
    assert (data["state"], data["error"]) == ("dead", "The printer is out of paper.")
    assert (data["attempts"], data["progress"]["done"], data["result"]) == (3, 0, None)
    assert (data["retry"], data["cancellation"]) == (f"/admin/jobs/{job.id}/retry", None)


def test_the_address_in_json_tries_it_again(client: RegisterClient, payments: Team) -> None:
    job = make_job(payments, state=JobState.DEAD)
    client.sign_in(make_person(payments))
    address = client.get(f"/admin/jobs/{job.id}.json").get_json()["data"]["retry"]
    assert client.post(address).status_code == 303
    stored = db.session.get_one(Job, job.id)
    assert (stored.state, stored.attempts, stored.error) == (JobState.WAITING, 0, "")
    assert db.session.scalars(LAST_ACT).first() == "job.retry"
    assert client.post(address).status_code == 409


def test_waiting_work_is_stopped_at_once(client: RegisterClient, payments: Team) -> None:
    job = make_job(payments)
    client.sign_in(make_person(payments))
    address = client.get(f"/admin/jobs/{job.id}.json").get_json()["data"]["cancellation"]
    assert client.post(address).status_code == 303
    assert db.session.get_one(Job, job.id).state is JobState.CANCELLED
    assert db.session.scalars(LAST_ACT).first() == "job.cancel"
    assert "Try again" in client.get(f"/admin/jobs/{job.id}").text


def test_running_work_is_asked_to_stop(client: RegisterClient, payments: Team) -> None:
    job = make_job(payments, state=JobState.RUNNING)
    client.sign_in(make_person(payments))
    client.post(f"/admin/jobs/{job.id}/cancellation")
    stored = db.session.get_one(Job, job.id)
    assert (stored.state, stored.cancel_asked) == (JobState.RUNNING, True)


@pytest.mark.parametrize("part", ["", ".json", "/progress"])
def test_work_of_other_people_is_not_there(
    client: RegisterClient, payments: Team, neighbour: Person, part: str
) -> None:
    job = make_job(payments)
    client.sign_in(neighbour)
    assert client.get(f"/admin/jobs/{job.id}{part}").status_code == 404
    assert client.get(f"/admin/jobs/{job.id + 1}{part}").status_code == 404


@pytest.mark.parametrize("act", ["retry", "cancellation"])
def test_work_of_other_people_goes_on(
    client: RegisterClient, payments: Team, neighbour: Person, act: str
) -> None:
    job = make_job(payments, state=JobState.DEAD)
    client.sign_in(neighbour)
    assert client.post(f"/admin/jobs/{job.id}/{act}").status_code == 404
    assert db.session.get_one(Job, job.id).state is JobState.DEAD


def test_who_may_only_look_is_offered_nothing(
    client: RegisterClient, payments: Team, neighbour: Person
) -> None:
    job = make_job(payments, state=JobState.DEAD)
    client.sign_in(make_person(payments, Role.VIEWER))
    assert "/retry" not in client.get(f"/admin/jobs/{job.id}").text
    assert client.get(f"/admin/jobs/{job.id}.json").get_json()["data"]["retry"] is None
    assert client.post(f"/admin/jobs/{job.id}/retry").status_code == 403


def test_work_of_no_team_is_for_those_at_the_root(
    client: RegisterClient, root: Team, payments: Team
) -> None:
    job = make_job()
    client.sign_in(make_person(payments))
    assert client.get(f"/admin/jobs/{job.id}").status_code == 404
    client.sign_in(make_person(root))
    assert client.get(f"/admin/jobs/{job.id}").status_code == 200


def test_the_list_holds_ones_own_work_and_that_of_ones_teams(
    client: RegisterClient, payments: Team, neighbour: Person
) -> None:
    person = make_person(payments)
    own = make_job(by=person)
    teams = make_job(payments, by=neighbour)
    make_job(by=neighbour)
    make_job()
    client.sign_in(person)
    assert listed(client) == [teams.id, own.id]


def test_a_page_is_full_whatever_lies_between(
    client: RegisterClient, payments: Team, neighbour: Person
) -> None:
    person = make_person(payments)
    for _ in range(60):
        make_job(payments)
        make_job(by=neighbour)
    client.sign_in(person)
    first = listed(client)
    assert len(first) == 50
    page = client.get("/admin/jobs").text
    assert f"?before={first[-1]}" in page
    rest = listed(client, f"/admin/jobs?before={first[-1]}")
    assert len(rest) == 10
    assert "Older work" not in client.get(f"/admin/jobs?before={first[-1]}").text


def test_the_way_there_is_in_everybodys_menu(client: RegisterClient, payments: Team) -> None:
    client.sign_in(make_person(payments, Role.VIEWER))
    assert 'href="/admin/jobs"' in client.get("/me").text


@pytest.mark.parametrize("number", ["9" * 30, "²", "-1", "x"])
def test_a_broken_place_is_the_beginning(
    client: RegisterClient, payments: Team, number: str
) -> None:
    job = make_job(payments)
    client.sign_in(make_person(payments))
    assert listed(client, f"/admin/jobs?before={number}") == [job.id]
