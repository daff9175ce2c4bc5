"""A pack about one confidential thing is as confidential as that, and holds no other."""

import json

import pytest
from flask import Flask

from riskreg.db import db, transaction
from riskreg.errors import NotFound
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.readers import keep_confidential, make_public
from riskreg.packs.document import pack_html
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Snapshot
from riskreg.packs.queries import pack_for, packs_for
from riskreg.postmortems.parts import link_risk
from riskreg.risks.models import Risk
from riskreg.trail.filters import TrailFilter
from riskreg.trail.queries import entries
from tests.actions.factories import make_action
from tests.factories import actor, make_person, make_team
from tests.packs.factories import make_pack, make_snapshot
from tests.postmortems.factories import make_incident, make_postmortem
from tests.risks.factories import make_risk

TITLE = "The signing key lies on a shared disk"
MARK = "CONFIDENTIAL — made for"


@pytest.fixture
def team(app: Flask) -> Team:
    return make_team("Payments", parent=make_team("Company"))


@pytest.fixture
def reader(team: Team) -> Person:
    return make_person(team, Role.MANAGER)


@pytest.fixture
def risk(team: Team, reader: Person) -> Risk:
    return conceal(make_risk(team, 4, 5, title=TITLE, by=reader), reader)


def conceal(risk: Risk, by: Person) -> Risk:
    with transaction():
        keep_confidential(actor(by), db.session.merge(risk), readers=(), why="A way in.")
    return db.session.get_one(Risk, risk.id)


def shown_to(person: Person, team: Team) -> list[str]:
    """Titles of the packs that somebody finds."""
    return [pack.snapshot.title for pack in packs_for(actor(person), team)]


def test_only_its_readers_make_find_and_read_it(team: Team, reader: Person, risk: Risk) -> None:
    manager, admin = make_person(team, Role.MANAGER), make_person(make_team(), Role.ADMIN)
    pack = make_pack(reader, team, PackKind.RISK, ref=risk.ref)
    assert shown_to(reader, team) == [f"Risk {risk.ref}, {TITLE}"]
    assert pack_for(actor(reader), pack.id).secret == ("risk", risk.id)
    for person in (manager, admin):
        assert shown_to(person, team) == []
        with pytest.raises(NotFound):
            pack_for(actor(person), pack.id)
        with pytest.raises(NotFound):
            make_snapshot(person, team, PackKind.RISK, ref=risk.ref)
    acts = {
        person: {entry.action for entry in entries(actor(person), TrailFilter()).entries}
        for person in (reader, manager)
    }
    assert acts[reader] >= {"risk.take", "snapshot.freeze", "pack.ask"}
    assert not {act for act in acts[manager] if act.startswith(("risk", "snapshot", "pack"))}


def test_it_says_so_and_no_other_pack_does(team: Team, reader: Person, risk: Risk) -> None:
    other = make_risk(team, by=reader)
    told = {
        each.ref: pack_html(make_snapshot(reader, team, PackKind.RISK, ref=each.ref))
        for each in (risk, other)
    }
    assert f"{MARK} {reader.name}" in told[risk.ref]
    assert TITLE in told[risk.ref]
    assert MARK not in told[other.ref]


def test_it_holds_nothing_else_that_is_confidential(team: Team, reader: Person, risk: Risk) -> None:
    incident = make_incident(team, reader, title="Read by somebody")
    postmortem = make_postmortem(incident, reader)
    make_action(team, reader, title="Move the key", risk_id=risk.id)
    with transaction():
        link_risk(actor(reader), db.session.merge(postmortem), db.session.merge(risk), foresaw=True)
        keep_confidential(actor(reader), db.session.merge(incident), readers=(), why="A name.")
    kinds = {PackKind.RISK: risk.ref, PackKind.POSTMORTEM: incident.ref, PackKind.REGISTER: ""}
    frozen = {kind: make_snapshot(reader, team, kind, ref=ref) for kind, ref in kinds.items()}
    held = {kind: json.dumps(snapshot.data) for kind, snapshot in frozen.items()}
    assert {kind for kind in kinds if TITLE in held[kind]} == {PackKind.RISK}
    assert {kind for kind in kinds if "Read by somebody" in held[kind]} == {PackKind.POSTMORTEM}
    assert "Move the key" in held[PackKind.RISK]
    assert frozen[PackKind.REGISTER].secret is None


def test_it_goes_with_the_secrecy_of_what_it_is_about(team: Team, reader: Person) -> None:
    manager, risk = make_person(team, Role.MANAGER), make_risk(team, title=TITLE, by=reader)
    make_pack(manager, team, PackKind.RISK, ref=risk.ref)
    assert len(shown_to(manager, team)) == 1
    conceal(risk, reader)
    assert (shown_to(manager, team), len(shown_to(reader, team))) == ([], 1)
    with transaction():
        make_public(actor(reader), db.session.get_one(Risk, risk.id), why="Repaired.")
    assert len(shown_to(manager, team)) == 1
    assert db.session.query(Snapshot).one().data.get("confidential") is None
