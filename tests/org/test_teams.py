"""Teams: the tree, one of them, a team below, another name."""

import pytest
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.pages import version_in
from tests.queries import counted_queries
from tests.reviews.factories import install_content


@pytest.fixture
def root(client: RegisterClient) -> Team:
    install_content()  # the panels of a team's page count risks
    return make_team("Company")


def test_reads_as_a_tree(client: RegisterClient, root: Team) -> None:
    payments, delivery = make_team("Payments", parent=root), make_team("Delivery", parent=root)
    make_team("Checkout", parent=payments)
    make_team("Vans", parent=delivery)
    page = client.sign_in(make_person(root)).get("/teams").text
    order = [
        page.rindex(f">{name}</a></td>") for name in ("Delivery", "Vans", "Payments", "Checkout")
    ]
    assert order == sorted(order)
    assert "5 teams" in page


def test_shows_only_ones_own_branch(client: RegisterClient, root: Team) -> None:
    mine = make_team("Mine", parent=root)
    make_team("Beside", parent=root)
    client.sign_in(make_person(mine))
    page = client.get("/teams").text
    assert "1 team" in page
    assert "Beside" not in page
    assert client.get("/teams/beside").status_code == 404
    assert client.get("/teams/company").status_code == 404
    assert client.get("/teams/mine").status_code == 200


def test_shows_people_with_a_role_here_and_from_above(client: RegisterClient, root: Team) -> None:
    team = make_team("Payments", parent=root)
    make_person(root, Role.MANAGER, name="Rosa Root")
    owner = make_person(team, name="Ada Own")
    make_system(make_team("Checkout", parent=team), name="Cards")
    page = client.sign_in(owner).get("/teams/payments").text
    assert page.index("Ada Own") < page.index("Rosa Root")
    assert "by Company" in page
    assert "Cards" in page
    assert 'href="/teams/checkout"' in page


def test_a_manager_adds_a_team_below(client: RegisterClient, root: Team) -> None:
    client.sign_in(make_person(root, Role.MANAGER))
    answer = client.post("/teams/company/new", data={"name": "Data Platform"})
    assert (answer.status_code, answer.location) == (303, "/teams/data-platform")
    made = db.session.scalars(select(Team).where(Team.slug == "data-platform")).one()
    assert (made.parent_id, made.depth, made.path) == (root.id, 1, f"{root.path}{made.id}/")
    assert "team.create" in db.session.scalars(select(AuditEntry.action)).all()


def test_refuses_a_name_twice_and_none(client: RegisterClient, root: Team) -> None:
    make_team("Payments", parent=root)
    client.sign_in(make_person(root, Role.MANAGER))
    for name in ("Payments", "  "):
        assert client.post("/teams/company/new", data={"name": name}).status_code == 422
    assert db.session.scalar(select(func.count(Team.id))) == 2


def test_renames_a_team_and_keeps_its_address(client: RegisterClient, root: Team) -> None:
    team = make_team("Payments", parent=root)
    client.sign_in(make_person(root, Role.MANAGER))
    data = {"name": "Money", "version": str(team.version)}
    assert client.post("/teams/payments/edit", data=data).location == "/teams/payments"
    assert db.session.get_one(Team, team.id).name == "Money"
    answer = client.post("/teams/payments/edit", data={**data, "name": "Cash"})
    assert answer.status_code == 409
    assert db.session.get_one(Team, team.id).name == "Money"
    again = {"name": "Cash", "version": version_in(answer)}
    assert client.post("/teams/payments/edit", data=again).status_code == 303


def test_an_engineer_shapes_no_team(client: RegisterClient, root: Team) -> None:
    client.sign_in(make_person(root))
    assert client.post("/teams/company/new", data={"name": "Mine"}).status_code == 403
    assert client.post("/teams/company/edit", data={"name": "Mine"}).status_code == 403
    assert db.session.scalar(select(func.count(Team.id))) == 1


def test_a_manager_beside_finds_nothing(client: RegisterClient, root: Team) -> None:
    make_team("Payments", parent=root)
    client.sign_in(make_person(make_team("Beside", parent=root), Role.MANAGER))
    assert client.post("/teams/payments/new", data={"name": "Mine"}).status_code == 404
    assert client.post("/teams/payments/edit", data={"name": "Mine"}).status_code == 404


def test_asks_no_more_of_the_database_for_more_teams(client: RegisterClient, root: Team) -> None:
    client.sign_in(make_person(root)).get("/teams")
    with counted_queries() as few:
        client.get("/teams")
    for _number in range(8):
        make_team(parent=root)
    client.get("/teams")  # the tree has changed, so it is read once more
    with counted_queries() as many:
        client.get("/teams")
    assert len(many) == len(few)
