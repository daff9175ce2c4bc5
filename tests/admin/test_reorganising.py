"""Moving and merging teams: who may, what goes over, what stays, where the address leads."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import html
from sqlalchemy import select

from riskreg.actions.models import ActionItem
from riskreg.actions.queries import ActionFilter, on_time
from riskreg.actions.services import close_action
from riskreg.admin.merging import merge_team
from riskreg.audit.models import AuditEntry
from riskreg.audit.replay import differences
from riskreg.db import db, transaction
from riskreg.errors import Conflict, Forbidden, Invalid
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.places import move_team
from riskreg.org.queries import teams_for
from riskreg.postmortems.models import Incident
from riskreg.postmortems.queries import started
from riskreg.risks.models import Risk
from riskreg.risks.past import cells_at
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, give_role, make_person, make_system, make_team
from tests.postmortems.factories import make_incident, make_postmortem
from tests.reviews.factories import install_content
from tests.risks.factories import make_risk


@pytest.fixture
def root(client: RegisterClient) -> Team:
    install_content()
    return make_team("Company")


@pytest.fixture
def admin(root: Team) -> Person:
    return make_person(root, Role.ADMIN, name="Amal Admin")


def merged(team: Team, into: Team) -> None:
    with transaction():
        merge_team(
            SYSTEM_ACTOR, db.session.get_one(Team, team.id), db.session.get_one(Team, into.id)
        )


@pytest.mark.parametrize("page", ["place", "merger"])
def test_an_older_form_is_refused_and_both_versions_are_shown(
    client: RegisterClient, root: Team, admin: Person, page: str
) -> None:
    payments, _delivery = make_team("Payments", parent=root), make_team("Delivery", parent=root)
    team = make_team("Checkout", parent=root)
    sent = {"parent": "delivery", "version": str(team.version)}
    with transaction():
        move_team(SYSTEM_ACTOR, db.session.get_one(Team, team.id), db.session.merge(payments))
    client.sign_in(admin)
    refused = client.post(f"/teams/checkout/{page}", data=sent)
    assert refused.status_code == 409
    shown = html.fromstring(refused.text).find(".//table").text_content()
    assert "Payments" in shown
    assert "Delivery" in shown
    kept = db.session.get_one(Team, team.id)
    assert (kept.parent_id, kept.merged_into_id) == (payments.id, None)


def test_moves_a_team_and_shows_where_it_stood(
    client: RegisterClient, root: Team, admin: Person
) -> None:
    payments, delivery = make_team("Payments", parent=root), make_team("Delivery", parent=root)
    team = make_team("Checkout", parent=payments)
    client.sign_in(admin)
    assert "Move Checkout" in client.get("/teams/checkout/place").text
    sent = {"parent": "delivery", "version": str(team.version)}
    assert client.post("/teams/checkout/place", data=sent).location == "/teams/checkout"
    assert db.session.get_one(Team, team.id).path == f"{delivery.path}{team.id}/"
    assert "Where it stood before" in client.get("/teams/checkout").text
    assert client.post("/teams/checkout/place", data=sent).status_code == 409
    wrong = {"parent": "payments", "on": str(now().date() - timedelta(days=9))}
    assert client.post("/teams/checkout/place", data=wrong).status_code == 422
    assert client.post("/teams/company/place", data=sent).status_code == 409


def test_merges_what_is_open_and_leads_on(
    client: RegisterClient, root: Team, admin: Person
) -> None:
    old, new = make_team("Old", parent=root), make_team("New", parent=root)
    inner = make_team("Inner", parent=old)
    person = make_person(old, Role.MANAGER)
    give_role(person, new, Role.VIEWER)
    system, risk = make_system(old), make_risk(old, owner=person)
    secret = make_risk(old, owner=person)
    with transaction():
        db.session.get_one(Risk, secret.id).is_confidential = True
    action, done = make_action(old, person), make_action(old, person)
    with transaction():
        close_action(SYSTEM_ACTOR, db.session.get_one(ActionItem, done.id), "Seen")
    incident = make_incident(old, person)
    make_postmortem(incident, person)
    client.sign_in(admin)
    assert "What goes over" in client.get("/teams/old/merger").text
    assert client.post("/teams/old/merger", data={"parent": "new"}).location == "/teams/new"
    moved: list[Any] = [db.session.get_one(System, system.id)]
    moved += [db.session.get_one(Risk, each.id) for each in (risk, secret)]
    moved += [db.session.get_one(ActionItem, action.id)]
    assert {row.team_id for row in moved} == {new.id}
    assert db.session.get_one(ActionItem, done.id).team_id == old.id
    found = db.session.get_one(Incident, incident.id)
    assert found.postmortem is not None
    assert (found.team_id, found.postmortem.team_id) == (new.id, new.id)
    assert db.session.get_one(Team, inner.id).parent_id == new.id
    assert db.session.get_one(Person, person.id).home_team_id == new.id
    grants = db.session.scalars(select(Grant).where(Grant.person_id == person.id)).all()
    assert [(grant.team_id, grant.role) for grant in grants] == [(new.id, Role.MANAGER)]
    assert client.get("/teams/old").location == "/teams/new"
    for again in ("merger", "place", "edit"):  # sent twice, it does nothing to the other team
        sent = {"parent": "company", "name": "Renamed"}
        assert client.post(f"/teams/old/{again}", data=sent).location == "/teams/new"
    assert db.session.get_one(Team, new.id).name == "New"
    assert "merged into this team" in client.get("/teams/new").text
    assert "New and below" in client.get("/actions?team=old").text
    assert {"team.merge", "risk.move", "action.move", "system.move"} <= set(
        db.session.scalars(select(AuditEntry.action))
    )
    assert list(differences()) == []


def test_figures_of_the_past_stay_with_the_team_of_then(client: RegisterClient, root: Team) -> None:
    old, new = make_team("Old", parent=root), make_team("New", parent=root)
    person = make_person(root, Role.ADMIN)
    make_risk(old, 3, 3)
    then = now()
    promised = now() - timedelta(days=60)
    make_action(old, person, committed_at=promised, due_on=(now() - timedelta(days=30)).date())
    make_incident(old, person)
    month = {"start": (now() - timedelta(days=40)).date(), "end": now().date(), "zone_name": "UTC"}
    year = {"start": now() - timedelta(days=300), "end": now()}

    def counted(team: Team) -> list[int]:
        here, me = db.session.get_one(Team, team.id), actor(person)
        return [
            len(on_time(me, ActionFilter(below=here), **month)),  # type: ignore[arg-type]
            started(me, below=here, **year).total,
            sum(cells_at(me, here, then - timedelta(days=1))[0].values()),
        ]

    before = [counted(old), counted(new)]
    merged(old, new)
    assert [counted(old), counted(new)] == before
    assert before[0][:2] == [1, 1]


def test_a_merged_team_takes_nothing_new(client: RegisterClient, root: Team) -> None:
    old, new = make_team("Old", parent=root), make_team("New", parent=root)
    inner = make_team("Inner", parent=old)
    with pytest.raises(Invalid):
        merged(old, inner)
    with pytest.raises(Conflict):
        merged(root, new)
    merged(old, new)
    assert "Old" not in [team.name for team in teams_for(SYSTEM_ACTOR)]
    with pytest.raises(Conflict):
        merged(old, new)
    with pytest.raises(Invalid):
        merged(inner, old)


def test_only_an_administrator_of_both_places_merges(client: RegisterClient, root: Team) -> None:
    old, new = make_team("Old", parent=root), make_team("New", parent=root)
    half = make_person(old, Role.ADMIN)
    give_role(half, new, Role.ADMIN)
    with pytest.raises(Forbidden):
        merge_team(actor(half), old, new)
    client.sign_in(half)
    assert client.get("/teams/old/merger").status_code == 403
    assert client.post("/teams/old/merger", data={"parent": "new"}).status_code == 403
    client.sign_in(make_person(root, Role.MANAGER))
    assert client.post("/teams/old/place", data={"parent": "new"}).status_code == 403
    assert db.session.get_one(Team, old.id).merged_into_id is None
