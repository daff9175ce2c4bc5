"""What a token opens, and when it no longer does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role, Scope
from riskreg.org.limits import RULES, Limit, Rule
from riskreg.org.models import ApiToken, Grant, Person, Team
from riskreg.org.tokens import end_all_tokens
from tests.api.conftest import Program, make_token
from tests.client import RegisterClient
from tests.factories import actor, give_role, make_person, make_system, make_team

Programs = Callable[[str], Program]


@pytest.fixture
def root(client: RegisterClient) -> Team:
    return make_team("Company")


@pytest.fixture
def team(root: Team) -> Team:
    return make_team("Payments", parent=root)


@pytest.fixture
def ada(root: Team) -> Person:
    return make_person(root, Role.ADMIN)


def seen(program: Program) -> list[str]:
    return [row["slug"] for row in program.get("/teams").get_json()["data"]]


def test_opens_its_team_and_those_below(program: Programs, root: Team, ada: Person) -> None:
    team = make_team("Payments", parent=root)
    below, beside = make_team("Ledger", parent=team), make_team("Search", parent=root)
    asking = program(make_token(ada, team)[1])
    assert seen(asking) == [team.slug, below.slug]
    assert asking.get(f"/teams/{beside.slug}").status_code == 404
    assert asking.get(f"/teams/{root.slug}").status_code == 404
    system = make_system(beside)
    assert asking.get(f"/systems/{system.key}").status_code == 404
    assert asking.get("/systems").get_json() == {"data": [], "next": None}
    assert asking.get(f"/systems?team={beside.slug}").status_code == 404


@pytest.mark.asvs("v5.0.0-8.3.3")
def test_is_never_more_than_its_owners_roles_at_that_moment(
    program: Programs, root: Team, team: Team
) -> None:
    person = make_person(team, Role.ENGINEER)
    give_role(person, root, Role.VIEWER)
    asking = program(make_token(person, root, Scope.WRITE)[1])
    assert seen(asking) == [root.slug, team.slug]
    with transaction():
        db.session.execute(
            delete(Grant).where(Grant.person_id == person.id, Grant.team_id == root.id),
            execution_options={"told_in_trail": True},
        )
    assert seen(asking) == [team.slug]
    with transaction():
        db.session.get_one(Person, person.id).is_active = False
    assert asking.get("/teams").status_code == 401


def test_counts_no_longer_when_it_is_ended_or_too_old(
    program: Programs, root: Team, ada: Person, clock: time_machine.Traveller
) -> None:
    ended, old = (program(make_token(ada, root, days=days)[1]) for days in (90, 1))
    assert old.get("/teams").status_code == 200
    clock.shift(timedelta(days=1))
    assert old.get("/teams").get_json()["detail"].startswith("This token is too old.")
    assert ended.get("/teams").status_code == 200
    with transaction():
        end_all_tokens(actor(ada), db.session.get_one(Person, ada.id))
    answer = ended.get("/teams")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="riskreg", error="invalid_token"'


def test_refusals_are_counted_and_noted(
    program: Programs, root: Team, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, words = make_token(ada, root)
    monkeypatch.setitem(RULES, Limit.TOKEN, Rule(times=4, within=timedelta(minutes=1)))
    assert program("").client.get("/api/v1/teams").headers["WWW-Authenticate"] == (
        'Bearer realm="riskreg"'
    )
    wrong = (words[:-3] + "xyz", words.replace(f"_{number}_", f"_{number + 1}_"), "rrk_1", "x")
    for each in wrong:
        assert program(each).get("/teams").status_code == 401, each
    answer = program("x").get("/teams")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    notes = db.session.scalars(select(AuditEntry.note).where(AuditEntry.action == "token.refuse"))
    assert notes.all() == ["from 127.0.0.1: This is no token that counts here."]


def test_cookies_count_for_pages_and_tokens_for_programs(
    program: Programs, client: RegisterClient, root: Team, ada: Person
) -> None:
    words = make_token(ada, root)[1]
    assert client.get("/teams", headers={"Authorization": f"Bearer {words}"}).status_code == 303
    client.sign_in(ada)
    with client.application.app_context():
        assert FlaskClient.open(client, "/api/v1/teams").status_code == 401
    assert program("").client.get(f"/api/v1/teams?token={words}").status_code == 401
    answer = program(words).get("/teams")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Vary"] == "Authorization"
    assert "Set-Cookie" not in answer.headers


def test_its_last_use_is_kept_to_a_minute(
    program: Programs, root: Team, ada: Person, clock: time_machine.Traveller
) -> None:
    number, words = make_token(ada, root)
    asking, first = program(words), now()
    for seconds in (0, 30, 31):
        clock.shift(seconds)
        asking.get("/teams")
        token = db.session.get_one(ApiToken, number)
        assert token.last_used_at == (first if seconds < 31 else now())
    assert token.last_address == "127.0.0.1"


def test_asks_at_most_six_hundred_times_a_minute(
    program: Programs, root: Team, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert RULES[Limit.API] == Rule(times=600, within=timedelta(minutes=1), ahead=10)
    monkeypatch.setitem(RULES, Limit.API, Rule(times=2, within=timedelta(minutes=1)))
    asking, other = (program(make_token(ada, root)[1]) for _number in range(2))
    assert [asking.get("/teams").status_code for _time in range(3)] == [200, 200, 429]
    assert other.get("/teams").status_code == 200
