"""A page asks the database as often for thirty rows as for three, and seldom at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.packs.models import Pack
from riskreg.risks import stamps
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.packs.factories import make_pack
from tests.postmortems.factories import make_incident, make_postmortem
from tests.reviews.factories import make_review
from tests.risks.factories import make_risk

STATEMENTS_MAX = 8
# These show figures of other times beside their list: how much was done in time, what is overdue.
MORE = {"/actions": 10, "/incidents": 12}
FEW, MANY = 3, 30
PATHS = (
    "/",
    "/risks",
    "/risks?order=value",
    "/risks?q=risk",
    "/risks/top",
    "/risks/due",
    "/risks/matrix",
    "/risks/quadrant",
    "/risks/new",
    "/actions",
    "/actions?status=done",
    "/incidents",
    "/incidents/new",
    "/reviews",
    "/reviews/new",
    "/coverage",
    "/systems",
    "/trail",
    "/packs",
    "/search?q=risk",
    "/teams",
    "/admin/people",
    "/me",
)
_numbers = count(1)


def test_thirty_rows_ask_no_more_than_three(app: Flask, client: RegisterClient) -> None:
    team = make_team("Payments", parent=make_team("Company"))
    person = make_person(db.session.get_one(Team, team.parent_id), Role.ADMIN)
    client.sign_in(person)
    _fill(FEW, team, person)
    few = {path: _asked(client, path) for path in PATHS}
    _fill(MANY - FEW, team, person)
    many = {path: _asked(client, path) for path in PATHS}
    assert {path: few[path] for path in PATHS if many[path] > few[path]} == {}
    allowed = {path: MORE.get(path, STATEMENTS_MAX) for path in PATHS}
    assert {path: many[path] for path in PATHS if many[path] > allowed[path]} == {}


def _fill(more: int, team: Team, person: Person) -> None:
    """One more of everything that a list shows, so many times."""
    pack = db.session.scalar(select(Pack).limit(1)) or make_pack(person, team)
    snapshot_id = pack.snapshot_id
    for _ in range(more):
        number = next(_numbers)
        below = make_team(parent=team)
        make_person(below, name=f"Grace {number}")
        system = make_system(team)
        risk = make_risk(team, 1 + number % 5, 1 + number % 4, effort_days=number, owner=person)
        incident = make_incident(team, person, systems=[system])
        make_postmortem(incident, person)
        make_action(team, person, risk_id=risk.id)
        make_review(system, person)
        with transaction():  # as copies: a snapshot of everything takes its time
            db.session.add(
                Pack(snapshot_id=snapshot_id, team_id=team.id, asked_at=now(), asked_by=person)
            )


def _asked(client: RegisterClient, path: str) -> int:
    """How many statements a page takes once it was looked at before."""
    stamps._kept.clear()  # what is kept holds for a minute; let none end in between
    with client.application.app_context():  # what one request keeps, the next must not see
        FlaskClient.open(client, path)  # other tests check what is on the page
    with client.application.app_context(), _statements() as seen:
        response = FlaskClient.open(client, path)
    assert response.status_code in {200, 403}, path
    return len([statement for statement in seen if not statement.startswith("BEGIN")])


@contextmanager
def _statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
