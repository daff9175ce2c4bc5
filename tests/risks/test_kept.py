"""What is kept of a page as it was printed shows nobody what is not theirs, and nothing old."""

import re

import pytest
from flask import Flask

from riskreg.db import db, transaction
from riskreg.org.kinds import Role
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.models import Risk
from riskreg.risks.services import update_risk
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.risks.factories import make_risk


def visitor(app: Flask, team: object, role: Role) -> RegisterClient:
    app.test_client_class = RegisterClient
    made = app.test_client()
    assert isinstance(made, RegisterClient)
    return made.sign_in(make_person(team, role))  # type: ignore[arg-type]


def tokens(page: str) -> set[str]:
    return set(re.findall(r'name="csrf_token" value="([^"]+)"', page))


def test_a_reader_is_not_given_what_an_engineer_was_printed(app: Flask) -> None:
    team = make_team()
    ref = make_risk(team).ref
    engineer, reader = visitor(app, team, Role.ENGINEER), visitor(app, team, Role.VIEWER)
    for _ in range(2):
        assert f'href="/risks/{ref}/edit"' in engineer.get(f"/risks/{ref}").text
        assert f'href="/risks/{ref}/edit"' not in reader.get(f"/risks/{ref}").text
        assert 'href="/risks/new"' in engineer.get("/risks").text
        assert 'name="bulk_owner"' not in reader.get("/risks").text


def test_a_system_of_another_team_is_no_link_for_who_may_not_see_it(app: Flask) -> None:
    root = make_team()
    team, other = make_team(parent=root), make_team(parent=root)
    system = make_system(other)
    ref = make_risk(team, system=system).ref
    everyone, inside = visitor(app, root, Role.VIEWER), visitor(app, team, Role.VIEWER)
    for _ in range(2):
        assert f'href="/systems/{system.key}"' in everyone.get(f"/risks/{ref}").text
        assert f'href="/systems/{system.key}"' not in inside.get(f"/risks/{ref}").text


@pytest.mark.parametrize("path", ["/risks", "/risks/{ref}"])
def test_every_visitor_has_their_own_token(app: Flask, path: str) -> None:
    team = make_team()
    path = path.format(ref=make_risk(team).ref)
    visitors = [visitor(app, team, Role.MANAGER) for _ in range(2)]
    seen = [tokens(each.get(path).text) for each in visitors]
    assert [len(each) for each in seen] == [1, 1]
    assert seen[0] != seen[1]


def test_a_change_shows_on_the_next_page(app: Flask) -> None:
    team = make_team()
    risk = make_risk(team, title="As it was")
    client = visitor(app, team, Role.ENGINEER)
    assert "As it was" in client.get(f"/risks/{risk.ref}").text
    with transaction():
        update_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), {"title": "As it is"})
    page = client.get(f"/risks/{risk.ref}").text
    assert "<h1>As it is</h1>" in page
    assert "As it was" in page  # among what changed


def test_cells_are_escaped_once(app: Flask) -> None:
    team = make_team("Odd & <b>")
    make_risk(team)
    page = visitor(app, team, Role.VIEWER).get("/risks?column=team").text
    assert '<td class="nowrap">Odd &amp; &lt;b&gt;</td>' in page
