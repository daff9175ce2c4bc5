"""The page where administrators of the whole say who is let in, and which groups give roles."""

import pytest
from lxml import html
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.sso.models import Admission, GroupRule
from tests.client import RegisterClient
from tests.factories import make_person, make_team

RULE = {"group": " sre ", "team": "payments", "role": "engineer"}


@pytest.fixture
def team(root: Team) -> Team:
    return make_team("Payments", parent=root)


def rules() -> list[tuple[str, int, Role]]:
    found = db.session.scalars(select(GroupRule).order_by(GroupRule.id)).all()
    return [(rule.group_name, rule.team_id, rule.role) for rule in found]


def test_gives_changes_and_takes_a_role_of_a_group(
    client: RegisterClient, admin: Person, team: Team
) -> None:
    client.sign_in(admin)
    assert client.post("/admin/single-sign-on/groups", data=RULE).status_code == 303
    assert (
        client.post("/admin/single-sign-on/groups", data={**RULE, "role": "viewer"}).status_code
        == 303
    )
    assert rules() == [("sre", team.id, Role.VIEWER)]
    page = client.get("/admin/single-sign-on").text
    assert "Viewer on Payments" in page
    number = db.session.scalars(select(GroupRule.id)).one()
    assert client.post(f"/admin/single-sign-on/groups/{number}/end").status_code == 303
    assert client.post(f"/admin/single-sign-on/groups/{number}/end").status_code == 404
    assert rules() == []
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [act for act in acts if act.startswith("group.")] == [
        *("group.map", "group.map", "group.unmap")
    ]


def test_an_older_list_of_groups_is_refused_and_both_versions_are_shown(
    client: RegisterClient, admin: Person, team: Team
) -> None:
    client.sign_in(admin)
    address = "/admin/single-sign-on/groups"
    seen = base_of(client)
    assert client.post(address, data={**RULE, "base": seen}).status_code == 303
    number = db.session.scalars(select(GroupRule.id)).one()
    later = {**RULE, "role": "viewer", "base": seen}
    for path, yours in ((address, "Viewer"), (f"{address}/{number}/end", "no role")):
        refused = client.post(path, data=later)
        assert refused.status_code == 409
        cells = html.fromstring(refused.text).xpath("//table//td")
        assert [cell.text_content() for cell in cells] == ["Engineer", yours]
    assert rules() == [("sre", team.id, Role.ENGINEER)]
    assert client.post(address, data={**later, "base": base_of(client)}).status_code == 303
    end = f"{address}/{number}/end"
    assert client.post(end, data={"base": base_of(client)}).status_code == 303


def base_of(client: RegisterClient) -> str:
    """Which rules the page shows now."""
    page = html.fromstring(client.get("/admin/single-sign-on").text)
    (mark,) = set(page.xpath("//input[@name='base']/@value"))
    return str(mark)


@pytest.mark.parametrize("values", [{"group": ""}, {"team": "nowhere"}, {"role": "king"}])
def test_refuses_bad_values(
    client: RegisterClient, admin: Person, team: Team, values: dict[str, str]
) -> None:
    client.sign_in(admin)
    assert client.post("/admin/single-sign-on/groups", data={**RULE, **values}).status_code == 422
    assert rules() == []


def test_switches_are_off_until_they_are_on_and_remember_nothing_stale(
    client: RegisterClient, admin: Person
) -> None:
    client.sign_in(admin)
    assert client.post("/admin/single-sign-on", data={"connects_by_email": "y"}).status_code == 303
    row = db.session.scalars(select(Admission)).one()
    assert (row.connects_by_email, row.admits_new) == (True, False)
    refused = client.post("/admin/single-sign-on", data={"version": "1", "admits_new": "y"})
    assert refused.status_code == 409
    cells = html.fromstring(refused.text).xpath("//table//td")
    assert [cell.text_content() for cell in cells] == ["on", "off", "off", "on"]
    assert (
        client.post("/admin/single-sign-on", data={"version": str(row.version)}).status_code == 303
    )
    assert not db.session.scalars(select(Admission.connects_by_email)).one()


def test_only_an_administrator_of_the_whole_may(
    client: RegisterClient, root: Team, team: Team
) -> None:
    for person in (make_person(team, Role.ADMIN), make_person(root, Role.MANAGER)):
        client.sign_in(person)
        assert client.get("/admin/single-sign-on").status_code == 403
        assert client.post("/admin/single-sign-on", data={"admits_new": "y"}).status_code == 403
        assert client.post("/admin/single-sign-on/groups", data=RULE).status_code == 403
    assert rules() == []
