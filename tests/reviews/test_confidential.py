"""A confidential review is its readers' own, and counts in nobody else's figures."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.dashboard.needs import needs_of
from riskreg.db import db, transaction
from riskreg.errors import NotFound
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Person, System, Team
from riskreg.org.readers import keep_confidential
from riskreg.postmortems.linking import answers_before
from riskreg.reviews.answers import file_risk
from riskreg.reviews.coverage import PRACTICES, coverage_table
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review
from riskreg.reviews.queries import review_for, reviews_of_system, unreviewed
from riskreg.reviews.services import start_review
from riskreg.risks.models import Risk
from riskreg.trail.filters import TrailFilter
from riskreg.trail.queries import entries
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.pages import marked_confidential
from tests.postmortems.factories import make_incident
from tests.reviews.factories import install_content, make_review, sign, submit

WHY = "It says where we are weak."


def conceal(review: Review, by: Person, *readers: Person) -> Review:
    """Make it confidential, with these readers beside whoever does."""
    with transaction():
        named = [db.session.get_one(Person, person.id) for person in readers]
        row = db.session.get_one(Review, review.id)
        keep_confidential(actor(by), row, readers=named, why=WHY)
    return db.session.get_one(Review, review.id)


@pytest.fixture
def team(app: Flask) -> Team:
    install_content()
    return make_team("Payments", parent=make_team("Company"))


@pytest.fixture
def writer(team: Team) -> Person:
    return make_person(team, Role.ENGINEER)


@pytest.fixture
def manager(team: Team) -> Person:
    return make_person(team, Role.MANAGER)


@pytest.fixture
def system(team: Team) -> System:
    return make_system(team)


@pytest.fixture
def secret(system: System, writer: Person) -> Review:
    review = make_review(system, writer, chg_1=AnswerValue.NOT_MET, chg_2=AnswerValue.MET)
    return conceal(review, writer)


def test_whoever_began_it_reads_it_and_no_role_does(
    manager: Person, system: System, writer: Person, secret: Review
) -> None:
    day = now().date()
    assert review_for(actor(writer), secret.ref).id == secret.id
    assert [row.id for row in reviews_of_system(actor(writer), system, day=day)] == [secret.id]
    with pytest.raises(NotFound):
        review_for(actor(manager), secret.ref)
    assert reviews_of_system(actor(manager), system, day=day) == []


def test_every_figure_is_made_of_what_its_reader_may_see(
    manager: Person, system: System, writer: Person, secret: Review
) -> None:
    submit(secret, writer)
    read, kept_from = actor(writer), actor(manager)
    assert unreviewed(read, below=None).count == 0
    assert unreviewed(kept_from, below=None).count == 1
    known = [
        [cell.is_known for cell in coverage_table(who, day=now().date()).rows[0].cells]
        for who in (read, kept_from)
    ]
    assert any(known[0])
    assert known[1] == [False] * len(PRACTICES)
    incident = make_incident(system.team, writer, systems=[system])
    with transaction():
        incident = db.session.merge(incident)
        incident.impact_start_at = now() + timedelta(minutes=1)
        assert answers_before(read, incident, ["chg-2"]) == {}


def test_a_reader_who_may_sign_it_is_asked_to_and_no_other_manager(
    team: Team, manager: Person, writer: Person, secret: Review
) -> None:
    beside = make_person(team, Role.MANAGER)
    conceal(secret, writer, writer, manager)
    submit(secret, writer)
    known = [db.session.get_one(Team, team.id)]
    asked = [
        [need.id for need in needs_of(actor(person), day=now().date(), known=known)]
        for person in (manager, beside)
    ]
    assert asked == [[secret.id], []]
    with pytest.raises(NotFound):
        sign(secret, beside)
    assert sign(secret, manager).signed_off_by_id == manager.id


def test_the_risk_that_it_offers_is_for_the_same_readers(
    manager: Person, writer: Person, secret: Review
) -> None:
    with transaction():
        row = db.session.get_one(Review, secret.id)
        risk = file_risk(actor(writer), row, "chg-1")
        number = risk.id
    risk = db.session.get_one(Risk, number)
    assert risk.is_confidential
    assert risk.owner_id is None  # the team's one manager does not read the review
    assert risk.secret in actor(writer).privy
    assert risk.secret not in actor(manager).privy


def test_others_begin_their_own_and_carry_nothing_over(
    client: RegisterClient, manager: Person, writer: Person, system: System, secret: Review
) -> None:
    conceal(secret, writer, writer, manager)
    submit(secret, writer)
    sign(secret, manager)
    client.sign_in(manager)
    assert "Begin with the answers" not in client.get(f"/reviews/new?system={system.key}").text
    with transaction():
        row = db.session.get_one(System, system.id)
        begun = start_review(actor(manager), row, carry_over=True)
        assert begun.id != secret.id
        assert begun.answers == []


def test_begun_as_confidential_nobody_else_ever_sees_it(
    client: RegisterClient, manager: Person, writer: Person, system: System
) -> None:
    client.sign_in(writer)
    page = client.post("/reviews/new", data={"system": system.key, "is_confidential": "y"}).location
    assert "Change who may read it" in client.get(page).text
    assert marked_confidential(client.get("/reviews").text) == [system.name]
    assert client.get(f"{page}/readers").status_code == 200
    acts = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts[-3:] == ["review.start", "review.conceal", "review.read"]
    client.sign_in(manager)
    assert client.get(page).status_code == 404
    client.sign_in(writer)
    assert client.post(f"{page}/readers/removal", data={"why": "Repaired."}).status_code == 303
    assert review_for(actor(manager), page.rsplit("/", 1)[1]).is_confidential is False


def test_a_named_reader_needs_no_role_to_read_it_and_to_take_it_along(
    client: RegisterClient, manager: Person, writer: Person, secret: Review
) -> None:
    guest = make_person(None, name="An outside tester")
    conceal(secret, writer, writer, guest)
    client.sign_in(guest)
    assert client.get("/").location == "/reviews"
    assert client.get(f"/search?q={secret.ref}").location == f"/reviews/{secret.ref}"
    assert secret.ref in client.get("/search?q=system").text
    assert secret.ref in client.get("/reviews").text
    page = client.get(f"/reviews/{secret.ref}").text
    assert "No team" in page
    assert "Submit…" not in page
    assert "/systems/" not in page
    answer = client.post(f"/reviews/{secret.ref}/answers/chg-1", data={"version": "1"})
    assert answer.status_code == 403
    sent = {"ref": secret.ref, "format": "csv"}
    assert client.post("/export/review", data=sent).status_code == 200
    assert client.post("/export/risks", data={"format": "csv"}).status_code == 403
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == guest.id))
    assert {"review.read", "export.make"} <= set(acts)
    told = entries(actor(manager), TrailFilter()).entries
    assert not [each for each in told if each.subject_ref.startswith("OR-")]


def test_a_refused_answer_shows_it_too_and_the_trail_says_so(
    client: RegisterClient, writer: Person, secret: Review
) -> None:
    client.sign_in(writer)
    assert client.post(f"/reviews/{secret.ref}/comments", data={}).status_code == 422
    read = select(AuditEntry.actor_id).where(AuditEntry.action == "review.read")
    assert db.session.scalars(read).all() == [writer.id]
