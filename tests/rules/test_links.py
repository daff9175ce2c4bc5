"""No link on a page leads its reader to what is not there or not theirs."""

from collections import deque
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from lxml import html
from sqlalchemy import select

from riskreg.actions.models import ActionItem
from riskreg.db import db, transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.readers import keep_confidential
from riskreg.packs.kinds import PackKind
from riskreg.packs.services import ask_for_pack, freeze
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.services import link_risk
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review
from riskreg.risks.models import Risk
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.exports.test_create import rows_of
from tests.factories import actor, make_person, make_system, make_team
from tests.postmortems.factories import make_incident, make_postmortem, make_risk
from tests.reviews.factories import install_content, make_review

PAGES_MAX = 600


@pytest.fixture
def member(client: RegisterClient) -> Person:
    """A member of one of two teams that have everything in common: systems, risks, incidents."""
    root = make_team("Company")
    ours, theirs = make_team("Ours", parent=root), make_team("Theirs", parent=root)
    person, admin = make_person(ours), make_person(root, Role.ADMIN)
    install_content()
    systems = [make_system(ours, name="Our shop"), make_system(theirs, name="Their till")]
    for team, other in ((ours, theirs), (theirs, ours)):
        foreign = make_risk(other, admin, title=f"Risk of {other.name}", system=systems[0])
        make_risk(other, admin, system=systems[1])
        incident = make_incident(team, admin, title=f"Incident of {team.name}", systems=systems)
        postmortem = make_postmortem(incident, admin)
        with transaction():
            row = db.session.get_one(Postmortem, postmortem.id)
            link_risk(actor(admin), row, db.session.merge(foreign), foresaw=True)
        for origin in ({"risk_id": foreign.id}, {"incident_id": incident.id}):
            make_action(team, admin, title=f"Action of {team.name}", **origin)
    for system in systems:
        review = make_review(system, admin, chg_1=AnswerValue.NOT_MET)
        make_action(ours, admin, review_id=review.id)
    with transaction():
        mine = db.session.get_one(Person, person.id)
        snapshot = freeze(
            actor(mine), kind=PackKind.LEADERSHIP, team=db.session.get_one(Team, ours.id)
        )
        ask_for_pack(actor(mine), snapshot)
    return person


def test_every_link_opens_for_its_reader(client: RegisterClient, member: Person) -> None:
    client.sign_in(member)
    assert _walked(client) > 80


def test_every_link_opens_for_a_confidential_reader_without_a_role(
    client: RegisterClient, member: Person
) -> None:
    guest = make_person(None)
    with transaction():
        reader = db.session.get_one(Person, guest.id)
        for model in (Risk, Incident, Review):
            query = select(model).where(model.team_id == member.home_team_id).limit(1)
            item = db.session.scalars(query).one()
            keep_confidential(SYSTEM_ACTOR, item, readers=[reader], why="It is a way in.")
    client.sign_in(guest)
    assert _walked(client) > 10


def _walked(client: RegisterClient) -> int:
    """Follow every link from the start; how many pages and filters there are."""
    refused: list[str] = []
    waiting = deque([("/", "the start")])
    known = _kinds("/")
    while waiting and len(known) < PAGES_MAX:
        address, page = waiting.popleft()
        answer = client.get(address)
        if answer.status_code in {403, 404}:
            refused.append(f"{page} -> {address} {answer.status_code}")
        if answer.status_code == 303:
            waiting.append((str(answer.location), address))
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for link in _links(answer.text, address):
            if new := _kinds(link) - known:
                known |= new
                waiting.append((link, address))
    assert not waiting, "there are more pages than this test looks at"
    assert not refused, "\n".join(refused)
    return len(known)


def test_names_of_other_teams_do_not_show(client: RegisterClient, member: Person) -> None:
    client.sign_in(member)
    action = db.session.scalars(
        select(ActionItem).where(ActionItem.title == "Action of Ours")
    ).first()
    incident = db.session.scalars(
        select(Incident).where(Incident.title == "Incident of Ours")
    ).one()
    assert action is not None
    incidents = ("/incidents", f"/incidents/{incident.ref}")
    for path in (*incidents, f"/actions/{action.ref}", "/actions"):
        page = client.get(path).text
        assert "Their till" not in page, path
        assert "Risk of Theirs" not in page, path
    assert all("and 1 system you may not see" in client.get(path).text for path in incidents)
    assert "and 1 risk you may not see" in client.get(incidents[1]).text
    rows = rows_of(client.post("/export/incidents", data={"format": "csv"}))
    keys = {each.name: each.key for each in db.session.scalars(select(System))}
    assert [(row["systems"], row["systems_not_seen"]) for row in rows] == [(keys["Our shop"], "1")]
    pack = _frozen_incident(member, incident.ref)
    assert (pack["systems"], pack["systems_hidden"]) == (["Our shop"], 1)
    assert (pack["risks"], pack["risks_hidden"]) == ([], 1)


def _frozen_incident(member: Person, ref: str) -> dict[str, Any]:
    person = db.session.get_one(Person, member.id)
    assert person.home_team is not None
    with transaction():
        snapshot = freeze(actor(person), kind=PackKind.POSTMORTEM, team=person.home_team, ref=ref)
        found: dict[str, Any] = snapshot.data["sections"]["incident"]
    return found


def _links(text: str, address: str) -> list[str]:
    """The addresses of this site that a page links to, without their anchors."""
    hrefs = [
        urljoin(address, str(href)).split("#")[0]
        for href in html.fromstring(text).xpath("//a/@href")
    ]
    return [href for href in hrefs if href.startswith("/") and not href.startswith("//")]


def _kinds(address: str) -> set[tuple[str, str]]:
    """One look at each page, and at each of its filters, is enough, whatever the filters say."""
    parts = urlsplit(address)
    names = parse_qs(parts.query, keep_blank_values=True)
    return {(parts.path, name) for name in ("", *names)}
