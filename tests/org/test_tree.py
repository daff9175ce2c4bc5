"""The kept tree of teams: never older than the database says, never wider than the roles."""

from flask import Flask
from sqlalchemy import delete, select, update

from riskreg.db import db, transaction, write_intent
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Team, TreeStamp
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import rename_team
from riskreg.org.tree import STAMP, seen_teams
from tests.client import RegisterClient
from tests.factories import give_role, make_person, make_system, make_team
from tests.queries import counted_queries


def word() -> str | None:
    found: str | None = db.session.scalar(select(STAMP))
    return found


def names() -> list[str]:
    return [team.name for team in seen_teams(SYSTEM_ACTOR, word()).nodes]


def chooser(client: RegisterClient) -> str:
    page = client.get("/teams").text
    return page[page.index('id="team-list"') : page.index("</ul>", page.index('id="team-list"'))]


def test_a_page_asks_for_the_tree_once_only(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team())).get("/me")
    with counted_queries() as sent:
        client.get("/me")
    assert not [each for each in sent if "FROM team" in each and "user_session" not in each]


def test_a_new_name_shows_on_the_next_page(client: RegisterClient) -> None:
    root = make_team("Company")
    client.sign_in(make_person(root, Role.ADMIN))
    assert "Company" in chooser(client)
    with transaction():
        rename_team(SYSTEM_ACTOR, db.session.get_one(Team, root.id), "Firm")
    assert "Firm" in chooser(client)
    assert "Company" not in chooser(client)


def test_what_another_process_changed_shows_on_the_next_page(client: RegisterClient) -> None:
    root = make_team("Company")
    client.sign_in(make_person(root))
    assert "Company" in chooser(client)
    with write_intent(), db.engine.begin() as elsewhere:
        elsewhere.execute(update(Team).values(name="Firm"))
        elsewhere.execute(update(TreeStamp).values(word="another"))
    assert "Firm" in chooser(client)


def test_a_role_counts_from_the_next_page_on_and_no_longer(client: RegisterClient) -> None:
    root = make_team("Company")
    mine, other = make_team("Mine", parent=root), make_team("Other", parent=root)
    person = make_person(mine)
    client.sign_in(person)
    assert "Other" not in chooser(client)
    give_role(person, other, Role.VIEWER)
    assert "Other" in chooser(client)
    with transaction():
        db.session.connection().execute(delete(Grant).where(Grant.team_id == other.id))
    assert "Other" not in chooser(client)
    assert "Company" not in chooser(client)


def test_people_with_different_roles_are_shown_their_own_teams(client: RegisterClient) -> None:
    root = make_team("Company")
    one, two = make_team("One", parent=root), make_team("Two", parent=root)
    assert "Two" not in chooser(client.sign_in(make_person(one)))
    assert "One" not in chooser(client.sign_in(make_person(two)))
    assert "One" in chooser(client.sign_in(make_person(root)))


def test_what_is_rolled_back_is_not_kept(app: Flask) -> None:
    root = make_team("Company")
    assert names() == ["Company"]
    row = db.session.get_one(Team, root.id)
    row.name = "Firm"
    db.session.flush()
    assert names() == ["Firm"]  # what this transaction sees
    db.session.rollback()
    assert names() == ["Company"]


def test_a_savepoint_rolled_back_forgets_nothing_of_before(app: Flask) -> None:
    root = make_team("Company")
    assert names() == ["Company"]
    with transaction():
        rename_team(SYSTEM_ACTOR, db.session.get_one(Team, root.id), "Firm")
        db.session.begin_nested().rollback()
    assert names() == ["Firm"]


def test_the_word_changes_with_teams_only(app: Flask) -> None:
    team = make_team()
    first = word()
    make_system(team)
    make_person(team)
    assert word() == first
    make_team(parent=team)
    assert word() not in {first, None}


def test_without_a_word_the_tree_is_read_anew(app: Flask) -> None:
    make_team("Company")
    with transaction():
        db.session.connection().execute(delete(TreeStamp))
    assert names() == ["Company"]
    with write_intent(), db.engine.begin() as elsewhere:
        elsewhere.execute(update(Team).values(name="Firm"))
    db.session.rollback()
    assert names() == ["Firm"]


def test_the_chosen_team_is_marked_and_its_address_keeps_the_query(client: RegisterClient) -> None:
    root = make_team("Company")
    make_team("Below", parent=root)
    make_team("Odd & <name>", parent=root)
    client.sign_in(make_person(root))
    page = client.get("/risks?kind=both&team=below").text
    assert 'href="/risks?kind=both&amp;team=company"' in page
    assert page.count('aria-current="true"') == 1
    assert "Odd &amp; &lt;name&gt;" in page
