"""What the tests of the action pages share: a team with an owner, a viewer and a stranger."""

from dataclasses import dataclass

from lxml import html
from sqlalchemy import event
from werkzeug.test import TestResponse

from riskreg.actions.models import ActionItem
from riskreg.audit.queries import entries_of
from riskreg.db import db, transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import install_matrix
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import make_person, make_team


@dataclass(frozen=True, kw_only=True)
class Cast:
    """A team and who stands where to it."""

    team: Team
    owner: Person
    viewer: Person
    stranger: Person
    action: ActionItem


def make_cast() -> Cast:
    """One open action of a team below the root, and a register with its matrix."""
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Delivery", parent=root)
    owner = make_person(team, name="Olga Owner")
    return Cast(
        team=team,
        owner=owner,
        viewer=make_person(team, Role.VIEWER, name="Vic Viewer"),
        stranger=make_person(other, name="Stan Stranger"),
        action=make_action(team, owner, title="Watch the certificates"),
    )


def stored(action: ActionItem) -> ActionItem:
    """The action as the database has it."""
    db.session.rollback()
    return db.session.get_one(ActionItem, action.id)


def acts(action: ActionItem) -> list[str]:
    """The trail of the action, newest first."""
    return [entry.action for entry in entries_of("action_item", action.id)]


def count_statements(client: RegisterClient, path: str) -> int:
    """How many statements a page sends to the database."""
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def form_key_of(client: RegisterClient, path: str) -> str:
    """The key of the form on a page."""
    found = html.fromstring(client.get(path).text).xpath("//input[@name='form_key']/@value")
    assert len(found) == 1
    return str(found[0])


def text_of(answer: TestResponse) -> str:
    """The words of a page, a space between each two."""
    return " ".join(" ".join(html.fromstring(answer.text).xpath("//main//text()")).split())
