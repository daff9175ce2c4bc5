"""Writes about single statements: answer, waive, comment, and file the risk that is offered."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from riskreg.actions.once import made_with
from riskreg.audit.plain import plain
from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Invalid, NotFound, Stale
from riskreg.lib.dates import add_months, local_day, now
from riskreg.lib.text import truncate
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.severity import band
from riskreg.org.access import can, require
from riskreg.org.permissions import Actor, Permission
from riskreg.org.readers import keep_with
from riskreg.reviews.checklists import translation, words_of
from riskreg.reviews.kinds import DECISION_AREA, AnswerValue, ReviewStatus, Severity
from riskreg.reviews.models import Answer, Review, ReviewComment, ReviewRisk, Statement
from riskreg.reviews.owners import fitting_owner
from riskreg.reviews.rechecks import waits_for_recheck
from riskreg.risks.models import Risk
from riskreg.risks.services import create_risk, current_matrix, matrix_of
from riskreg.risks.values import TITLE_CHARS_MAX

# A waiver lasts at most so many months.
WAIVER_MONTHS = {Severity.BLOCKER: 3, Severity.MAJOR: 12, Severity.MINOR: 12}


@dataclass(frozen=True, kw_only=True)
class AnswerValues:
    """What a person says about a statement; `value` None is unanswered."""

    value: AnswerValue | None = None
    reason: str = ""
    evidence: str = ""
    evidence_url: str = ""
    evidence_on: date | None = None
    note: str = ""


def save_answer(
    actor: Actor,
    review: Review,
    code: str,
    values: AnswerValues,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> Answer:
    """Store what a person says about a statement.

    `version` is that of the answer they saw, 0 for none; None does not compare. Raises Stale with
    both sides, Invalid with the field, Conflict once the review is submitted. The decision is
    answered last: on a submitted review by whoever may sign it.
    """
    require(actor, Permission.REVIEW_EDIT, review, view=Permission.REVIEW_VIEW)
    statement = statement_of(review, code)
    _demand_answerable(actor, review, statement)
    _check_answer(values, local_day(at or now(), actor.timezone))
    answer = _answer(review, statement)
    if version is not None and version != (answer.version if answer else 0):
        raise _stale(answer, values)
    is_new = answer is None
    if answer is None:
        answer = Answer(review_id=review.id, statement_id=statement.id, **asdict(AnswerValues()))
    old_value = answer.value
    changes = changed(answer, asdict(values))
    if not changes and not waits_for_recheck(answer):
        return answer
    if values.value != old_value:
        answer.waived_until = None
    answer.answered_at, answer.answered_by_id = at or now(), actor.person_id
    if is_new:
        _insert_or_stale(answer, values)
    db.session.flush()
    db.session.refresh(answer, ["version", "answered_by"])
    record(actor=actor, action="review.answer", subject=review, changes=_named(code, changes))
    return answer


def waive_statement(
    actor: Actor,
    review: Review,
    code: str,
    *,
    until: date,
    why: str,
) -> Answer:
    """Let a statement that is not met or stale pass until a day, by somebody who may sign.

    Raises Invalid with the field: a reason is needed, and blockers wait three months at most.
    """
    require(actor, Permission.REVIEW_SIGN, review, view=Permission.REVIEW_VIEW)
    demand_status(review, ReviewStatus.IN_PROGRESS, ReviewStatus.SUBMITTED)
    statement = statement_of(review, code)
    answer = _answer(review, statement)
    today = local_day(now(), actor.timezone)
    if answer is None or answer.value in {None, AnswerValue.NOT_APPLICABLE}:
        raise Conflict(_("Only a statement that is not met or stale can be waived."))
    months = WAIVER_MONTHS[statement.severity]
    if not today < until <= add_months(today, months):
        raise Invalid(
            _("Choose a day from tomorrow to %(months)s months from now.", months=months),
            field="until",
        )
    if not why.strip():
        raise Invalid(_("Say why it may wait."), field="why")
    changes = changed(answer, {"waived_until": until})
    db.session.flush()
    record(
        actor=actor,
        action="review.waive",
        subject=review,
        changes=_named(code, changes),
        note=why.strip(),
    )
    add_comment(actor, review, why, code=code)
    return answer


def file_risk(actor: Actor, review: Review, code: str, *, at: datetime | None = None) -> Risk:
    """File the risk that a blocker or major statement offers when it is not met, linked both ways.

    Its owner is the person closest to the system, where there is one; its first rating says why.
    Raises Conflict when there is one already or the statement is not answered "not met".
    """
    require(actor, Permission.REVIEW_EDIT, review, view=Permission.REVIEW_VIEW)
    statement = statement_of(review, code)
    answer = _answer(review, statement)
    if answer is None or answer.value != AnswerValue.NOT_MET:
        raise Conflict(_("%(code)s is not answered “not met”.", code=code))
    if statement.severity == Severity.MINOR:
        raise Conflict(_("A minor statement offers no risk; file one by hand if it matters."))
    link = ReviewRisk(review_id=review.id, statement_id=statement.id)
    filed = db.session.scalar(
        select(ReviewRisk.risk_id).where(
            ReviewRisk.review_id == review.id, ReviewRisk.statement_id == statement.id
        )
    )
    if filed is not None:
        raise Conflict(_("R-%(id)s was filed for this statement already.", id=filed))
    owner = fitting_owner(review)
    why = _("Suggested by statement %(code)s of %(ref)s.", code=code, ref=review.ref)
    risk = create_risk(
        actor,
        team=review.team,
        values=_seeded(review, statement) | {"owner": owner.person if owner else None},
        why=f"{why} {owner.why}" if owner else why,
        at=at,
    )
    link.risk_id = risk.id
    db.session.add(link)
    db.session.flush()
    record(actor=actor, action="review.risk", subject=review, changes={code: [None, risk.ref]})
    if review.secret is not None:
        kept = _("It comes from %(ref)s, which is confidential.", ref=review.ref)
        keep_with(actor, risk, review.secret, why=kept)
    return risk


def add_comment(
    actor: Actor,
    review: Review,
    text: str,
    *,
    code: str | None = None,
    at: datetime | None = None,
    form_key: str | None = None,
) -> ReviewComment:
    """Say something about a review, or about one of its statements; whoever sees it may.

    A `form_key` that was used already returns the comment made then.
    """
    require(actor, Permission.REVIEW_VIEW, review, view=Permission.REVIEW_VIEW)
    said = made_with(ReviewComment, form_key)
    if said is not None:
        return said
    if not text.strip():
        raise Invalid(_("Write something first."), field="text")
    comment = ReviewComment(
        review_id=review.id,
        statement_id=statement_of(review, code).id if code else None,
        by_id=actor.person_id,
        at=at or now(),
        text=text.strip(),
        form_key=form_key,
    )
    db.session.add(comment)
    db.session.flush()
    said_of = {code or "comment": [None, truncate(comment.text, 200)]}
    record(actor=actor, action="review.comment", subject=review, changes=said_of)
    return comment


def demand_status(review: Review, *wanted: ReviewStatus) -> None:
    """Lock the review; refuse with Conflict unless it stands where the act needs it."""
    db.session.refresh(review, ["status", "version"], with_for_update=True)
    if review.status not in wanted:
        raise Conflict(
            {
                ReviewStatus.IN_PROGRESS: _("This review is not submitted yet."),
                ReviewStatus.SUBMITTED: _("This review is submitted and waits for sign-off."),
                ReviewStatus.SIGNED_OFF: _("This review is signed off; nobody changes it."),
            }[review.status]
        )


def statement_of(review: Review, code: str) -> Statement:
    """A statement of the review's checklist by its code; raises NotFound."""
    statement = db.session.scalar(
        select(Statement).where(Statement.version_id == review.version_id, Statement.code == code)
    )
    if statement is None:
        raise NotFound(_("This review has no statement %(code)s.", code=code))
    return statement


def _demand_answerable(actor: Actor, review: Review, statement: Statement) -> None:
    """Answers rest once a review is submitted, but for the decision of whoever may sign it."""
    is_signer = can(actor, Permission.REVIEW_SIGN, review)
    if statement.area_key == DECISION_AREA and is_signer:
        demand_status(review, ReviewStatus.IN_PROGRESS, ReviewStatus.SUBMITTED)
    else:
        demand_status(review, ReviewStatus.IN_PROGRESS)


def _answer(review: Review, statement: Statement) -> Answer | None:
    return db.session.scalar(
        select(Answer)
        .where(Answer.review_id == review.id, Answer.statement_id == statement.id)
        .options(joinedload(Answer.answered_by))
    )


def _check_answer(values: AnswerValues, today: date) -> None:
    if values.value == AnswerValue.NOT_APPLICABLE and not values.reason:
        raise Invalid(_("Say why it does not apply."), field="reason")
    if values.evidence_on is not None and values.evidence_on > today:
        raise Invalid(_("Evidence cannot be from the future."), field="evidence_on")


def _insert_or_stale(answer: Answer, values: AnswerValues) -> None:
    """Two first answers to one statement at the same moment are a lost update too."""
    try:
        with db.session.begin_nested():
            db.session.add(answer)
    except IntegrityError as error:
        found = db.session.scalar(
            select(Answer).where(
                Answer.review_id == answer.review_id, Answer.statement_id == answer.statement_id
            )
        )
        raise _stale(found, values) from error


def _stale(answer: Answer | None, values: AnswerValues) -> Stale:
    mine = asdict(values)
    stored = {name: getattr(answer, name, None) for name in mine}
    return Stale(
        _("Somebody else answered this while you were working on it. Yours is not saved yet."),
        theirs={name: _shown(value) for name, value in stored.items()},
        yours={name: _shown(value) for name, value in mine.items()},
    )


def _shown(value: Any) -> str:
    return "" if value is None else str(plain(value))


def _named(code: str, changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {code if name == "value" else f"{code} {name}": both for name, both in changes.items()}


def _seeded(review: Review, statement: Statement) -> dict[str, Any]:
    """The values of the risk that a statement offers; in the words of the actor."""
    words = words_of(statement, translation(review.checklist_version.checklist.key))
    return {
        "title": truncate(f"{review.system.name}: {words.title}", TITLE_CHARS_MAX),
        "kind": statement.seed_kind,
        "category": truncate(words.area, 80),
        "cause": words.cause,
        "event": words.event,
        "consequence": words.consequence,
        "description": words.text,
        "system": review.system,
        "effort_days": statement.seed_effort_days,
        "current": _seeded_rating(matrix_of(current_matrix()), statement),
    }


@dataclass(frozen=True, kw_only=True)
class Seed:
    """The scores that the risk of a statement would start with, in words."""

    likelihood: str
    impact: str
    band_rank: int | None
    band: str
    effort_days: int


def seeds_of(statements: Iterable[Statement]) -> Mapping[str, Seed]:
    """What filing a risk would score each statement, by its code."""
    wanted = list(statements)
    if not wanted:
        return {}
    matrix = matrix_of(current_matrix())
    return {statement.code: _seed(matrix, statement) for statement in wanted}


def _seed(matrix: Matrix, statement: Statement) -> Seed:
    rating = _seeded_rating(matrix, statement)
    found = band(matrix, rating)
    return Seed(
        likelihood=matrix.likelihoods[rating.likelihood - 1].label if rating.likelihood else "",
        impact=matrix.impacts[rating.impact - 1].label if rating.impact else "",
        band_rank=found.rank if found else None,
        band=found.label if found else "",
        effort_days=statement.seed_effort_days,
    )


def _seeded_rating(matrix: Matrix, statement: Statement) -> Rating:
    """The seeded levels; unrated where the matrix has no such level."""
    fits = statement.seed_likelihood <= len(matrix.likelihoods) and statement.seed_impact <= len(
        matrix.impacts
    )
    if not fits:
        return Rating()
    return Rating(likelihood=statement.seed_likelihood, impact=statement.seed_impact)
