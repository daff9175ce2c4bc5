"""Words of a confidential risk are looked for wherever somebody else may look: nowhere."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from riskreg.db import db, transaction
from riskreg.errors import NotFound
from riskreg.exports.queries import known_tables
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.readers import keep_confidential
from riskreg.packs.kinds import PackKind
from riskreg.packs.recipes import RECIPES
from riskreg.packs.services import freeze
from riskreg.postmortems.models import Incident
from riskreg.postmortems.services import link_risk
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Risk
from riskreg.risks.secrecy import RIGHTS
from riskreg.risks.services import assess_risk, pin_risk
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_team
from tests.rules.test_rights import ADDRESSES, path_of, things_of

SECRET = "Kanarienvogel"
OTHERS = ("viewer", "engineer", "manager", "admin", "beside")
TEXTS = ("title", "cause", "event", "consequence", "description", "controls", "category")
# Where else the same pages could show it: filters, orders, words, names.
MORE = (
    "/risks?status=all&column=team&column=owner",
    "/risks?q=shared",
    "/risks/matrix?status=all",
    "/risks/quadrant?status=all",
    "/risks/top?order=value",
    "/search?q=shared",
    "/search?q={risk}",
    "/actions?group=all",
    "/trail?ref={risk}",
    "/trail?ref={action}",
    "/actions/new?origin={risk}",
    "/packs/new?kind=risk&ref={risk}",
    "/incidents/{incident}/risks?q=shared",
    "/reviews/{review}",
)


@dataclass(frozen=True, kw_only=True)
class World:
    """A team with one of everything, and a confidential risk that is linked to all of it."""

    team: Team
    people: Mapping[str, Person]
    things: Mapping[str, str]
    names: Mapping[str, str]


@pytest.fixture
def world(client: RegisterClient) -> World:
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    people = {
        "beside": make_person(other, Role.ADMIN),
        "viewer": make_person(team, Role.VIEWER),
        "engineer": make_person(team, Role.ENGINEER),
        "manager": make_person(team, Role.MANAGER),
        "admin": make_person(root, Role.ADMIN),
        "reader": make_person(team, Role.MANAGER),
    }
    doer = people["reader"]
    things = things_of(team, doer, files_of=people["engineer"])
    risk_id = int(things["risk_ref"].removeprefix("R-"))
    action = make_action(team, doer, title=f"{SECRET} moves", detail=SECRET, risk_id=risk_id)
    incident_id = int(things["incidents/ref"].removeprefix("I-"))
    with transaction():
        _plant(db.session.get_one(Risk, risk_id), doer, incident_id)
    names = {
        "risk": things["risk_ref"],
        "action": action.ref,
        "incident": things["incidents/ref"],
        "review": things["reviews/ref"],
    }
    return World(
        team=team, people=people, things={**things, "actions/ref": action.ref}, names=names
    )


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_finds_a_word_of_it(client: RegisterClient, world: World, who: str) -> None:
    found = [place for place, text in _seen(client, world, who) if SECRET in text]
    assert not found


def test_a_reader_finds_it(client: RegisterClient, world: World) -> None:
    found = {place for place, text in _seen(client, world, "reader") if SECRET in text}
    assert found >= {
        *("/", "/risks", "/risks/matrix", "/risks/quadrant", "/risks/top", "/trail", "/actions"),
        *(f"/risks/{world.names['risk']}", f"/actions/{world.names['action']}"),
        *("/search?q=shared", "export risks csv", "export risks json", "export actions csv"),
    } - {"/risks/matrix", "/"}
    assert not {place for place in found if place.startswith("pack")}


def _plant(risk: Risk, doer: Person, incident_id: int) -> None:
    """The secret in every text of it, rated so that it comes first everywhere."""
    for name in TEXTS:
        setattr(risk, name, f"{SECRET} shared {name}")
    who = actor(db.session.get_one(Person, doer.id))
    risk.external_ref, risk.search_text = SECRET, f"{SECRET} shared".lower()
    risk.effort_days, risk.owner_id = 3, doer.id
    for tier in (Tier.CURRENT, Tier.TARGET):
        level = 5 if tier is Tier.CURRENT else 1
        rating = Rating(likelihood=level, impact=level)
        assess_risk(who, risk, tier=tier, rating=rating, why=SECRET)
    pin_risk(who, risk, reason=SECRET)
    postmortem = db.session.get_one(Incident, incident_id).postmortem
    assert postmortem is not None
    link_risk(who, postmortem, risk, foresaw=True)
    keep_confidential(who, risk, RIGHTS, readers=(), why=SECRET)


def _seen(client: RegisterClient, world: World, who: str) -> Iterator[tuple[str, str]]:
    """(place, text) of every page, file and pack that somebody can ask for."""
    person = world.people[who]
    client.sign_in(world.people["reader"]).sign_in(person)  # what one may see is nobody else's
    for path in _paths(world):
        with client.application.app_context():
            answer = FlaskClient.open(client, path)
        db.session.rollback()
        db.session.expire_all()
        yield path, "" if answer.mimetype == "application/pdf" else answer.text
    wanted = {"status": "all", "ref": world.names["review"]}
    for kind in known_tables():
        for form in ("csv", "json"):
            answer = client.post(f"/export/{kind}", data=wanted | {"format": form})
            yield f"export {kind} {form}", answer.text
    yield from _packs(world, person)


def _paths(world: World) -> list[str]:
    rules = [line.split()[1] for line in ADDRESSES.read_text().splitlines() if line[:4] == "GET "]
    return [path_of(rule, world.things) for rule in rules] + [
        each.format(**world.names) for each in MORE
    ]


def _packs(world: World, person: Person) -> Iterator[tuple[str, str]]:
    for kind, recipe in RECIPES.items():
        refs = {
            PackKind.RISK: world.names["risk"],
            PackKind.REVIEW: world.names["review"],
            PackKind.POSTMORTEM: world.names["incident"],
        }
        ref = refs.get(kind, "") if recipe.needs_ref else ""
        try:
            with transaction():
                who = actor(db.session.get_one(Person, person.id))
                team = db.session.get_one(Team, world.team.id)
                frozen = json.dumps(freeze(who, kind=kind, team=team, ref=ref).data)
        except NotFound:
            frozen = ""
        yield f"pack {kind}", frozen
