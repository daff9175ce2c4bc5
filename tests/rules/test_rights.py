"""Who gets what from every address: the answers stand in rights.txt, one line per address.

No answer may be kept by a cache, or be said to be what somebody has kept.
404 is for what may not be seen, 403 for what may be seen but not changed. What one person removed
is not there for those after them in the line. rights_of_secrets.txt says the same where risk,
incident, review and action are confidential. The last two of rights.txt are programs with a token
of the manager, to read and to write: for pages they are nobody, and for the API a cookie is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg.db import db, transaction
from riskreg.imports.services import keep_file
from riskreg.jobs.kinds import JobState
from riskreg.jobs.services import enqueue
from riskreg.org.kinds import Role, Scope
from riskreg.org.models import Person, Team
from riskreg.org.readers import keep_confidential
from riskreg.packs.kinds import PackKind
from riskreg.packs.services import ask_for_pack, freeze
from riskreg.postmortems.models import Incident
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review
from riskreg.risks.models import Risk
from tests.actions.factories import make_action
from tests.api.conftest import make_token
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.postmortems.factories import make_incident, make_postmortem, make_risk
from tests.reviews.factories import install_content, make_review

RULES = Path(__file__).parent
ADDRESSES = RULES / "addresses.txt"
TABLE = RULES / "rights.txt"
OUTSIDE = ("nobody", "gone")
TOKENS = {"reads": Scope.READ, "writes": Scope.WRITE}
WHO = (*OUTSIDE, "beside", "viewer", "engineer", "manager", "admin", *TOKENS)
SECRETS_TABLE = RULES / "rights_of_secrets.txt"
# A named reader without any role, and two who are not named whatever their roles are.
WHO_OF_SECRETS = ("reader", "manager", "admin")
COOKIE = "riskreg-http"
# What a browser or a cache between would send to learn that what it has is still good.
SEEN_BEFORE = {"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
# What is sent, as (field, thing), where nothing would be about nothing at all.
BODIES = {
    "/incidents/<ref>/risks": {"risk": "risk_ref"},
    "/reviews/new": {"system": "systems/key"},
}
# What an address without a thing of a team behind it stands for.
FIXED = {"kind": "risks", "key": "summary", "number": "1"}


@dataclass(frozen=True, kw_only=True)
class World:
    """One organisation: who asks, by their cookies, and the thing that each address is about."""

    cookies: Mapping[str, str]
    things: Mapping[str, str]
    tokens: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture
def world(client: RegisterClient) -> World:
    """A team with one of everything; `beside` administers another branch of the tree."""
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    people = {
        "gone": make_person(team, Role.MANAGER, is_active=False),
        "beside": make_person(other, Role.ADMIN),
        "viewer": make_person(team, Role.VIEWER),
        "engineer": make_person(team, Role.ENGINEER),
        "manager": make_person(team, Role.MANAGER),
        "admin": make_person(root, Role.ADMIN),
    }
    things = things_of(team, make_person(team, Role.MANAGER), files_of=people["engineer"])
    tokens = {name: make_token(people["manager"], team, scope)[1] for name, scope in TOKENS.items()}
    things["token_id"] = str(make_token(people["manager"], team)[0])
    return World(cookies=_cookies(client, people), things=things, tokens=tokens)


@pytest.fixture
def world_of_secrets(client: RegisterClient) -> World:
    """A team with one of everything, all of it confidential, and its people."""
    root = make_team("Company")
    team = make_team("Payments", parent=root)
    people = {
        "reader": make_person(None),
        "manager": make_person(team, Role.MANAGER),
        "admin": make_person(root, Role.ADMIN),
    }
    doer = make_person(team, Role.MANAGER)
    things = things_of(team, doer, files_of=doer)
    things["session_id"] = "0"  # nobody's: whose would be signed out
    with transaction():
        readers = [db.session.get_one(Person, people["reader"].id)]
        for model in (Risk, Incident, Review):
            item = db.session.scalars(select(model)).one()
            keep_confidential(actor(doer), item, readers=readers, why="It is a way in.")
    return World(cookies=_cookies(client, people), things=things)


@pytest.mark.asvs("v5.0.0-8.2.1")
@pytest.mark.asvs("v5.0.0-14.3.2")
def test_every_address_answers_each_person_as_the_table_says(
    client: RegisterClient, world: World
) -> None:
    assert_table(client, world, TABLE, WHO, ADDRESSES.read_text().splitlines())


def test_what_is_confidential_answers_each_person_as_its_table_says(
    client: RegisterClient, world_of_secrets: World
) -> None:
    addresses = ADDRESSES.read_text().splitlines()
    assert_table(client, world_of_secrets, SECRETS_TABLE, WHO_OF_SECRETS, addresses)


def assert_table(
    client: RegisterClient, world: World, table: Path, who: Sequence[str], addresses: Iterable[str]
) -> None:
    """Ask each address as each person: in the order of the table, but leaving last."""
    plain = FlaskClient(client.application, client.application.response_class, use_cookies=False)
    lines = {}
    for address in sorted(addresses, key=lambda each: "/sign-out" in each):
        method, rule, _endpoint = address.split()
        sent = {
            "path": path_of(rule, world.things),
            "method": method,
            "data": {name: world.things[key] for name, key in BODIES.get(rule, {}).items()},
        }
        answers = [_answer(plain, sent, _headers(world, each)) for each in who]
        lines[address] = _line(f"{method} {rule}", answers)
    found = [_line("", who), *(lines[address] for address in sorted(lines))]
    assert found == table.read_text().splitlines(), (
        "Rights changed. If that is meant, commit the new table, which is:\n" + "\n".join(found)
    )


def _headers(world: World, who: str) -> dict[str, str]:
    """Whoever is in asks as a program does: there are hundreds of refusals, and then no pages."""
    if who in world.tokens:
        return {"Authorization": f"Bearer {world.tokens[who]}"}
    if who in OUTSIDE:
        return {"Cookie": f"{COOKIE}={world.cookies.get(who, '')}"}
    return {"Cookie": f"{COOKIE}={world.cookies[who]}", "Accept": "application/json"}


def _answer(client: FlaskClient, sent: dict[str, Any], headers: dict[str, str]) -> str:
    """ "yes" is an answer of the service itself: done, shown, or refused for what was sent.

    Pages are checked elsewhere; here they are only asked for, because there are hundreds.
    """
    with client.application.app_context():
        answer = client.open(**sent, headers=headers | SEEN_BEFORE)
    assert answer.status_code < 500, sent
    _assert_not_kept(answer, sent["path"])
    if answer.status_code == 303 and "/sign-in" in str(answer.location):
        return "sign-in"
    return str(answer.status_code) if answer.status_code in {401, 403, 404} else "yes"


def _assert_not_kept(answer: TestResponse, path: str) -> None:
    """Whatever was seen before, by whomever, is asked for again, and told apart by who asks."""
    assert answer.status_code != 304, path
    assert answer.headers.getlist("Cache-Control") == ["no-store"], path
    assert ("Authorization" if path.startswith("/api/v1/") else "Cookie") in answer.vary, path
    assert not {"Age", "Expires", "Last-Modified"} & set(answer.headers.keys()), path


def _cookies(client: RegisterClient, people: Mapping[str, Person]) -> dict[str, str]:
    """A session is begun once for each, because there are hundreds of requests."""
    found = {}
    for who, person in people.items():
        cookie = client.sign_in(person).get_cookie(COOKIE)
        assert cookie is not None
        found[who] = cookie.value
    return found


def path_of(rule: str, things: Mapping[str, str]) -> str:
    """The address with what stands for each of its parts; the folder says which thing `ref` is."""
    folder = rule.removeprefix("/api/v1").split("/")[1]

    def filled(part: re.Match[str]) -> str:
        name = part[1].removeprefix("int:")
        return things.get(f"{folder}/{name}") or things.get(name) or FIXED[name]

    return re.sub(r"<([^>]+)>", filled, rule)


def _line(address: str, answers: Sequence[str]) -> str:
    return f"{address:<62}" + "".join(f"{each:<9}" for each in answers).rstrip()


def things_of(team: Team, doer: Person, *, files_of: Person) -> dict[str, str]:
    """One of everything of the team, as addresses name it; an upload is its person's own."""
    install_content()
    system = make_system(team)
    risk = make_risk(team, doer)
    incident = make_incident(team, doer, systems=[system])
    make_postmortem(incident, doer)
    review = make_review(system, doer, chg_1=AnswerValue.NOT_MET)
    action = make_action(team, doer, risk_id=risk.id)
    with transaction():
        job = enqueue("test.work", {}, team_id=team.id)
        job.state = JobState.DEAD
        owner = db.session.get_one(Team, team.id)
        pack = ask_for_pack(actor(doer), freeze(actor(doer), kind=PackKind.REGISTER, team=owner))
        content = b"title,kind\nOne,both\n"
        file = keep_file(actor(files_of), team=owner, file_name="a.csv", content=content)
        numbers = {"job_id": job.id, "pack_id": pack.id, "file_id": file.id}
    return {
        **{name: str(number) for name, number in numbers.items()},
        "slug": team.slug,
        "systems/key": system.key,
        "risks/ref": risk.ref,
        "risk_ref": risk.ref,
        "actions/ref": action.ref,
        "incidents/ref": incident.ref,
        "reviews/ref": review.ref,
        "code": "chg-1",
        "person_id": str(make_person(team, Role.VIEWER).id),
        "session_id": "1",
        "token_id": "1",
    }
