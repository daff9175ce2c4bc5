"""A confidential incident is its readers' own, with its post-mortem and all that hangs on it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.actions.models import ActionItem
from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import NotFound
from riskreg.lib.dates import clock_at, now
from riskreg.org.kinds import Role
from riskreg.org.models import Person, System, Team
from riskreg.org.readers import keep_confidential
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.queries import IncidentFilter, count_incidents, incident_for
from riskreg.postmortems.services import link_statement
from riskreg.reviews.results import disproved_at
from riskreg.risks.models import Risk
from riskreg.risks.services import install_matrix
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.pages import marked_confidential
from tests.postmortems.factories import make_incident, make_postmortem, make_statement

WHY = "It names a customer."


def conceal(incident: Incident, by: Person) -> Incident:
    with transaction():
        row = db.session.get_one(Incident, incident.id)
        keep_confidential(actor(by), row, readers=(), why=WHY)
    return db.session.get_one(Incident, incident.id)


def seen(person: Person) -> int:
    """How many incidents somebody counts."""
    return count_incidents(actor(person), IncidentFilter(), today=now().date())


@pytest.fixture
def team(app: Flask) -> Team:
    return make_team("Payments", parent=make_team("Company"))


@pytest.fixture
def writer(team: Team) -> Person:
    return make_person(team, Role.ENGINEER)


@pytest.fixture
def system(team: Team) -> System:
    return make_system(team)


@pytest.fixture
def secret(team: Team, writer: Person, system: System) -> Incident:
    incident = make_incident(team, writer, title="The keys were read", systems=[system])
    return conceal(incident, writer)


def test_its_owner_and_the_doers_of_its_actions_read_it_and_no_role_does(
    team: Team, writer: Person, secret: Incident
) -> None:
    manager, owner, doer = (make_person(team, role) for role in (Role.MANAGER, *[Role.VIEWER] * 2))
    action = make_action(team, writer, incident_id=secret.id)
    with transaction():
        db.session.get_one(ActionItem, action.id).owner_id = doer.id
        postmortem = Postmortem(
            incident_id=secret.id,
            team_id=team.id,
            owner_id=owner.id,
            sections={},
            causes=[],
            started_at=now(),
        )
        db.session.add(postmortem)
    assert [seen(person) for person in (writer, owner, doer, manager)] == [1, 1, 1, 0]
    assert incident_for(actor(owner), secret.ref).id == secret.id
    with pytest.raises(NotFound):
        incident_for(actor(manager), secret.ref)


def test_it_disproves_nothing_for_those_who_may_not_read_it(
    team: Team, writer: Person, system: System, secret: Incident
) -> None:
    statement = make_statement()
    postmortem = make_postmortem(secret, writer)
    with transaction():
        row = db.session.get_one(Postmortem, postmortem.id)
        link_statement(actor(writer), row, statement.id, was_met=True)
    assert disproved_at(actor(writer), [system.id]).keys() == {(system.id, statement.code)}
    assert disproved_at(actor(make_person(team, Role.MANAGER)), [system.id]) == {}


def test_its_pages_file_it_show_it_and_end_it_with_proof(
    client: RegisterClient, team: Team, writer: Person
) -> None:
    start = (now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    sent = {"title": "The keys were read", "team": team.slug, "severity": "1", "zone": "UTC"}
    client.sign_in(writer)
    sent |= {"impact_start_at": start, "is_confidential": "y"}
    page = client.post("/incidents/new", data=sent).location
    assert "Change who may read it" in client.get(page).text
    assert marked_confidential(client.get("/incidents").text) == ["The keys were read"]
    assert client.get(f"{page}/readers").status_code == 200
    acts = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts[-3:] == ["incident.create", "incident.conceal", "incident.read"]
    with clock_at(now() + timedelta(minutes=11)):
        asked = client.post(f"{page}/readers/removal", data={"why": "It is known now."})
        assert "/me/proof" in asked.location
        assert f"{page}/readers".replace("/", "%2F") in asked.location.replace("/", "%2F")
    assert seen(make_person(team, Role.MANAGER)) == 0
    client.post(f"{page}/readers/removal", data={"why": "It is known now."})
    assert seen(make_person(team, Role.MANAGER)) == 1


def test_an_administrator_opens_it_with_proof_and_its_readers_see_why(
    client: RegisterClient, team: Team, writer: Person, secret: Incident
) -> None:
    admin = make_person(db.session.get_one(Team, team.parent_id), Role.ADMIN)
    page = f"/incidents/{secret.ref}"
    client.sign_in(admin)
    with clock_at(now() + timedelta(minutes=11)):
        assert "/me/proof" in client.get(f"{page}/opening").location
    assert client.get(page).status_code == 404
    assert client.post(f"{page}/opening", data={"why": "She is away."}).status_code == 303
    assert client.get(page).status_code == 200
    client.sign_in(writer)
    assert "She is away." in client.get(page).text


def test_what_stays_of_an_action_declined_is_for_the_same_readers(
    client: RegisterClient, team: Team, writer: Person, secret: Incident
) -> None:
    action = make_action(team, writer, title="Change the keys", incident_id=secret.id)
    with transaction():
        install_matrix(actor(writer))
    client.sign_in(writer)
    sent = {"reason": "Too dear.", "outcome": "accept", "version": "1"}
    client.post(f"/actions/{action.ref}/withdrawal", data=sent)
    stays = db.session.scalars(select(Risk)).one()
    assert stays.is_confidential
    assert stays.secret in actor(writer).privy
