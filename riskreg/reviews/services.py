"""Writes of operability reviews: start, answer, waive, file a risk, comment, submit, sign off."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Forbidden, Invalid, Stale, Unavailable
from riskreg.lib.dates import add_months, local_day, now
from riskreg.metrics.reviews import Readiness, State
from riskreg.org.access import require
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import requirement_of
from riskreg.reviews.answers import (
    AnswerValues,
    add_comment,
    demand_status,
    file_risk,
    save_answer,
    waive_statement,
)
from riskreg.reviews.checklists import current_version, install_checklist
from riskreg.reviews.kinds import Level, ReviewStatus
from riskreg.reviews.models import Answer, Review, Statement
from riskreg.reviews.queries import open_review_of
from riskreg.reviews.results import asked_of, results_of

__all__ = [
    "AnswerValues",
    "add_comment",
    "file_risk",
    "install_checklist",
    "return_review",
    "save_answer",
    "sign_off_review",
    "start_review",
    "submit_review",
    "waive_statement",
]

# A signed review is due again after so many months.
NEXT_REVIEW_MONTHS = {Level.BRONZE: 12, Level.SILVER: 6, Level.GOLD: 6}


def start_review(
    actor: Actor, system: System, *, carry_over: bool = False, at: datetime | None = None
) -> Review:
    """Start a review of a system against the newest checklist.

    `carry_over` copies the answers of its last signed review with their dates, so that what was
    stale then is stale now. Raises Conflict while another review of the system is not signed.
    """
    require(actor, Permission.REVIEW_EDIT, system, view=Permission.SYSTEM_VIEW)
    version = current_version()
    if version is None:
        raise Unavailable(
            _("There is no checklist yet; the administrator runs “riskreg init” once.")
        )
    db.session.refresh(system, ["version"], with_for_update=True)  # one at a time for each system
    unsigned = open_review_of(actor, system)
    if unsigned is not None:
        raise Conflict(_("%(ref)s of this system is not signed yet.", ref=unsigned.ref))
    requirement = requirement_of(system)
    review = Review(
        system=system,
        team=system.team,
        checklist_version=version,
        status=ReviewStatus.IN_PROGRESS,
        required_level=Level(requirement.level),
        required_reason=requirement.reason,
        started_at=at or now(),
        started_by_id=actor.person_id,
    )
    db.session.add(review)
    db.session.flush()
    copied = _copy_answers(review) if carry_over else 0
    shown = {"system": system.key, "required level": requirement.level}
    record(
        actor=actor,
        action="review.start",
        subject=review,
        changes={name: [None, value] for name, value in shown.items()},
        note=_("Began with %(n)s answers of the review before.", n=copied) if copied else "",
    )
    return review


def submit_review(actor: Actor, review: Review, *, at: datetime | None = None) -> Review:
    """Hand a review in for sign-off; what is unanswered counts as open."""
    require(actor, Permission.REVIEW_EDIT, review, view=Permission.REVIEW_VIEW)
    demand_status(review, ReviewStatus.IN_PROGRESS)
    values = {
        "status": ReviewStatus.SUBMITTED,
        "submitted_at": at or now(),
        "submitted_by_id": actor.person_id,
    }
    return _move(actor, review, "review.submit", values)


def return_review(actor: Actor, review: Review, *, why: str, at: datetime | None = None) -> Review:
    """Give a submitted review back for more work; by who may sign it, or who handed it in."""
    needed = (
        Permission.REVIEW_EDIT
        if actor.person_id == review.submitted_by_id
        else Permission.REVIEW_SIGN
    )
    require(actor, needed, review, view=Permission.REVIEW_VIEW)
    demand_status(review, ReviewStatus.SUBMITTED)
    if not why.strip():
        raise Invalid(_("Say what is missing."), field="why")
    add_comment(actor, review, why, at=at)
    values = {"status": ReviewStatus.IN_PROGRESS, "submitted_at": None, "submitted_by_id": None}
    return _move(actor, review, "review.return", values, note=why.strip())


def sign_off_review(
    actor: Actor,
    review: Review,
    *,
    note: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Review:
    """Sign a submitted review; from then on nobody changes it.

    Whoever submitted it cannot sign it. A review that is not ready is signed with a note only.
    The next review falls due after 12 months for Bronze, 6 for Silver and Gold.
    """
    require(actor, Permission.REVIEW_SIGN, review, view=Permission.REVIEW_VIEW)
    demand_status(review, ReviewStatus.SUBMITTED)
    if version is not None and version != review.version:
        raise Stale(
            _("This review was changed since you read it. Look at it again before signing.")
        )
    if actor.person_id is not None and actor.person_id == review.submitted_by_id:
        raise Forbidden(_("You submitted this review, so somebody else has to sign it."))
    today = local_day(at or now(), actor.timezone)
    outcome = results_of(actor, [asked_of(review)], today)[review.id]
    if outcome.readiness is not Readiness.READY and not note.strip():
        raise Invalid(_("It is not ready: say what you decided, and why."), field="note")
    values = {
        "status": ReviewStatus.SIGNED_OFF,
        "signed_off_at": at or now(),
        "signed_off_by_id": actor.person_id,
        "sign_off_note": note.strip(),
        "next_review_on": add_months(today, NEXT_REVIEW_MONTHS[review.required_level]),
    }
    unanswered = outcome.counts[State.UNANSWERED]
    said = _("%(readiness)s, %(n)s unanswered", readiness=outcome.readiness, n=unanswered)
    return _move(actor, review, "review.sign_off", values, note=said)


def _move(
    actor: Actor, review: Review, action: str, values: dict[str, Any], *, note: str = ""
) -> Review:
    changes = changed(review, values)
    db.session.flush()
    record(actor=actor, action=action, subject=review, changes=changes, note=note)
    return review


def _copy_answers(review: Review) -> int:
    """Copy what was answered in the system's last signed review, by the statements' codes.

    Never from a confidential one, for the new one is not.
    """
    last = db.session.scalar(
        select(Review.id)
        .where(Review.system_id == review.system_id, Review.status == ReviewStatus.SIGNED_OFF)
        .where(~Review.is_confidential)
        .order_by(Review.id.desc())
        .limit(1)
    )
    statements = select(Statement).where(Statement.version_id == review.version_id)
    codes = {statement.code: statement.id for statement in db.session.scalars(statements)}
    old = db.session.scalars(
        select(Answer)
        .where(Answer.review_id == last, Answer.value.is_not(None))
        .options(joinedload(Answer.statement))
    ).all()
    names = ("value", "reason", "evidence", "evidence_url", "evidence_on", "note", "waived_until")
    kept = [answer for answer in old if answer.statement.code in codes]
    for answer in kept:
        db.session.add(
            Answer(
                review_id=review.id,
                statement_id=codes[answer.statement.code],
                answered_at=answer.answered_at,
                answered_by_id=answer.answered_by_id,
                **{name: getattr(answer, name) for name in names},
            )
        )
    db.session.flush()
    return len(kept)
