"""Systems: the list, one of them, writing one down and changing it."""

import re

import pytest
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.org.forms import format_slo, parse_slo
from riskreg.org.kinds import Role
from riskreg.org.models import Person, System, Team
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.pages import version_in
from tests.queries import counted_queries
from tests.reviews.factories import install_content, make_review


@pytest.fixture
def team(client: RegisterClient) -> Team:
    return make_team(parent=make_team())


@pytest.fixture
def owner(team: Team) -> Person:
    return make_person(team)


def sent(team: Team, /, **values: object) -> dict[str, object]:
    new = {"name": "Card payments", "team": team.slug, "hours": "business"}
    return {**new, **values}


def names(page: str) -> list[str]:
    return re.findall(r'<td class="cell-title"><a href="[^"]+">([^<]+)</a>', page)


def test_lists_the_chosen_teams_systems_and_those_below(
    client: RegisterClient, team: Team, owner: Person
) -> None:
    make_system(team, name="Alpha", tier=1)
    below = make_team(parent=team)
    make_system(below, name="Beta", tier=2)
    assert team.parent is not None
    make_system(team.parent, name="Hidden")
    client.sign_in(owner)
    assert names(client.get("/systems").text) == ["Alpha", "Beta"]
    assert names(client.get(f"/systems?team={below.slug}").text) == ["Beta"]
    assert names(client.get(f"/systems?team={team.slug}&tier=1").text) == ["Alpha"]
    assert names(client.get("/systems?q=BET").text) == ["Beta"]
    assert "No system fits" in client.get("/systems?q=nothing").text


def test_an_empty_list_says_what_to_do(client: RegisterClient, owner: Person) -> None:
    assert "No systems written down yet" in client.sign_in(owner).get("/systems").text


def test_asks_no_more_of_the_database_for_more_systems(
    client: RegisterClient, team: Team, owner: Person
) -> None:
    make_system(team)
    client.sign_in(owner).get("/systems")
    with counted_queries() as few:
        client.get("/systems")
    for _number in range(10):
        make_system(make_team(parent=team))
    client.get("/systems")  # the tree has changed, so it is read once more
    with counted_queries() as many:
        client.get("/systems")
    assert len(many) == len(few)


def test_shows_how_it_runs_and_what_it_has_to_reach(
    client: RegisterClient, team: Team, owner: Person
) -> None:
    install_content()
    system = make_system(team, name="Alpha", slo_target_milli=99_950)
    page = client.sign_in(owner).get(f"/systems/{system.key}").text
    assert "99.95\u00a0%" in page
    assert "Gold, because it promises 99.9 % or more" in page
    assert "Nobody is named" in page
    assert "Never reviewed" in page  # the panels of reviews and of risks
    assert "No open risk names this system" in page


def test_shows_the_open_risks_that_name_it(
    client: RegisterClient, team: Team, owner: Person
) -> None:
    system = make_system(team, name="Alpha")
    review = make_review(system, owner, chg_5="not_met")
    client.sign_in(owner).post(f"/reviews/{review.ref}/risks/chg-5")
    page = client.get(f"/systems/{system.key}").text
    assert re.search(r'href="/risks/R-\d+">R-\d+ Alpha: ', page)


def test_writes_a_system_down(client: RegisterClient, team: Team, owner: Person) -> None:
    answer = client.sign_in(owner).post(
        "/systems/new",
        data=sent(team, slo="99,95 %", pages="y", tier="1", operators=[str(owner.id)]),
    )
    assert (answer.status_code, answer.location) == (303, "/systems/card-payments")
    system = db.session.scalars(select(System)).one()
    assert (system.slo_target_milli, system.pages, system.tier) == (99_950, True, 1)
    assert system.operators == [owner]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "system.create")).one()
    assert entry.changes["team"] == [None, team.slug]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "Fill in “Name”."),
        ({"slo": "101"}, "such as 99.95"),
        ({"slo": "0"}, "such as 99.95"),
        ({"slo": "99.9999"}, "such as 99.95"),
        ({"key": "Big Key"}, "Small letters, digits and hyphens"),
        ({"key": "new"}, "There is a system with the key new already"),
        ({"key": "taken"}, "There is a system with the key taken already"),
        ({"runbook_url": "javascript:alert(1)"}, "A link starts with http"),
        ({"team": "nowhere"}, "Not a valid choice"),
        ({"tier": "9"}, "Not a valid choice"),
    ],
)
def test_refuses_bad_values_and_keeps_what_was_typed(
    client: RegisterClient, team: Team, owner: Person, values: dict[str, str], words: str
) -> None:
    make_system(team, key="taken")
    answer = client.sign_in(owner).post(
        "/systems/new", data=sent(team, description="Typed", **values)
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert ">\r\nTyped</textarea>" in answer.text or ">\nTyped</textarea>" in answer.text
    assert db.session.scalar(select(func.count(System.id))) == 1


def test_changes_a_system_and_says_what(client: RegisterClient, team: Team, owner: Person) -> None:
    system = make_system(team, name="Alpha", tier=2, pages=True)
    client.sign_in(owner)
    form = client.get(f"/systems/{system.key}/edit").text
    assert 'value="Alpha"' in form
    assert re.search(r'<input[^>]* checked[^>]* name="pages"', form)
    data = sent(team, name="Beta", tier="2", version=str(system.version), operators=[str(owner.id)])
    data["pages"] = "y"
    assert client.post(f"/systems/{system.key}/edit", data=data).status_code == 303
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "system.update")).one()
    assert entry.changes == {"name": ["Alpha", "Beta"], "operators": [[], [owner.name]]}


def test_refuses_to_write_over_somebody_else(
    client: RegisterClient, team: Team, owner: Person
) -> None:
    system = make_system(team, name="Alpha")
    client.sign_in(owner)
    first = sent(team, name="Beta", version=str(system.version))
    second = sent(team, name="Gamma", version=str(system.version))
    assert client.post(f"/systems/{system.key}/edit", data=first).status_code == 303
    answer = client.post(f"/systems/{system.key}/edit", data=second)
    assert answer.status_code == 409
    assert "<td>Beta</td><td><mark>Gamma</mark></td>" in answer.text
    assert db.session.get_one(System, system.id).name == "Beta"
    again = second | {"version": version_in(answer)}
    assert client.post(f"/systems/{system.key}/edit", data=again).status_code == 303
    assert db.session.get_one(System, system.id).name == "Gamma"


def test_a_system_moves_only_between_teams_one_may_change(
    client: RegisterClient, team: Team, owner: Person
) -> None:
    other = make_team(parent=team.parent)
    system = make_system(team)
    data = sent(other, version=str(system.version))
    answer = client.sign_in(owner).post(f"/systems/{system.key}/edit", data=data)
    assert answer.status_code == 422
    assert db.session.get_one(System, system.id).team_id == team.id


def test_a_viewer_changes_nothing(client: RegisterClient, team: Team) -> None:
    system = make_system(team)
    client.sign_in(make_person(team, Role.VIEWER))
    assert client.get(f"/systems/{system.key}").status_code == 200
    assert client.post("/systems/new", data=sent(team)).status_code == 403
    assert client.post(f"/systems/{system.key}/edit", data=sent(team)).status_code == 403


def test_a_stranger_finds_nothing(client: RegisterClient, team: Team) -> None:
    system = make_system(team)
    client.sign_in(make_person(make_team(parent=team.parent)))
    assert client.get(f"/systems/{system.key}").status_code == 404
    assert client.post(f"/systems/{system.key}/edit", data=sent(team)).status_code == 404


@pytest.mark.parametrize(
    ("text", "milli"),
    [("99.9", 99_900), ("99,95 %", 99_950), ("100", 100_000), ("99.999", 99_999), (" ", None)],
)
def test_reads_an_objective(text: str, milli: int | None) -> None:
    assert parse_slo(text) == milli
    assert parse_slo(format_slo(milli)) == milli
