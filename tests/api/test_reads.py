"""What programs read of actions, incidents, reviews, systems and teams."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from riskreg.actions.models import ActionItem
from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.limits import RULES, Limit
from riskreg.org.models import Person, Team
from riskreg.reviews.kinds import AnswerValue
from tests.actions.factories import make_action
from tests.api.conftest import Program, make_token
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.postmortems.factories import make_incident, make_postmortem
from tests.queries import counted_queries
from tests.reviews.factories import install_content, make_review
from tests.risks.factories import make_risk


@pytest.fixture
def team(client: RegisterClient) -> Team:
    return make_team("Payments", parent=make_team("Company"))


@pytest.fixture
def ada(team: Team) -> Person:
    return make_person(team, Role.MANAGER, email="ada@example.org")


@pytest.fixture
def asking(program: Callable[[str], Program], team: Team, ada: Person) -> Program:
    return program(make_token(ada, team)[1])


def refs(asking: Program, path: str) -> list[str]:
    body = asking.get(path).get_json()
    return [row["ref"] for row in body["data"]]


def one(asking: Program, path: str) -> Any:
    return asking.get(path).get_json()["data"]


def test_actions_are_told_as_their_page_tells_them(
    asking: Program, team: Team, ada: Person
) -> None:
    action = make_action(team, ada)
    told = one(asking, f"/actions/{action.ref}")
    assert (told["owner"], told["team"], told["slips"]) == ("ada@example.org", "payments", 0)
    assert told["original_due_on"] == told["due_on"]
    assert refs(asking, f"/actions?group={told['due_group']}") == [action.ref]
    assert refs(asking, "/actions?status=done") == []
    assert asking.get("/actions?status=dropped").status_code == 422


def test_an_action_of_theirs_elsewhere_is_not_told_to_a_program(
    asking: Program, team: Team, ada: Person
) -> None:
    other = make_team("Search", parent=db.session.get_one(Team, team.parent_id))
    doer = make_person(other, Role.MANAGER)
    action = make_action(other, doer)
    with transaction():
        db.session.get_one(ActionItem, action.id).owner_id = ada.id
    asking.client.sign_in(ada)
    assert asking.client.get(f"/actions/{action.ref}").status_code == 200
    assert asking.get(f"/actions/{action.ref}").status_code == 404
    assert refs(asking, "/actions") == []


def test_incidents_are_told_with_their_post_mortem(
    asking: Program, team: Team, ada: Person
) -> None:
    other = make_team("Search", parent=db.session.get_one(Team, team.parent_id))
    systems = [make_system(team), make_system(other)]
    incident = make_incident(team, make_person(team, Role.ADMIN), systems=systems)
    told = one(asking, f"/incidents/{incident.ref}")
    assert (told["systems"], told["systems_not_seen"]) == ([systems[0].key], 1)
    assert told["postmortem"] is None
    make_postmortem(incident, ada)
    assert one(asking, f"/incidents/{incident.ref}")["postmortem"]["status"] == "draft"
    assert refs(asking, f"/incidents?severity={told['severity']}") == [incident.ref]
    assert refs(asking, f"/incidents?until={now().date().year - 1}-01-01") == []


def test_a_review_is_told_with_its_result_of_today(
    asking: Program, team: Team, ada: Person
) -> None:
    install_content()
    review = make_review(make_system(team), ada, chg_1=AnswerValue.NOT_MET)
    told = one(asking, f"/reviews/{review.ref}")
    assert (told["readiness"], told["counts"]["not_met"], told["answered"]) == ("not_ready", 1, 1)
    listed = asking.get("/reviews").get_json()["data"]
    assert listed == [told]
    assert refs(asking, "/reviews?readiness=ready") == []


def test_lists_go_on_page_by_page(asking: Program, team: Team) -> None:
    keys = {make_system(team).key for _number in range(3)}
    first = asking.get("/systems?limit=2&tier=2").get_json()
    assert first["next"] == "/api/v1/systems?limit=2&tier=2&page=2"
    second = asking.get(first["next"].removeprefix("/api/v1")).get_json()
    assert second["next"] is None
    assert {row["key"] for row in first["data"] + second["data"]} == keys
    assert asking.get("/systems?page=9").get_json() == {"data": [], "next": None}


def test_lists_ask_no_more_for_ten_rows_than_for_two(
    asking: Program, team: Team, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = replace(RULES[Limit.API], ahead=1)  # every use is counted, not one in ten
    monkeypatch.setitem(RULES, Limit.API, each)
    install_content()
    paths = ("/risks", "/actions", "/incidents", "/reviews", "/systems", "/teams")
    asked = []
    for more in (2, 8):
        for _number in range(more):
            system = make_system(team)
            make_action(team, ada, risk_id=make_risk(team, 3, 3, owner=ada, system=system).id)
            make_postmortem(make_incident(team, ada, systems=[system]), ada)
            make_review(system, ada)
            make_team(parent=team)
        asked.append({path: _asked(asking, path) for path in paths})
    few, many = asked
    assert {path: many[path] for path in paths if many[path] > few[path]} == {}
    assert max(many.values()) <= 12, many


def _asked(asking: Program, path: str) -> int:
    with counted_queries() as sent:
        assert asking.get(path).status_code == 200
    return len(sent)


def test_the_document_tells_of_every_address(built_app: Flask, client: RegisterClient) -> None:
    told = client.get("/api/v1/openapi.json").get_json()
    found = {
        f"{verb.upper()} {path}" for path, methods in told["paths"].items() for verb in methods
    }
    served = {
        f"{method} {rule.rule.replace('<', '{').replace('>', '}')}"
        for rule in built_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.startswith("api.")
    }
    assert found == served
    assert len(found) >= 17


def test_the_page_tells_the_same(client: RegisterClient, ada: Person) -> None:
    client.sign_in(ada)
    page = client.get("/api/docs").text
    for told in ("PATCH", "/api/v1/risks/{ref}", "Idempotency-Key", "NewAssessment", "or null"):
        assert told in page
