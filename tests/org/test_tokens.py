"""Tokens for programs: made by who they belong to, shown once, kept as a hash, ended."""

import hashlib
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.cli import build_parser
from riskreg.db import db, transaction
from riskreg.errors import Conflict, Forbidden, Invalid
from riskreg.lib.dates import now
from riskreg.org import tokens
from riskreg.org.kinds import Role, Scope
from riskreg.org.models import ApiToken, Person, Team
from riskreg.org.permissions import Actor
from tests.client import RegisterClient
from tests.factories import actor, give_role, make_person, make_team

WORDS = re.compile(r"rrk_\d+_[\w-]{43}")


@pytest.fixture
def team(client: RegisterClient) -> Team:
    return make_team("Payments", parent=make_team("Company"))


@pytest.fixture
def ada(team: Team) -> Person:
    return make_person(team, Role.ENGINEER)


def sent(on: Team, **values: str) -> dict[str, str]:
    fields = {"name": "nightly", "team": on.slug, "scope": "read", "days": "30"}
    return fields | {"form_key": "a" * 20} | values


def acts() -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject_type == "api_token")
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_is_shown_once_and_kept_as_a_hash(
    client: RegisterClient, team: Team, ada: Person, clock: time_machine.Traveller
) -> None:
    client.sign_in(ada)
    assert client.get("/me/tokens/new").status_code == 200
    answer = client.post("/me/tokens/new", data=sent(team))
    found = WORDS.findall(answer.text)
    assert (answer.status_code, len(found)) == (200, 1)
    token = db.session.scalars(select(ApiToken)).one()
    _rrk, number, secret = found[0].split("_", 2)
    assert (int(number), token.scope, token.team_id) == (token.id, Scope.READ, team.id)
    assert token.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert token.expires_at == now() + timedelta(days=30)
    assert secret not in client.get("/me/tokens").text
    assert client.post("/me/tokens/new", data=sent(team)).status_code == 409  # the form again
    assert acts() == ["token.create"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "token.create")).one()
    assert secret not in str(entry.changes)
    assert token.secret_hash not in str(entry.rows)


def test_asks_again_who_it_is(
    client: RegisterClient, team: Team, ada: Person, clock: time_machine.Traveller
) -> None:
    client.sign_in(ada)
    clock.shift(timedelta(minutes=11))
    assert client.get("/me/tokens/new").location == "/me/proof?next=/me/tokens/new"
    answer = client.post("/me/tokens/new", data=sent(team))
    assert answer.location == "/me/proof?next=/me/tokens/new"
    assert acts() == []


def test_refuses_what_makes_no_sense(client: RegisterClient, team: Team, ada: Person) -> None:
    client.sign_in(ada)
    for values in ({"name": " "}, {"scope": "all"}, {"days": "400"}, {"team": "company"}):
        assert client.post("/me/tokens/new", data=sent(team, **values)).status_code == 422, values
    assert db.session.scalar(select(ApiToken.id)) is None


def test_nobody_makes_one_for_others_and_no_program_makes_one(team: Team, ada: Person) -> None:
    admin = actor(make_person(team, Role.ADMIN))
    by_token = actor(ada).narrowed(team.path, Role.ADMIN)
    for who in (admin, by_token):
        with pytest.raises(Forbidden):
            _make(who, ada, team)
    outside = make_team("Search", parent=db.session.get_one(Team, team.parent_id))
    give_role(ada, outside, Role.VIEWER)
    with pytest.raises(Invalid, match="1 to 365"):
        _make(actor(ada), ada, outside, days=366)


def test_twenty_at_most_are_in_use(team: Team, ada: Person) -> None:
    for _number in range(tokens.LIVE_MAX):
        _make(actor(ada), ada, team)
    with pytest.raises(Conflict, match="20 tokens"):
        _make(actor(ada), ada, team)


def test_one_ends_ones_own_and_who_manages_a_person_ends_theirs(
    client: RegisterClient, team: Team, ada: Person
) -> None:
    first, second = (_make(actor(ada), ada, team) for _number in range(2))
    beside = make_team("Search", parent=db.session.get_one(Team, team.parent_id))
    client.sign_in(make_person(beside, Role.ADMIN))
    assert client.post(f"/me/tokens/{first}/end").status_code == 404
    assert client.post(f"/admin/people/{ada.id}/tokens/{first}/end").status_code == 403
    assert "nightly" not in client.get(f"/admin/people/{ada.id}").text
    client.sign_in(make_person(team, Role.ADMIN))
    assert "nightly" in client.get(f"/admin/people/{ada.id}").text
    client.post(f"/admin/people/{ada.id}/tokens/{first}/end")
    client.sign_in(ada)
    client.post(f"/me/tokens/{second}/end")
    client.post(f"/me/tokens/{second}/end")
    assert acts() == ["token.create"] * 2 + ["token.end"] * 2
    assert tokens.live_tokens(ada.id) == []


def test_locking_a_person_out_ends_their_tokens(
    client: RegisterClient, team: Team, ada: Person
) -> None:
    _make(actor(ada), ada, team)
    client.sign_in(make_person(team, Role.ADMIN))
    client.post(f"/admin/people/{ada.id}/deactivation")
    client.post(f"/admin/people/{ada.id}/activation")
    assert tokens.live_tokens(ada.id) == []


def test_an_actor_is_narrowed_to_the_team_the_scope_and_no_secret() -> None:
    grants = (("/1/", Role.VIEWER), ("/1/2/5/", Role.ADMIN), ("/1/3/", Role.MANAGER))
    whole = Actor(person_id=7, name="Ada", grants=grants, privy=frozenset({("risk", 1)}))
    narrow = whole.narrowed("/1/2/", Role.ENGINEER)
    assert narrow.grants == (("/1/2/", Role.VIEWER), ("/1/2/5/", Role.ENGINEER))
    assert (narrow.privy, narrow.person_id, narrow.own_id) == (frozenset(), 7, None)
    assert whole.narrowed("/1/4/", Role.ADMIN).grants == (("/1/4/", Role.VIEWER),)
    assert Actor(person_id=7, name="Ada").narrowed("/1/", Role.ADMIN).grants == ()


def test_the_command_prints_it_and_nothing_else(
    team: Team, ada: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*more: str) -> int:
        given = ["token", "add", "--team", team.slug, "--scope", "write", "--user", *more]
        chosen = build_parser().parse_args(given)
        return int(chosen.run(chosen))

    assert run(ada.email.upper(), "--days", "5") == 0
    out, err = capsys.readouterr()
    assert WORDS.fullmatch(out.strip())
    assert "shown this once" in err
    for wrong in (["nobody@example.org"], [ada.email, "--days", "0"], [ada.email, "--name", " "]):
        with pytest.raises(Invalid):
            run(*wrong)
    assert capsys.readouterr().out == ""
    assert acts() == ["token.create"]


def _make(who: Actor, person: Person, team: Team, *, days: int = 90) -> int:
    with transaction():
        token, _words = tokens.create_token(
            who,
            person=db.session.get_one(Person, person.id),
            team=db.session.get_one(Team, team.id),
            name="nightly",
            scope=Scope.READ,
            days=days,
        )
        return token.id
