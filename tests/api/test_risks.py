"""The register as programs read and write it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.org.kinds import Role, Scope
from riskreg.org.models import ApiCreate, Person, Team
from riskreg.risks.models import Risk
from tests.api.conftest import Program, make_token
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.risks.factories import make_risk

NEW = {"title": "Keys never rotate", "kind": "security", "team": "payments"}


@dataclass(frozen=True)
class World:
    team: Team
    other: Team
    ada: Person
    program: Program
    reader: Program


@pytest.fixture
def world(client: RegisterClient, program: Callable[[str], Program]) -> World:
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    ada = make_person(team, Role.ENGINEER, name="Ada", email="ada@example.org")
    make_risk(team, 1, 1)  # and with it the matrix
    writes, reads = (
        program(make_token(ada, team, scope)[1]) for scope in (Scope.WRITE, Scope.READ)
    )
    return World(team=team, other=other, ada=ada, program=writes, reader=reads)


def pointers(answer: Any) -> list[str]:
    body = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert (body["status"], bool(body["detail"])) == (answer.status_code, True)
    named = ("pointer", "parameter", "header")
    return sorted(each[name] for each in body["errors"] for name in named if name in each)


def test_files_a_risk_with_all_its_fields_and_shows_it(world: World) -> None:
    system = make_system(world.team)
    sent = NEW | {
        "system": system.key,
        "owner": "Ada@Example.org",
        "knowers": ["ada@example.org"],
        "treatment": "mitigate",
        "cause": "Nobody has the time",
        "tags": ["keys", "PCI"],
        "links": [{"url": "https://example.org/a", "label": "notes"}],
        "identified_on": "2026-01-31",
        "effort_days": 12,
        "current": {"likelihood": 4, "impact": 5},
        "target": {"likelihood": 1, "impact": 5},
        "why": "It happened elsewhere.",
    }
    answer = world.program.post("/risks", sent)
    made = answer.get_json()["data"]
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/api/v1/risks/{made['ref']}"
    shown = world.reader.get(f"/risks/{made['ref']}")
    assert shown.get_json()["data"] == made
    assert shown.headers["ETag"] == '"1"'
    same = ("title", "kind", "team", "system", "treatment", "cause", "links", "identified_on")
    assert {name: made[name] for name in same} == {name: sent[name] for name in same}
    assert (made["owner"], made["knowers"]) == ("ada@example.org", ["ada@example.org"])
    assert (made["tags"], made["effort_days"]) == (["keys", "pci"], 12)
    assert made["current"] == {"likelihood": 4, "impact": 5, "band": made["band"]}
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == ("risk.create", world.ada.id)
    assert entry.actor_name == "Ada, by the token test"


def test_lists_in_the_order_of_the_page_and_goes_on(world: World) -> None:
    for likelihood, effort in ((5, 50), (2, 2), (5, 5)):
        make_risk(world.team, likelihood, 5, effort_days=effort)
    make_risk(world.other, 5, 5)
    for order in ("severity", "value"):
        whole = world.reader.get(f"/risks?order={order}").get_json()
        assert whole["next"] is None
        refs, path = [], f"/risks?order={order}&limit=3"
        while path:
            page = world.reader.get(path).get_json()
            refs += [row["ref"] for row in page["data"]]
            path = (page["next"] or "").removeprefix("/api/v1")
        assert refs == [row["ref"] for row in whole["data"]]
        assert len(refs) == 4


def test_filters_as_the_page_does_and_says_what_it_does_not_know(world: World) -> None:
    mine = make_risk(world.team, 5, 5, owner=db.session.get_one(Person, world.ada.id))
    for query in ("owner=me", "owner=ada@example.org", "likelihood=5&impact=5", f"q={mine.ref}"):
        rows = world.reader.get(f"/risks?{query}").get_json()["data"]
        assert [row["ref"] for row in rows] == [mine.ref], query
    wrong = ("kind=all", "limit=0", "limit=x", "colour=red", "kind=both&kind=both", "after=x")
    for query in (*wrong, "owner=nobody@example.org", "q=%00"):
        answer = world.reader.get(f"/risks?{query}")
        assert (answer.status_code, pointers(answer)) == (422, [query.split("=")[0]]), query
    assert world.reader.get("/risks?team=search").status_code == 404


def test_changes_what_is_sent_and_nothing_else(world: World) -> None:
    risk = make_risk(world.team, 3, 3, cause="Old", effort_size="M", tags=["a"])
    answer = world.program.patch(f"/risks/{risk.ref}", {"title": "New"}, If_Match='"1"')
    data = answer.get_json()["data"]
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (data["title"], data["cause"], data["effort_size"]) == ("New", "Old", "M")
    assert (data["tags"], data["current"]["likelihood"]) == (["a"], 3)
    sent: Any = {"effort_days": None, "current": None, "tags": [], "owner": "ada@example.org"}
    data = world.program.patch(f"/risks/{risk.ref}", sent, If_Match='"2"').get_json()["data"]
    assert (data["effort_days"], data["effort_size"], data["tags"]) == (None, None, [])
    assert (data["band"], data["owner"]) == (None, "ada@example.org")


def test_a_change_names_the_version_that_was_seen(world: World) -> None:
    risk = make_risk(world.team, cause="Theirs")
    path = f"/risks/{risk.ref}"
    for seen in ({}, {"If_Match": "*"}, {"If_Match": '"1", "2"'}, {"If_Match": "W/x"}):
        assert world.program.patch(path, {"title": "New"}, **seen).status_code == 428, seen
    answer = world.program.patch(path, {"cause": "Yours"}, If_Match='"7"')
    body = answer.get_json()
    assert (answer.status_code, body["stored"]) == (412, {"cause": "Theirs"})
    assert body["sent"] == {"cause": "Yours"}
    closure = {"close_reason": "gone", "note": "Away."}
    assert world.program.post(f"{path}/closure", closure, If_Match='"7"').status_code == 412
    assert db.session.get_one(Risk, risk.id).version == 1


def test_a_system_of_another_team_is_kept_and_not_named(world: World) -> None:
    system = make_system(world.other)
    risk = make_risk(world.team, system=system)
    path = f"/risks/{risk.ref}"
    answer = world.program.patch(path, {"title": "New"}, If_Match='"1"')
    assert (answer.status_code, answer.get_json()["data"]["system"]) == (200, None)
    assert db.session.get_one(Risk, risk.id).system_id == system.id
    stale = world.program.patch(path, {"system": None}, If_Match='"1"')
    assert (stale.status_code, stale.get_json()["stored"]) == (412, {})
    assert system.key not in world.reader.get("/risks").text


def test_rates_again_closes_and_reopens(world: World) -> None:
    path = f"/risks/{make_risk(world.team, 3, 3).ref}"
    rating = {"tier": "current", "likelihood": 5, "impact": 5, "why": "Seen twice."}
    answer = world.program.post(f"{path}/assessments", rating)
    assert (answer.status_code, answer.get_json()["data"]["current"]["likelihood"]) == (200, 5)
    beyond = world.program.post(f"{path}/assessments", rating | {"likelihood": 9})
    assert (beyond.status_code, pointers(beyond)) == (422, ["#/current"])
    closure = {"close_reason": "gone", "note": "Away."}
    assert world.program.post(f"{path}/closure", closure).get_json()["data"]["status"] == "closed"
    assert world.program.post(f"{path}/closure", closure).status_code == 409
    opened = world.program.post(f"{path}/reopening", {"why": "Back."}).get_json()["data"]
    assert opened["status"] == "open"


def test_a_key_makes_one_risk_however_often_it_is_sent(world: World) -> None:
    before = db.session.scalar(select(func.count(Risk.id))) or 0

    def file(_number: int) -> tuple[int, Any]:
        with world.program.client.application.app_context():
            answer = world.program.post("/risks", NEW, Idempotency_Key="one")
            return answer.status_code, answer.get_json()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(file, range(20)))
    assert answers == [answers[0]] * 20
    assert answers[0][0] == 201
    db.session.rollback()
    assert db.session.scalar(select(func.count(Risk.id))) == before + 1
    other = world.program.post("/risks", NEW | {"title": "Else"}, Idempotency_Key="one")
    assert (other.status_code, pointers(other)) == (422, ["Idempotency-Key"])


def test_what_was_refused_takes_no_key(world: World) -> None:
    refused = world.program.post("/risks", NEW | {"owner": "x"}, Idempotency_Key="one")
    assert (refused.status_code, pointers(refused)) == (422, ["#/owner"])
    assert db.session.scalar(select(ApiCreate.id)) is None
    assert world.program.post("/risks", NEW, Idempotency_Key="one").status_code == 201
    for key in ("", "x" * 201, "é"):
        assert world.program.post("/risks", NEW, Idempotency_Key=key).status_code == 400, key


def test_writes_only_where_owner_and_scope_allow(world: World) -> None:
    risk, hidden = make_risk(world.team), make_risk(world.other)
    assert world.reader.post("/risks", NEW).status_code == 403
    assert world.program.get(f"/risks/{hidden.ref}").status_code == 404
    assert (
        world.program.patch(f"/risks/{hidden.ref}", {"title": "x"}, If_Match='"1"').status_code
        == 404
    )
    moved = world.program.patch(f"/risks/{risk.ref}", {"team": "search"}, If_Match='"1"')
    assert (moved.status_code, pointers(moved)) == (422, ["#/team"])


REFUSED: dict[str, tuple[Any, list[str] | None]] = {
    "not an object": ([1], ["#"]),
    "missing": ({"title": "x"}, ["#/kind", "#/team"]),
    "unknown": (NEW | {"colour/s": 1}, ["#/colour~1s"]),
    "wrong types": (NEW | {"title": 3, "tags": "a", "effort_days": "M"}, None),
    "odd numbers": (
        NEW | {"effort_days": 1e300, "current": {"likelihood": True, "impact": 1.5}},
        None,
    ),
    "NUL": (NEW | {"cause": "a\x00b"}, ["#/cause"]),
    "half a sign": (NEW | {"cause": "\ud800"}, ["#/cause"]),
    "blank": (NEW | {"title": "  "}, ["#/title"]),
    "too long": (NEW | {"title": "x" * 201}, ["#/title"]),
    "no address": (NEW | {"links": [{"url": "javascript:alert(1)"}]}, ["#/links"]),
    "no day": (NEW | {"identified_on": "2026-02-30"}, ["#/identified_on"]),
    "confidential": (NEW | {"is_confidential": True}, ["#/is_confidential"]),
}


@pytest.mark.asvs("v5.0.0-2.2.1")
def test_says_of_each_value_why_it_is_refused(world: World) -> None:
    for what, (body, expected) in REFUSED.items():
        answer = world.program.post("/risks", body)
        assert answer.status_code == 422, what
        found = pointers(answer)
        assert expected is None or found == expected, what
    raw = {
        b"{": 400,
        b'{"a": NaN}': 400,
        b'{"title": "x", "title": "y"}': 400,
        b"\xff": 400,
        b"[" * 100_000: 400,
        b"1" * 5_000: 400,
        b" " * (1024 * 1024 + 1): 413,
    }
    for body, status in raw.items():
        assert world.program.post("/risks", body).status_code == status, body[:20]


def test_answers_what_cannot_be_asked_so(world: World) -> None:
    answer = world.program.post("/risks", b"title=x", Content_Type="text/plain")
    assert answer.status_code == 415
    assert world.reader.get("/risks", Accept="text/html").status_code == 406
    refused = world.program._ask("DELETE", "/risks", {})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert refused.mimetype == "application/problem+json"
    assert world.reader.get("/nothing").mimetype == "application/problem+json"
