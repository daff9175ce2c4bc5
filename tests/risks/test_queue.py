"""What is due for review, one after the other: keep, rate again, close, pass over."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.readers import keep_confidential
from riskreg.risks.models import Risk
from riskreg.risks.services import install_matrix
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.risks.factories import make_risk


@pytest.fixture
def root(client: RegisterClient) -> Team:
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    return make_team("Company")


@pytest.fixture
def ada(root: Team) -> Person:
    return make_person(root, Role.ENGINEER)


def due(risk: Risk, days: int = 1) -> Risk:
    """Its review was due so many days ago."""
    with transaction():
        db.session.get_one(Risk, risk.id).review_due_on = now().date() - timedelta(days=days)
    return db.session.get_one(Risk, risk.id)


def test_leads_through_what_is_due_the_first_of_the_list_first(
    client: RegisterClient, root: Team, ada: Person
) -> None:
    low, high = due(make_risk(root, 1, 1)), due(make_risk(root, 5, 5))
    due(make_risk(root, 4, 4), days=-30)
    client.sign_in(ada)
    page = client.get("/risks/due")
    assert high.title in page.text
    assert "2 risks wait" in page.text
    passed = client.get(f"/risks/due?after={high.ref}")
    assert low.title in passed.text
    assert high.title in client.get(f"/risks/due?after={low.ref}").text  # and from the beginning

    sent = {"sentence": "The key is still in the old store.", "next": "/risks/due"}
    answer = client.post(f"/risks/{high.ref}/review", data=sent)
    assert (answer.status_code, answer.location) == (303, "/risks/due")
    assert low.title in client.get("/risks/due").text
    sent = {"close_reason": "mitigated", "note": "Gone with the old store.", "next": "/risks/due"}
    answer = client.post(f"/risks/{low.ref}/closure", data=sent)
    assert (answer.status_code, answer.location) == (303, "/risks/due")
    nothing = client.get("/risks/due").text
    assert "Nothing waits for a look" in nothing
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "risk.review")).one()
    assert (entry.subject_ref, entry.note) == (high.ref, "The key is still in the old store.")


def test_says_who_looked_last_and_what_they_said(
    client: RegisterClient, root: Team, ada: Person
) -> None:
    risk = due(make_risk(root, 3, 3))
    client.sign_in(ada)
    sentence = "Nobody had the week that it takes."
    client.post(f"/risks/{risk.ref}/review", data={"sentence": sentence})
    due(risk)
    assert sentence in client.get("/risks/due").text


def test_holds_only_what_one_may_change(client: RegisterClient, root: Team) -> None:
    team = make_team("Payments", parent=root)
    mine, theirs = due(make_risk(team, 1, 1)), due(make_risk(root, 5, 5))
    person = make_person(root, Role.VIEWER)
    client.sign_in(person)
    assert client.get("/risks/due").status_code == 403
    both = make_person(team, Role.ENGINEER)
    client.sign_in(both)
    page = client.get("/risks/due").text
    assert mine.title in page
    assert theirs.title not in page


@pytest.mark.parametrize("elsewhere", ["//evil.example/x", "https://evil.example", "/\\evil"])
def test_leads_nowhere_else(
    client: RegisterClient, root: Team, ada: Person, elsewhere: str
) -> None:
    risk = due(make_risk(root, 3, 3))
    client.sign_in(ada)
    page = client.get(f"/risks/{risk.ref}/closure?next={elsewhere}").text
    assert f'name="next" value="{elsewhere}"' not in page
    own = client.get(f"/risks/{risk.ref}/closure?next=/risks/due").text
    assert 'name="next" value="/risks/due"' in own
    sent = {"sentence": "It is still so.", "next": elsewhere}
    answer = client.post(f"/risks/{risk.ref}/review", data=sent)
    assert answer.location == f"/risks/{risk.ref}"


def test_what_is_passed_over_is_not_said_to_be_read(client: RegisterClient, root: Team) -> None:
    team = make_team("Payments", parent=root)
    mine, secret = due(make_risk(team, 1, 1)), due(make_risk(root, 5, 5))
    reader = make_person(team, Role.ENGINEER)
    with transaction():
        named = db.session.get_one(Person, reader.id)
        item = db.session.get_one(Risk, secret.id)
        keep_confidential(SYSTEM_ACTOR, item, readers=[named], why="It is a way in.")
    client.sign_in(reader)
    assert mine.title in client.get("/risks/due").text
    client.get(f"/risks/due?after={secret.ref}")
    assert "risk.read" not in db.session.scalars(select(AuditEntry.action)).all()
    client.get(f"/risks/{secret.ref}")
    db.session.rollback()
    assert "risk.read" in db.session.scalars(select(AuditEntry.action)).all()
