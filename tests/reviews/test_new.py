"""Choosing a system and starting its review."""

import pytest
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.org.kinds import DataClass, Hours, Role
from riskreg.reviews.kinds import Level
from riskreg.reviews.models import Answer, Review
from tests.client import RegisterClient
from tests.factories import give_role, make_person, make_system, make_team
from tests.reviews.factories import answer_everything, install_content, make_review, sign, submit


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"slo_target_milli": 99_900}, "<strong>Gold</strong>, because it promises 99.9 % or more"),
        ({"hours": Hours.ALWAYS}, "<strong>Gold</strong>, because it runs around the clock"),
        (
            {"data_class": DataClass.RESTRICTED},
            "<strong>Gold</strong>, because it holds confidential or restricted data",
        ),
        ({"slo_target_milli": 99_000}, "<strong>Silver</strong>, because it promises 99 % or more"),
        ({"pages": True}, "<strong>Silver</strong>, because it pages people"),
        ({}, "<strong>Bronze</strong>, because it runs in production"),
    ],
)
def test_says_the_level_and_its_reason_before_starting(
    client: RegisterClient, values: dict[str, object], words: str
) -> None:
    team = make_team()
    system = make_system(team, **values)
    page = client.sign_in(make_person(team)).get(f"/reviews/new?system={system.key}")
    assert words in page.text


def test_lists_systems_that_were_never_reviewed_first(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    make_review(make_system(team, name="Alpha"), owner)
    make_system(team, name="Omega")
    page = client.sign_in(owner).get("/reviews/new")
    assert page.text.index("Omega") < page.text.index("Alpha")
    assert "Go on with it" in page.text


def test_starts_a_review_and_leaves_a_trail(client: RegisterClient) -> None:
    install_content()
    team = make_team()
    system = make_system(team, pages=True)
    answer = client.sign_in(make_person(team)).post("/reviews/new", data={"system": system.key})
    review = db.session.scalars(select(Review)).one()
    assert (answer.status_code, answer.location) == (303, f"/reviews/{review.ref}")
    assert (review.required_level, review.required_reason) == (Level.SILVER, "paging")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "review.start")).one()
    assert (entry.subject_ref, entry.changes["system"]) == (review.ref, [None, system.key])


def test_leads_to_the_review_that_is_not_signed_yet(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    system = make_system(team)
    review = make_review(system, owner)
    answer = client.sign_in(owner).post("/reviews/new", data={"system": system.key})
    assert (answer.status_code, answer.location) == (303, f"/reviews/{review.ref}")
    page = client.get(answer.location).text
    assert f"{review.ref} of this system is not signed yet" in page
    assert db.session.scalar(select(func.count(Review.id))) == 1


def test_begins_with_the_answers_of_the_last_signed_review(client: RegisterClient) -> None:
    team = make_team()
    owner, manager = make_person(team), make_person(team, Role.MANAGER)
    system = make_system(team)
    first = make_review(system, owner)
    answer_everything(first, owner)
    sign(submit(first, owner), manager)
    client.sign_in(owner).post("/reviews/new", data={"system": system.key, "carry_over": "1"})
    second = db.session.scalars(select(Review).order_by(Review.id.desc())).first()
    assert second is not None
    copied = db.session.scalars(select(Answer).where(Answer.review_id == second.id)).all()
    assert len(copied) == 56
    assert {answer.value for answer in copied} == {"met"}


def test_a_viewer_cannot_start_one(client: RegisterClient) -> None:
    install_content()
    team = make_team()
    system = make_system(team)
    client.sign_in(make_person(team, Role.VIEWER))
    assert client.get("/reviews/new").status_code == 403
    assert client.post("/reviews/new", data={"system": system.key}).status_code == 403
    assert db.session.scalar(select(func.count(Review.id))) == 0


def test_another_team_cannot_start_one(client: RegisterClient) -> None:
    install_content()
    root = make_team()
    system = make_system(make_team(parent=root))
    client.sign_in(make_person(make_team(parent=root)))
    assert client.get(f"/reviews/new?system={system.key}").status_code == 404
    assert client.post("/reviews/new", data={"system": system.key}).status_code == 404
    assert db.session.scalar(select(func.count(Review.id))) == 0


def test_a_reader_of_the_system_is_told_that_they_only_read(client: RegisterClient) -> None:
    install_content()
    root = make_team()
    system = make_system(make_team(parent=root))
    person = make_person(root, Role.VIEWER)
    other = make_team(parent=root)
    give_role(person, other, Role.ENGINEER)
    client.sign_in(person)
    assert client.post("/reviews/new", data={"system": system.key}).status_code == 403


def test_says_what_to_do_where_there_is_no_system(client: RegisterClient) -> None:
    page = client.sign_in(make_person(make_team())).get("/reviews/new")
    assert "There is no system to review here" in page.text
