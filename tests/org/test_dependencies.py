"""What systems need: written down, shown, kept where it is not seen."""

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import Invalid
from riskreg.org.dependencies import Dependencies, dependencies_of, needs_of
from riskreg.org.kinds import Strength
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import update_system
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.queries import counted_queries
from tests.reviews.factories import install_content

HARD, SOFT = Strength.HARD, Strength.SOFT


@pytest.fixture
def team(app: Flask) -> Team:
    return make_team(parent=make_team())


def need(system: System, needed: dict[System, Strength], by: Person | None = None) -> None:
    with transaction():
        fresh = {db.session.get_one(System, each.id): how for each, how in needed.items()}
        row = db.session.get_one(System, system.id)
        update_system(actor(by) if by else SYSTEM_ACTOR, row, {"needs": fresh})


def found(system: System) -> Dependencies:
    return dependencies_of(SYSTEM_ACTOR, db.session.get_one(System, system.id))


def test_writes_down_what_a_system_needs_and_shows_it_at_both_ends(
    client: RegisterClient, team: Team
) -> None:
    install_content()
    shop, pay, mail = (make_system(team, key=k, name=k.title()) for k in ("shop", "pay", "mail"))
    client.sign_in(make_person(team))
    sent = {"name": "Shop", "team": team.slug, "hours": "business", "version": str(shop.version)}
    both = {**sent, "hard": ["pay"], "soft": ["pay"]}
    assert client.post("/systems/shop/edit", data=both).status_code == 422
    assert client.post("/systems/shop/edit", data={**sent, "hard": ["shop"]}).status_code == 422
    needs = {**sent, "hard": ["pay"], "soft": ["mail"]}
    assert client.post("/systems/shop/edit", data=needs).status_code == 303
    assert needs_of(shop) == {pay.id: HARD, mail.id: SOFT}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "system.update")).one()
    assert entry.changes["needs"] == [[], ["mail (soft)", "pay (hard)"]]
    page = client.get("/systems/shop").text
    assert page.index(">Pay</a>") < page.index(">Mail</a>")
    assert ">Shop</a>" in client.get("/systems/pay").text
    form = client.get("/systems/shop/edit").text
    assert 'name="hard" value="pay" checked' in form


def test_finds_a_circle_and_all_that_stops(team: Team) -> None:
    a, b, c, d = (make_system(team, name=name) for name in "abcd")
    need(a, {b: HARD})
    need(b, {c: HARD})
    assert (found(a).circle, found(c).stops_with_it) == ([], 2)
    need(c, {a: HARD, d: SOFT})
    assert [each.name for each in found(b).circle] == ["b", "c", "a", "b"]
    assert found(d).stops_with_it == 0
    assert [link.system.name for link in found(c).needs] == ["a", "d"]


def test_marks_what_matters_less_than_what_needs_it(team: Team) -> None:
    first, third, nowhere = (make_system(team, tier=tier) for tier in (1, 3, None))
    need(first, {third: HARD, nowhere: HARD})
    marked = {link.system.id: link.is_weaker for link in found(first).needs}
    assert marked == {third.id: True, nowhere.id: False}
    assert [link.is_weaker for link in found(third).needed_by] == [True]
    need(first, {third: SOFT})
    assert not found(first).needs[0].is_weaker


def test_what_one_may_not_see_is_not_named_and_stays(team: Team) -> None:
    own, hidden = make_system(team), make_system(make_team(parent=team.parent))
    need(own, {hidden: HARD})
    person = make_person(team)
    assert not dependencies_of(actor(person), own).needs
    need(own, {}, by=person)
    assert needs_of(own) == {hidden.id: HARD}
    need(own, {hidden: SOFT}, by=person)
    assert needs_of(own) == {hidden.id: HARD}


def test_never_needs_itself(team: Team) -> None:
    system = make_system(team)
    with pytest.raises(Invalid):
        need(system, {system: SOFT})


def test_a_long_list_comes_in_pages_and_narrows(client: RegisterClient, team: Team) -> None:
    person = make_person(team)
    alone = make_system(team, name="Alone", hours="24x7", data_class="restricted")
    with transaction():
        db.session.get_one(System, alone.id).operators = [db.session.get_one(Person, person.id)]
        numbers = range(55)
        db.session.add_all(
            System(key=f"s-{n}", name=f"S {n:02}", team_id=team.id, created_at=team.created_at)
            for n in numbers
        )
    client.sign_in(person)
    first = client.get("/systems").text
    assert "56 systems" in first
    assert "S 48" in first
    assert "S 49" not in first
    assert "S 54" in client.get("/systems?page=2").text
    for query in ("hours=24x7", "data_class=restricted", "rescuers=1", "q=alone"):
        page = client.get(f"/systems?{query}").text
        assert "1 system" in page
        assert "S 01" not in page
    assert "56 systems" in client.get("/systems?tier=9&rescuers=x").text
    with counted_queries() as asked:
        client.get("/systems?page=2")
    assert len(asked) <= 8
