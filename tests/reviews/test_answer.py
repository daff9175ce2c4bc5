"""Answering statements: saved as they go, never written over somebody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Person
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Answer, Review
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.reviews.factories import make_answer, make_review, sign, submit

HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner(client: RegisterClient) -> Person:
    return make_person(make_team())


@pytest.fixture
def review(client: RegisterClient, owner: Person) -> Review:
    assert owner.home_team is not None
    review = make_review(make_system(owner.home_team), owner)
    client.sign_in(owner)
    return review


def stored(review: Review) -> list[Answer]:
    return list(db.session.scalars(select(Answer).where(Answer.review_id == review.id)))


# What tells of the whole review, and changes with each answer.
WHOLE_PARTS = ("review-summary", "review-tabs", "review-index")


def test_saves_an_answer_with_its_evidence(client: RegisterClient, review: Review) -> None:
    sent = {
        "value": "met",
        "evidence": "Catalogue",
        "evidence_url": "https://wiki.example.org/own",
        "evidence_on": "2026-01-31",
        "note": "Checked by two",
        "version": "0",
    }
    answer = client.post(f"/reviews/{review.ref}/answers/own-1", data=sent)
    assert (answer.status_code, answer.location) == (303, f"/reviews/{review.ref}#own-1")
    kept = stored(review)[0]
    assert (kept.value, kept.evidence, kept.note) == ("met", "Catalogue", "Checked by two")
    assert kept.evidence_on is not None
    assert kept.evidence_on.isoformat() == "2026-01-31"
    assert 'value="https://wiki.example.org/own"' in client.get(f"/reviews/{review.ref}").text


def test_leaves_a_trail(client: RegisterClient, review: Review) -> None:
    client.post(f"/reviews/{review.ref}/answers/own-1", data={"value": "met", "version": "0"})
    client.post(f"/reviews/{review.ref}/answers/own-1", data={"value": "not_met", "version": "1"})
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "review.answer").order_by(AuditEntry.id)
    ).all()
    assert [entry.changes for entry in entries] == [
        {"own-1": [None, "met"]},
        {"own-1": ["met", "not_met"]},
    ]


def test_answers_htmx_with_the_parts_that_changed(client: RegisterClient, review: Review) -> None:
    answer = client.post(
        f"/reviews/{review.ref}/answers/own-1", data={"value": "met", "version": "0"}, headers=HTMX
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    parts = ("state", "foot", "risk")
    for part in (*(f"own-1-{each}" for each in parts), *WHOLE_PARTS):
        assert f'id="{part}"' in answer.text
    assert 'name="version" value="1"' in answer.text
    assert "Saved by" in answer.text


def test_saving_the_same_again_changes_nothing(client: RegisterClient, review: Review) -> None:
    for _time in range(2):
        client.post(f"/reviews/{review.ref}/answers/own-1", data={"value": "met", "version": "1"})
        client.post(f"/reviews/{review.ref}/answers/own-1", data={"value": "met", "version": "0"})
    client.post(f"/reviews/{review.ref}/answers/own-1", data={"value": "met", "version": "1"})
    acts = select(func.count(AuditEntry.id)).where(AuditEntry.action == "review.answer")
    assert db.session.scalar(acts) == 1


@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_an_empty_answer_stores_nothing(client: RegisterClient, review: Review, value: str) -> None:
    sent = {"value": value, "version": "0"}
    assert client.post(f"/reviews/{review.ref}/answers/own-1", data=sent).status_code == 303
    assert stored(review) == []


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"value": "na"}, "Say why it does not apply"),
        ({"value": "perhaps"}, "Choose one of the answers"),
        ({"value": "met", "evidence_url": "javascript:alert(1)"}, "A link starts with http"),
        ({"value": "met", "evidence_on": "soon"}, "Not a valid date"),
        ({"value": "met", "evidence_on": "2999-01-01"}, "Evidence cannot be from the future"),
    ],
)
def test_refuses_bad_values_and_keeps_what_was_typed(
    client: RegisterClient, review: Review, sent: dict[str, str], words: str
) -> None:
    answer = client.post(
        f"/reviews/{review.ref}/answers/own-1", data={**sent, "note": "Typed", "version": "0"}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert ">Typed</textarea>" in answer.text
    assert stored(review) == []


def test_refuses_to_write_over_somebody_else_and_shows_both(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    assert owner.home_team is not None
    other = make_person(owner.home_team, name="Ada Other")
    make_answer(review, other, "own-1", AnswerValue.NOT_MET)
    sent = {"value": "met", "note": "Mine", "version": "0"}
    answer = client.post(f"/reviews/{review.ref}/answers/own-1", data=sent)
    assert answer.status_code == 409
    assert "Ada Other" in answer.text
    assert ">Mine</textarea>" in answer.text
    assert stored(review)[0].value == "not_met"
    # the page holds their version now: sending it again decides
    assert 'name="version" value="1"' in answer.text
    client.post(f"/reviews/{review.ref}/answers/own-1", data={**sent, "version": "1"})
    assert (stored(review)[0].value, stored(review)[0].note) == ("met", "Mine")


def test_of_many_first_answers_at_once_one_is_saved(
    app: Flask, client: RegisterClient, review: Review, owner: Person
) -> None:
    cookie = client.get_cookie("riskreg-http")
    assert cookie is not None
    path, gate = f"/reviews/{review.ref}/answers/own-1", Barrier(6)
    db.session.rollback()

    def attempt(number: int) -> int:
        with app.app_context():
            browser = app.test_client()
            browser.set_cookie("riskreg-http", cookie.value)
            gate.wait()
            sent = {"value": "met", "note": f"From {number}", "version": "0"}
            return browser.post(path, data=sent).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(attempt, range(6)))
    assert answers == [303, 409, 409, 409, 409, 409]
    assert [answer.version for answer in stored(review)] == [1]


def test_a_refusal_answers_htmx_with_a_fragment(client: RegisterClient, review: Review) -> None:
    answer = client.post(
        f"/reviews/{review.ref}/answers/own-1", data={"value": "na", "version": "0"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "<html" not in answer.text
    assert "Say why it does not apply" in answer.text


def test_knows_no_other_statement(client: RegisterClient, review: Review) -> None:
    sent = {"value": "met", "version": "0"}
    assert client.post(f"/reviews/{review.ref}/answers/own-99", data=sent).status_code == 404
    assert client.post("/reviews/OR-999/answers/own-1", data=sent).status_code == 404
    assert client.post("/reviews/OR-1x/answers/own-1", data=sent).status_code == 404


def test_refuses_answers_once_it_is_submitted(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    submit(review, owner)
    answer = client.post(
        f"/reviews/{review.ref}/answers/own-1", data={"value": "met", "version": "0"}
    )
    assert answer.status_code == 409
    assert "waits for sign-off" in answer.text
    assert stored(review) == []


def test_a_signed_review_is_for_reading(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    assert owner.home_team is not None
    sign(submit(review, owner), make_person(owner.home_team, Role.MANAGER))
    page = client.get(f"/reviews/{review.ref}")
    assert "data-answer" not in page.text
    assert "nobody changes this review any more" in page.text
    sent = {"value": "met", "version": "0"}
    assert client.post(f"/reviews/{review.ref}/answers/own-1", data=sent).status_code == 409


def test_a_viewer_reads_only(client: RegisterClient, review: Review, owner: Person) -> None:
    assert owner.home_team is not None
    client.sign_in(make_person(owner.home_team, Role.VIEWER))
    assert "data-answer" not in client.get(f"/reviews/{review.ref}").text
    sent = {"value": "met", "version": "0"}
    assert client.post(f"/reviews/{review.ref}/answers/own-1", data=sent).status_code == 403
    assert stored(review) == []


def test_a_stranger_finds_nothing(client: RegisterClient, review: Review, owner: Person) -> None:
    client.sign_in(make_person(make_team(parent=owner.home_team)))
    sent = {"value": "met", "version": "0"}
    assert client.get(f"/reviews/{review.ref}").status_code == 404
    assert client.post(f"/reviews/{review.ref}/answers/own-1", data=sent).status_code == 404
    assert stored(review) == []


def test_old_evidence_is_stale(client: RegisterClient, review: Review, owner: Person) -> None:
    make_answer(review, owner, "chg-1", evidence_on=(now() - timedelta(days=100)).date())
    page = client.get(f"/reviews/{review.ref}?show=open")
    assert "Stale" in page.text
    assert "older than it may be since" in page.text
