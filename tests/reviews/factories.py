"""Reviews to test with; every factory commits."""

from datetime import date, datetime

from riskreg.db import db, transaction
from riskreg.org.models import Person, System
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.reviews.checklists import current_version
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Answer, Review
from riskreg.reviews.services import (
    AnswerValues,
    install_checklist,
    save_answer,
    sign_off_review,
    start_review,
    submit_review,
)
from riskreg.risks.services import install_matrix
from tests.factories import actor


def install_content() -> None:
    """The matrix and the checklist that every installation starts with."""
    if current_version() is not None:
        return
    with transaction():
        install_matrix(SYSTEM_ACTOR)
        install_checklist(SYSTEM_ACTOR)


def make_review(system: System, by: Person, **answers: AnswerValue | str) -> Review:
    """A review in progress; answers by code with underscores for hyphens: chg_1="met"."""
    install_content()
    with transaction():
        review = start_review(actor(by), db.session.get_one(System, system.id))
    for name, value in answers.items():
        make_answer(review, by, name.replace("_", "-"), AnswerValue(value))
    return db.session.get_one(Review, review.id)


def make_answer(
    review: Review,
    by: Person,
    code: str,
    value: AnswerValue = AnswerValue.MET,
    *,
    evidence_on: date | None = None,
    at: datetime | None = None,
) -> Answer:
    """An answer to one statement."""
    values = AnswerValues(
        value=value,
        reason="It has none" if value == AnswerValue.NOT_APPLICABLE else "",
        evidence_on=evidence_on,
    )
    with transaction():
        stored = db.session.get_one(Review, review.id)
        answer = save_answer(actor(by), stored, code, values, at=at)
    return db.session.get_one(Answer, answer.id)


def answer_everything(review: Review, by: Person, value: AnswerValue = AnswerValue.MET) -> None:
    """The same answer to every statement."""
    with transaction():
        stored = db.session.get_one(Review, review.id)
        for statement in stored.checklist_version.statements:
            save_answer(actor(by), stored, statement.code, AnswerValues(value=value))


def submit(review: Review, by: Person) -> Review:
    """Hand the review in."""
    with transaction():
        submit_review(actor(by), db.session.get_one(Review, review.id))
    return db.session.get_one(Review, review.id)


def sign(review: Review, by: Person, note: str = "Agreed.") -> Review:
    """Sign the submitted review."""
    with transaction():
        sign_off_review(actor(by), db.session.get_one(Review, review.id), note=note)
    return db.session.get_one(Review, review.id)


def change(system_id: int, **values: object) -> None:
    """Change how a system runs."""
    with transaction():
        system = db.session.get_one(System, system_id)
        for name, value in values.items():
            setattr(system, name, value)
