"""From submission to signature: who may, when, and what it says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.lib.dates import add_months, now
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.reviews.models import Answer, Review, ReviewComment
from tests.actions.pages import form_key_of
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.reviews.factories import answer_everything, make_review, submit


@pytest.fixture
def team(client: RegisterClient) -> Team:
    return make_team()


@pytest.fixture
def owner(team: Team) -> Person:
    return make_person(team)


@pytest.fixture
def manager(team: Team) -> Person:
    return make_person(team, Role.MANAGER, name="Mia Manager")


@pytest.fixture
def review(team: Team, owner: Person) -> Review:
    return make_review(make_system(team), owner, own_1="not_met", own_2="met")


def read(review: Review) -> Review:
    db.session.expire_all()
    return db.session.get_one(Review, review.id)


def today() -> date:
    return now().date()


def test_warns_about_what_is_unanswered(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    page = client.sign_in(owner).get(f"/reviews/{review.ref}").text
    assert "13 statements are unanswered. They count as open" in page
    assert "Submit with 13 unanswered" in page


def test_submits_with_unanswered_statements(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    answer = client.sign_in(owner).post(f"/reviews/{review.ref}/submission")
    assert answer.status_code == 303
    assert (read(review).status, read(review).submitted_by_id) == ("submitted", owner.id)
    assert client.post(f"/reviews/{review.ref}/submission").status_code == 409


def test_a_manager_signs_and_the_next_review_falls_due(
    client: RegisterClient, review: Review, owner: Person, manager: Person
) -> None:
    version = submit(review, owner).version
    sent = {"note": "Accepted until the plan is done.", "version": str(version)}
    assert (
        client.sign_in(manager).post(f"/reviews/{review.ref}/sign-off", data=sent).status_code
        == 303
    )
    signed = read(review)
    assert (signed.status, signed.signed_off_by_id) == ("signed_off", manager.id)
    assert signed.next_review_on == add_months(today(), 12)
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "review.sign_off")
    ).one()
    assert entry.note == "not_ready, 13 unanswered"
    page = client.get(f"/reviews/{review.ref}").text
    assert "Signed by Mia Manager" in page
    assert "Accepted until the plan is done." in page


def test_gold_is_due_again_in_six_months(
    client: RegisterClient, team: Team, owner: Person, manager: Person
) -> None:
    review = make_review(make_system(team, slo_target_milli=99_950), owner)
    answer_everything(review, owner)
    version = submit(review, owner).version
    client.sign_in(manager).post(f"/reviews/{review.ref}/sign-off", data={"version": str(version)})
    assert read(review).next_review_on == add_months(today(), 6)


def test_not_ready_is_signed_with_a_reason_only(
    client: RegisterClient, review: Review, owner: Person, manager: Person
) -> None:
    version = submit(review, owner).version
    sent = {"note": " ", "version": str(version)}
    answer = client.sign_in(manager).post(f"/reviews/{review.ref}/sign-off", data=sent)
    assert answer.status_code == 422
    assert "say what you decided" in answer.text
    assert read(review).status == "submitted"


def test_nobody_signs_what_they_submitted(
    client: RegisterClient, review: Review, manager: Person
) -> None:
    version = submit(review, manager).version
    sent = {"note": "Fine", "version": str(version)}
    answer = client.sign_in(manager).post(f"/reviews/{review.ref}/sign-off", data=sent)
    assert answer.status_code == 403
    assert "somebody else has to sign it" in answer.text
    assert "Sign this review" not in client.get(f"/reviews/{review.ref}").text


def test_what_changed_since_it_was_read_is_not_signed(
    client: RegisterClient, review: Review, owner: Person, manager: Person
) -> None:
    version = submit(review, owner).version
    client.sign_in(owner).post(f"/reviews/{review.ref}/return", data={"why": "One more"})
    submit(review, owner)
    sent = {"note": "Fine", "version": str(version)}
    assert (
        client.sign_in(manager).post(f"/reviews/{review.ref}/sign-off", data=sent).status_code
        == 409
    )
    assert read(review).status == "submitted"


def test_an_engineer_cannot_sign(
    client: RegisterClient, review: Review, owner: Person, team: Team
) -> None:
    version = submit(review, owner).version
    client.sign_in(make_person(team))
    sent = {"note": "Fine", "version": str(version)}
    assert client.post(f"/reviews/{review.ref}/sign-off", data=sent).status_code == 403
    assert read(review).status == "submitted"


def test_a_manager_of_another_team_finds_nothing(
    client: RegisterClient, review: Review, owner: Person, team: Team
) -> None:
    submit(review, owner)
    client.sign_in(make_person(make_team(parent=team), Role.MANAGER))
    for act in ("submission", "return", "sign-off", "comments"):
        assert client.post(f"/reviews/{review.ref}/{act}", data={"version": "1"}).status_code == 404


def test_gives_a_review_back_with_a_reason(
    client: RegisterClient, review: Review, owner: Person, manager: Person
) -> None:
    submit(review, owner)
    client.sign_in(manager)
    assert client.post(f"/reviews/{review.ref}/return", data={"why": ""}).status_code == 422
    assert client.post(f"/reviews/{review.ref}/return", data={"why": "No dates"}).status_code == 303
    assert (read(review).status, read(review).submitted_at) == ("in_progress", None)
    assert db.session.scalars(select(ReviewComment.text)).one() == "No dates"


def test_whoever_sees_it_may_comment(client: RegisterClient, review: Review, team: Team) -> None:
    client.sign_in(make_person(team, Role.VIEWER))
    sent = {"text": "Is the **drawing** current?", "about": "own-2"}
    assert client.post(f"/reviews/{review.ref}/comments", data=sent).status_code == 303
    page = client.get(f"/reviews/{review.ref}").text
    assert "<strong>drawing</strong>" in page
    assert client.post(f"/reviews/{review.ref}/comments", data={"text": " "}).status_code == 422
    kept = client.post(f"/reviews/{review.ref}/comments", data={"text": "x" * 5000}).text
    assert "x" * 5000 in kept


def test_a_comment_sent_twice_is_said_once(
    client: RegisterClient, review: Review, team: Team
) -> None:
    path = f"/reviews/{review.ref}"
    key = form_key_of(client.sign_in(make_person(team, Role.VIEWER)), path)
    for _ in range(2):
        data = {"text": "Is it current?", "form_key": key}
        assert client.post(f"{path}/comments", data=data).status_code == 303
    assert db.session.scalars(select(ReviewComment.text)).all() == ["Is it current?"]


def test_lets_a_blocker_wait_and_opens_it_again(
    client: RegisterClient, review: Review, manager: Person
) -> None:
    client.sign_in(manager)
    until = today() + timedelta(days=30)
    sent = {"until": until.isoformat(), "why": "Moved to the new catalogue in a month"}
    assert client.post(f"/reviews/{review.ref}/waivers/own-1", data=sent).status_code == 303
    assert "Waived" in client.get(f"/reviews/{review.ref}").text
    answer = db.session.scalars(select(Answer).where(Answer.waived_until.is_not(None))).one()
    client.post(
        f"/reviews/{review.ref}/answers/own-1",
        data={"value": "met", "version": str(answer.version)},
    )
    assert (
        db.session.scalars(select(Answer.waived_until).where(Answer.id == answer.id)).one() is None
    )


@pytest.mark.parametrize(
    ("code", "days", "why", "status"),
    [
        ("own-1", 200, "Too long for a blocker", 422),
        ("own-1", 0, "Not in the future", 422),
        ("own-1", 10, "", 422),
        ("tel-1", 10, "Unanswered", 409),
    ],
)
def test_refuses_a_waiver_that_is_too_long_or_unfounded(
    client: RegisterClient,
    review: Review,
    manager: Person,
    code: str,
    days: int,
    why: str,
    status: int,
) -> None:
    until = (today() + timedelta(days=days)).isoformat()
    client.sign_in(manager)
    answer = client.post(f"/reviews/{review.ref}/waivers/{code}", data={"until": until, "why": why})
    assert answer.status_code == status
    assert db.session.scalars(select(Answer).where(Answer.waived_until.is_not(None))).all() == []


def test_an_engineer_cannot_waive(client: RegisterClient, review: Review, owner: Person) -> None:
    until = (today() + timedelta(days=10)).isoformat()
    answer = client.sign_in(owner).post(
        f"/reviews/{review.ref}/waivers/own-1", data={"until": until, "why": "Please"}
    )
    assert answer.status_code == 403


def test_the_decision_is_answered_by_whoever_signs(
    client: RegisterClient, review: Review, owner: Person, manager: Person
) -> None:
    submit(review, owner)
    sent = {"value": "met", "version": "0"}
    client.sign_in(owner)
    assert "data-answer" not in client.get(f"/reviews/{review.ref}").text
    assert client.post(f"/reviews/{review.ref}/answers/dec-1", data=sent).status_code == 409
    client.sign_in(manager)
    assert 'data-answer="dec-1"' in client.get(f"/reviews/{review.ref}").text
    assert client.post(f"/reviews/{review.ref}/answers/dec-1", data=sent).status_code == 303
    assert client.post(f"/reviews/{review.ref}/answers/own-1", data=sent).status_code == 409
