"""Reads of operability reviews: one with everything on its page, and lists."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.discovery import discover
from riskreg.errors import NotFound
from riskreg.metrics.reviews import Readiness, Requirement, Result
from riskreg.org.access import require, unhidden, visible
from riskreg.org.models import System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import requirement_of
from riskreg.org.tree import Branch
from riskreg.reviews import checks
from riskreg.reviews.checklists import current_version
from riskreg.reviews.kinds import Check, ReviewStatus, Seen
from riskreg.reviews.models import ChecklistVersion, Review, ReviewComment, ReviewRisk
from riskreg.reviews.results import Asked, results_of
from riskreg.risks.models import Risk

UNREVIEWED_NAMED = 8
CHECKS: list[Check] = discover(checks, "CHECK")


@dataclass(frozen=True, kw_only=True)
class ReviewFilter:
    """What a list of reviews shows; the same for page and pack."""

    below: Branch | None = None
    status: ReviewStatus | None = None
    readiness: Readiness | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedReview:
    """One line of a list of reviews."""

    id: int
    status: ReviewStatus
    system_id: int
    system_key: str
    system_name: str
    team_slug: str
    team_name: str
    started_on: date
    next_review_on: date | None
    is_confidential: bool
    result: Result

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"OR-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A system that could be reviewed, with its newest review."""

    system: System
    requirement: Requirement
    review: Review | None

    @property
    def is_under_review(self) -> bool:
        """Whether its newest review is not signed yet."""
        return self.review is not None and self.review.status != ReviewStatus.SIGNED_OFF


def review_for(actor: Actor, ref: str, permission: Permission = Permission.REVIEW_VIEW) -> Review:
    """A review by what people call it (OR-3); NotFound or Forbidden as the actor's roles say."""
    match = re.fullmatch(r"OR-([1-9]\d{0,17})", ref, re.ASCII)
    if match is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    review = db.session.scalar(
        select(Review)
        .where(Review.id == int(match[1]))
        .options(
            joinedload(Review.system),
            joinedload(Review.team),
            joinedload(Review.checklist_version).joinedload(ChecklistVersion.checklist),
            joinedload(Review.started_by),
            joinedload(Review.submitted_by),
            joinedload(Review.signed_off_by),
        )
    )
    require(actor, permission, review, view=Permission.REVIEW_VIEW)
    assert review is not None
    return review


def listed_reviews(
    actor: Actor, wanted: ReviewFilter, *, day: date, page: int = 1, size: int = 50
) -> tuple[Sequence[ListedReview], int]:
    """One page of reviews, newest first, and how many there are in all.

    Filtering by readiness works the result of every other match out first.
    """
    query = _listed(actor, wanted)
    if wanted.readiness is None:
        total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        rows = db.session.execute(query.limit(size).offset((page - 1) * size)).all()
        return _with_results(actor, rows, day), total
    every = _with_results(actor, db.session.execute(query).all(), day)
    kept = [row for row in every if row.result.readiness == wanted.readiness]
    return kept[(page - 1) * size : page * size], len(kept)


def reviews_of_system(actor: Actor, system: System, *, day: date) -> Sequence[ListedReview]:
    """Every review of one system, newest first; the caller asked whether it may be seen."""
    query = _columns().where(Review.system_id == system.id, unhidden(actor, Review))
    return _with_results(actor, db.session.execute(query).all(), day)


def candidates(actor: Actor, *, below: Branch | None = None) -> Sequence[Candidate]:
    """The systems the actor may review, those never reviewed first, then the longest waiting."""
    systems = db.session.scalars(
        select(System)
        .where(visible(actor, Permission.REVIEW_EDIT, System.team_id, below=below))
        .options(joinedload(System.team))
        .order_by(System.name, System.id)
    ).all()
    newest = newest_reviews(actor, [system.id for system in systems])
    found = [
        Candidate(system=system, requirement=requirement_of(system), review=newest.get(system.id))
        for system in systems
    ]
    return sorted(found, key=_waiting)


def newest_reviews(
    actor: Actor, system_ids: Sequence[int], *, handed_in: bool = False
) -> Mapping[int, Review]:
    """The newest review of each system that the actor may read, by the system's id.

    With `handed_in` only those that were submitted: one that was only begun says nothing yet.
    """
    newest = (
        select(func.max(Review.id))
        .where(Review.system_id.in_(system_ids), unhidden(actor, Review))
        .group_by(Review.system_id)
    )
    if handed_in:
        newest = newest.where(Review.status != ReviewStatus.IN_PROGRESS)
    rows = db.session.scalars(select(Review).where(Review.id.in_(newest)))
    return {review.system_id: review for review in rows}


@dataclass(frozen=True, kw_only=True)
class Unreviewed:
    """How many were never reviewed of how many systems, and (key, name) of the first.

    All of it is nought where every system was.
    """

    systems: int
    count: int
    first: Sequence[tuple[str, str]]


def unreviewed(actor: Actor, *, below: Branch | None) -> Unreviewed:
    """The systems for which no review was ever handed in, by name; home counts the same."""
    seen = visible(actor, Permission.REVIEW_VIEW, System.team_id, below=below)
    handed_in = select(Review.system_id).where(
        Review.status != ReviewStatus.IN_PROGRESS, unhidden(actor, Review)
    )
    systems = select(func.count(System.id)).where(seen).scalar_subquery()
    rows = db.session.execute(
        select(System.key, System.name, func.count().over(), systems)
        .where(seen, System.id.not_in(handed_in))
        .order_by(System.name, System.id)
        .limit(UNREVIEWED_NAMED)
    ).all()
    return Unreviewed(
        systems=rows[0][3] if rows else 0,
        count=rows[0][2] if rows else 0,
        first=[(row.key, row.name) for row in rows],
    )


def open_review_of(actor: Actor, system: System) -> Review | None:
    """The review of a system that is not signed yet, if there is one that the actor may read."""
    return db.session.scalar(
        select(Review)
        .where(
            Review.system_id == system.id,
            Review.status != ReviewStatus.SIGNED_OFF,
            unhidden(actor, Review),
        )
        .order_by(Review.id.desc())
        .limit(1)
    )


def comments_of(review: Review) -> Sequence[ReviewComment]:
    """What was said about a review, oldest first."""
    return db.session.scalars(
        select(ReviewComment)
        .where(ReviewComment.review_id == review.id)
        .options(joinedload(ReviewComment.by))
        .order_by(ReviewComment.id)
    ).all()


def origins_of(risk: Risk) -> Sequence[ReviewRisk]:
    """The reviews that a risk was filed from, with statement; usually one."""
    return db.session.scalars(_ORIGINS, {"risk_id": risk.id}).all()


_ORIGINS = (
    select(ReviewRisk)
    .where(ReviewRisk.risk_id == bindparam("risk_id"))
    .options(
        joinedload(ReviewRisk.statement),
        joinedload(ReviewRisk.review).joinedload(Review.system),
        joinedload(ReviewRisk.review).joinedload(Review.team),
    )
    .order_by(ReviewRisk.id)
)


def is_ready_to_review() -> bool:
    """Whether a checklist is installed."""
    return current_version() is not None


def _columns() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Review.id,
            Review.system_id,
            Review.version_id,
            Review.required_level,
            Review.status,
            Review.started_at,
            Review.next_review_on,
            Review.is_confidential,
            System.key.label("system_key"),
            System.name.label("system_name"),
            Team.slug.label("team_slug"),
            Team.name.label("team_name"),
        )
        .join(System, System.id == Review.system_id)
        .join(Team, Team.id == Review.team_id)
        .order_by(Review.id.desc())
    )


def _listed(actor: Actor, wanted: ReviewFilter) -> Select[*tuple[Any, ...]]:
    query = _columns().where(
        visible(actor, Permission.REVIEW_VIEW, Review.team_id, below=wanted.below)
    )
    if wanted.status is not None:
        query = query.where(Review.status == wanted.status)
    if wanted.text:
        query = query.where(_mentions(wanted.text))
    return query


def _mentions(text: str) -> ColumnElement[bool]:
    found = or_(
        System.name.icontains(text, autoescape=True), System.key.icontains(text, autoescape=True)
    )
    number = text.upper().removeprefix("OR-")
    if number.isascii() and number.isdigit() and len(number) < 18:
        found = or_(found, Review.id == int(number))
    return found


def _with_results(actor: Actor, rows: Sequence[Row[Any]], day: date) -> list[ListedReview]:
    asked = [
        Asked(
            id=row.id,
            system_id=row.system_id,
            version_id=row.version_id,
            required_level=row.required_level,
        )
        for row in rows
    ]
    results = results_of(actor, asked, day)
    return [
        ListedReview(
            id=row.id,
            status=row.status,
            system_id=row.system_id,
            system_key=row.system_key,
            system_name=row.system_name,
            team_slug=row.team_slug,
            team_name=row.team_name,
            started_on=row.started_at.date(),
            next_review_on=row.next_review_on,
            is_confidential=row.is_confidential,
            result=results[row.id],
        )
        for row in rows
    ]


def _waiting(candidate: Candidate) -> tuple[int, date, str]:
    """Never reviewed, then by the day the next review is due, then those under review."""
    review = candidate.review
    if review is None:
        return 0, date.min, candidate.system.name
    if candidate.is_under_review:
        return 2, date.min, candidate.system.name
    return 1, review.next_review_on or date.min, candidate.system.name


def seen_by_checks(actor: Actor, review: Review, *, day: date) -> Mapping[str, Seen]:
    """What the automatic checks see of the review's system, by the statement's code."""
    found = {check.code: check.look(actor, review.system, day) for check in CHECKS}
    return {code: seen for code, seen in found.items() if seen is not None}
