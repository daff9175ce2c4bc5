"""What is open in the name of somebody who leaves, and handing it over."""

import pytest
from sqlalchemy import select

from riskreg.actions.models import ActionItem
from riskreg.admin.handover import hand_over, holdings_of
from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import Invalid
from riskreg.org.kinds import Role
from riskreg.org.models import Person, System, Team, UserSession
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.readers import keep_confidential, readers_of
from riskreg.postmortems.models import Postmortem
from riskreg.reviews.models import Review
from riskreg.risks.models import Risk
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, give_role, make_person, make_system, make_team
from tests.postmortems.factories import make_incident, make_postmortem
from tests.reviews.factories import install_content, make_review
from tests.risks.factories import make_risk

HANDED = select(AuditEntry).where(AuditEntry.action == "person.handover")


@pytest.fixture
def root(client: RegisterClient) -> Team:
    install_content()
    return make_team("Company")


@pytest.fixture
def one(root: Team) -> Team:
    return make_team("One", parent=root)


@pytest.fixture
def two(root: Team) -> Team:
    return make_team("Two", parent=root)


@pytest.fixture
def leaver(one: Team, two: Team) -> Person:
    """Somebody with something of everything in two teams."""
    person = make_person(one, name="Lea Leaver")
    give_role(person, two, Role.ENGINEER)
    make_risk(one, 4, 4, owner=person, title="A risk of one")
    make_risk(two, 2, 2, owner=person, title="A risk of two")
    make_action(one, person)
    incident = make_incident(one, person)
    make_postmortem(incident, person)
    alone, shared = make_system(two, name="Alone"), make_system(two, name="Shared")
    other = make_person(two)
    with transaction():
        for system, operators in ((alone, [person]), (shared, [person, other])):
            row = db.session.get_one(System, system.id)
            row.operators = [db.session.get_one(Person, each.id) for each in operators]
    return person


def keys(person: Person) -> list[str]:
    found = holdings_of(SYSTEM_ACTOR, db.session.get_one(Person, person.id))
    return [holding.key for holding in found]


def test_lists_all_that_is_open_when_somebody_is_locked_out(
    client: RegisterClient, root: Team, leaver: Person, two: Team
) -> None:
    make_review(make_system(two, name="Reviewed"), leaver)
    client.sign_in(leaver)
    admin = make_person(root, Role.ADMIN)
    client.sign_in(admin)
    page = client.get(client.post(f"/admin/people/{leaver.id}/deactivation").location or "").text
    assert "Open in their name" in page
    ended = select(UserSession.revoked_at).where(UserSession.person_id == leaver.id)
    assert db.session.scalars(ended).one() is not None
    page = client.get(f"/admin/people/{leaver.id}/handover").text
    assert page.index("A risk of one") < page.index("A risk of two")
    assert all(word in page for word in ("A-", "I-", "Alone", "Reviewed"))
    assert "Shared" not in page
    assert len(keys(leaver)) == 5


def test_hands_over_in_one_go_to_one_for_each_team(
    client: RegisterClient, root: Team, leaver: Person, one: Team, two: Team
) -> None:
    first, second = make_person(one), make_person(two)
    client.sign_in(make_person(root, Role.ADMIN))
    path = f"/admin/people/{leaver.id}/handover"
    sent = {"item": keys(leaver), f"to-{one.id}": str(first.id), f"to-{two.id}": str(second.id)}
    assert client.post(path, data=sent).status_code == 303
    owners = {risk.title: risk.owner_id for risk in db.session.scalars(select(Risk))}
    assert owners == {"A risk of one": first.id, "A risk of two": second.id}
    assert db.session.scalars(select(ActionItem)).one().owner_id == first.id
    assert db.session.scalars(select(Postmortem)).one().owner_id == first.id
    alone = db.session.scalars(select(System).where(System.name == "Alone")).one()
    assert alone.operators == [second]
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "person"))
    told = next(each for each in entries if each.action == "person.handover")
    assert len(told.changes["handed_over"][1]) == 5
    assert "Nothing is open in their name" in client.get(path).text
    assert client.post(path, data=sent).status_code == 303  # sent twice does no harm
    assert len(db.session.scalars(select(Risk.owner_id)).all()) == 2


def test_what_is_not_ticked_or_has_no_taker_stays(
    client: RegisterClient, root: Team, leaver: Person, one: Team, two: Team
) -> None:
    client.sign_in(make_person(root, Role.ADMIN))
    path = f"/admin/people/{leaver.id}/handover"
    some = [key for key in keys(leaver) if key.startswith(("risk", "system"))]
    client.post(path, data={"item": some, f"to-{one.id}": str(make_person(one).id)})
    assert [key.split("-")[0] for key in keys(leaver)] == ["action", "postmortem", "risk", "system"]
    stranger = make_person(two)
    refused = client.post(path, data={"item": keys(leaver), f"to-{one.id}": str(stranger.id)})
    assert refused.status_code == 422
    assert len(keys(leaver)) == 4


def test_each_sees_and_gives_only_what_is_theirs_to_give(
    client: RegisterClient, leaver: Person, one: Team, two: Team
) -> None:
    admin = make_person(one, Role.ADMIN)
    secret = make_risk(one, owner=leaver, title="A secret")
    with transaction():
        db.session.get_one(Risk, secret.id).is_confidential = True
    page = client.sign_in(admin).get(f"/admin/people/{leaver.id}/handover").text
    assert "A risk of one" in page
    assert "A risk of two" not in page
    assert "A secret" not in page
    assert secret.ref not in page
    client.sign_in(make_person(one, Role.MANAGER))
    assert client.get(f"/admin/people/{leaver.id}/handover").status_code == 403
    with pytest.raises(Invalid), transaction():
        hand_over(actor(admin), leaver, keys=keys(leaver), takers={one.id: make_person(two)})
    assert db.session.get_one(Risk, secret.id).owner_id == leaver.id


def test_names_confidential_risks_to_whoever_may_open_them(
    client: RegisterClient, root: Team, leaver: Person, one: Team
) -> None:
    secret = make_risk(one, owner=leaver, title="A secret")
    with transaction():
        db.session.get_one(Risk, secret.id).is_confidential = True
    page = client.sign_in(make_person(root, Role.ADMIN)).get(f"/admin/people/{leaver.id}/handover")
    assert f"/risks/{secret.ref}/opening" in page.text
    assert "A secret" not in page.text


def test_a_confidential_review_that_nobody_else_reads_gets_a_reader(
    client: RegisterClient, root: Team, leaver: Person, two: Team
) -> None:
    review = make_review(make_system(two, name="A secret"), leaver)
    with transaction():
        row = db.session.get_one(Review, review.id)
        keep_confidential(actor(leaver), row, readers=(), why="It says where we are weak.")
    path, taker = f"/admin/people/{leaver.id}/handover", make_person(two)
    client.sign_in(make_person(root, Role.ADMIN))
    assert f"/reviews/{review.ref}/opening" in client.get(path).text
    client.post(f"/reviews/{review.ref}/opening", data={"why": "Lea leaves."})
    assert "Nobody else reads it" in client.get(path).text
    sent = {"item": f"review-{review.id}", f"to-{two.id}": str(taker.id)}
    client.post(path, data=sent)
    stored = db.session.get_one(Review, review.id)
    assert stored.secret in actor(taker).privy
    assert [person.id for person in readers_of(stored).named] == [taker.id]
    assert review.ref not in client.get(path).text
    assert review.ref not in str([each.changes for each in db.session.scalars(HANDED)])
