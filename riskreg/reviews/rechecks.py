"""Statements to look at again: their risk was closed after they were answered "not met".

Closing the risk says that something is different now. The answer stays as it is until somebody
answers again, be it the same.
"""

from collections.abc import Sequence

from sqlalchemy import select

from riskreg.db import db
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Answer, ReviewRisk
from riskreg.risks.kinds import Status
from riskreg.risks.models import Risk


def must_be_rechecked(answer: Answer | None, risk: Risk | None) -> bool:
    """Whether the risk of a statement was closed after this answer to it."""
    if answer is None or answer.value != AnswerValue.NOT_MET or risk is None:
        return False
    if risk.status != Status.CLOSED or risk.closed_at is None:
        return False
    return risk.closed_at > answer.answered_at


def waits_for_recheck(answer: Answer) -> bool:
    """The same for an answer, whose risk is looked up."""
    risk = db.session.scalar(
        select(Risk)
        .join(ReviewRisk)
        .where(
            ReviewRisk.review_id == answer.review_id,
            ReviewRisk.statement_id == answer.statement_id,
        )
    )
    return must_be_rechecked(answer, risk)


def links_to_recheck(risk: Risk, links: Sequence[ReviewRisk]) -> set[int]:
    """Of a risk's links to statements, the ids of those whose statement waits."""
    if risk.status != Status.CLOSED:
        return set()
    reviews = [link.review_id for link in links]
    rows = db.session.scalars(select(Answer).where(Answer.review_id.in_(reviews)))
    answers = {(row.review_id, row.statement_id): row for row in rows}
    return {
        link.id
        for link in links
        if must_be_rechecked(answers.get((link.review_id, link.statement_id)), risk)
    }
