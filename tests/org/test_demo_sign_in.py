"""The sign-in page of the demonstration: everybody in one click, and where to start."""

from dataclasses import replace

import pytest
from flask import Flask

from riskreg.org.desks import demo_crew
from riskreg.org.kinds import Role
from tests.client import RegisterClient
from tests.factories import give_role, make_person, make_team


@pytest.fixture
def _demo(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], demo=True))


@pytest.mark.usefixtures("_demo")
def test_offers_everybody_by_team_and_signs_in_with_one_click(client: RegisterClient) -> None:
    root = make_team("Company")
    person = make_person(make_team("Payments", parent=root), name="Ada Example", title="Engineer")
    page = client.get("/sign-in?next=/teams").text
    assert "Choose who to be" in page
    assert f'formaction="/demo/sign-in/{person.id}"' in page
    answer = client.post(f"/demo/sign-in/{person.id}", data={"next": "/teams"})
    assert (answer.status_code, answer.location) == (303, "/teams")
    assert "Ada Example" in client.get("/me").text


@pytest.mark.usefixtures("_demo")
def test_somebody_locked_out_is_not_offered(client: RegisterClient) -> None:
    team = make_team()
    make_person(team)
    person = make_person(team, name="Lou Locked", is_active=False)
    assert "Lou Locked" not in client.get("/sign-in").text
    assert client.post(f"/demo/sign-in/{person.id}").status_code == 404


def test_starts_with_a_line_manager_their_engineer_somebody_above_and_an_administrator(
    app: Flask,
) -> None:
    root = make_team("Company")
    team = make_team("Payments", parent=root)
    admin = make_person(root, Role.ADMIN, name="Amal")
    director = make_person(root, Role.MANAGER, name="Dora")
    engineer = make_person(team, name="Eve")
    manager = make_person(team, Role.MANAGER, name="Mia")
    give_role(manager, root, Role.VIEWER)
    crew = demo_crew()
    assert crew is not None
    assert [desk.person for desk in crew.start] == [manager, engineer, director, admin]
    assert [group.name for group, _desks in crew.teams] == ["Company", "Payments"]
    assert [desk.person for desk in crew.teams[1][1]] == [manager, engineer]


def test_an_empty_demonstration_offers_nobody(app: Flask) -> None:
    assert demo_crew() is None
