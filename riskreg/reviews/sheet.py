"""A review with everything on its page: areas, statements, answers, risks, result."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.metrics.reviews import (
    OPEN_STATES,
    Result,
    State,
    is_required,
    result,
    stale_on,
)
from riskreg.org.access import can
from riskreg.org.permissions import Actor, Permission
from riskreg.reviews.checklists import Words, translation, words_of
from riskreg.reviews.kinds import DECISION_AREA, AnswerValue, ReviewStatus, Severity
from riskreg.reviews.models import Answer, Review, ReviewRisk, Statement
from riskreg.reviews.rechecks import must_be_rechecked
from riskreg.reviews.results import disproved_at, item_of
from riskreg.risks.models import Risk


class Show(StrEnum):
    """Which statements of a review a page shows."""

    ALL = "all"
    OPEN = "open"
    BLOCKERS = "blockers"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One statement of a review as it stands today."""

    statement: Statement
    words: Words
    answer: Answer | None
    state: State
    is_required: bool
    fresh_until: date | None
    risk: Risk | None
    has_hidden_risk: bool = False
    must_be_rechecked: bool = False

    @property
    def code(self) -> str:
        """The statement's id."""
        return self.statement.code

    @property
    def is_open(self) -> bool:
        """Whether it keeps the review open."""
        return self.state in OPEN_STATES

    @property
    def is_decision(self) -> bool:
        """Whether it is answered last, by the person who signs."""
        return self.statement.area_key == DECISION_AREA

    @property
    def offers_risk(self) -> bool:
        """Whether a risk can be filed for it in one click."""
        not_met = self.answer is not None and self.answer.value == AnswerValue.NOT_MET
        serious = self.statement.severity in {Severity.BLOCKER, Severity.MAJOR}
        return not_met and serious and self.risk is None and not self.has_hidden_risk

    def is_shown(self, show: Show) -> bool:
        """Whether a filter lets it through."""
        if show is Show.UNANSWERED:
            return self.state is State.UNANSWERED
        if show is Show.BLOCKERS:
            return self.is_open and self.statement.severity == Severity.BLOCKER
        return self.is_open or show is Show.ALL


@dataclass(frozen=True, kw_only=True)
class Area:
    """The statements of one area: those the required level asks for, and the others."""

    key: str
    name: str
    about: str
    lines: Sequence[Line]
    others: Sequence[Line]

    @property
    def answered(self) -> int:
        """How many of those asked for have any answer."""
        return sum(1 for line in self.lines if line.state is not State.UNANSWERED)

    @property
    def open_blockers(self) -> int:
        """How many blockers are open though answered."""
        return sum(
            1
            for line in self.lines
            if line.is_open
            and line.state is not State.UNANSWERED
            and line.statement.severity == Severity.BLOCKER
        )


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A review and all its lines, in the order they are asked."""

    review: Review
    lines: Sequence[Line]
    result: Result
    shown: Show = field(default=Show.ALL)

    @property
    def is_editable(self) -> bool:
        """Whether answers can still be given."""
        return self.review.status == ReviewStatus.IN_PROGRESS

    @cached_property
    def asked(self) -> Sequence[Line]:
        """The lines that the required level asks for."""
        return [line for line in self.lines if line.is_required]

    @cached_property
    def areas(self) -> Sequence[Area]:
        """The lines by area."""
        return _areas(self.lines)

    @cached_property
    def shown_areas(self) -> Sequence[Area]:
        """The areas as the filter leaves them; areas without a line are left out."""
        if self.shown is Show.ALL:
            return self.areas
        return _areas([line for line in self.asked if line.is_shown(self.shown)])

    def line(self, code: str) -> Line | None:
        """The line of a statement."""
        return next((line for line in self.lines if line.code == code), None)

    @property
    def to_recheck(self) -> Sequence[Line]:
        """The lines whose risk was closed after they were answered."""
        return [line for line in self.lines if line.must_be_rechecked]

    def count(self, show: Show) -> int:
        """How many lines a filter shows."""
        return sum(1 for line in self.asked if line.is_shown(show))

    def open_lines(self, severity: str) -> Sequence[Line]:
        """The open lines of a severity."""
        return [line for line in self.asked if line.is_open and line.statement.severity == severity]


def sheet_of(actor: Actor, review: Review, *, day: date, show: Show = Show.ALL) -> Sheet:
    """Everything about a review; four queries. The caller fetched it with `review_for`."""
    statements = db.session.scalars(
        select(Statement)
        .where(Statement.version_id == review.version_id)
        .order_by(Statement.position)
    ).all()
    answers = _answers(review)
    disproofs = disproved_at(actor, [review.system_id])
    risks = _risks(review)
    items = {
        statement.id: item_of(
            statement, answers.get(statement.id), disproofs.get((review.system_id, statement.code))
        )
        for statement in statements
    }
    outcome = result(list(items.values()), review.required_level, day)
    texts = translation(review.checklist_version.checklist.key)
    lines = []
    for statement in statements:
        risk = risks.get(statement.id)
        is_seen = risk is not None and can(actor, Permission.RISK_VIEW, risk)
        item = items[statement.id]
        lines.append(
            Line(
                statement=statement,
                words=words_of(statement, texts),
                answer=answers.get(statement.id),
                state=outcome.states[statement.code],
                is_required=is_required(item, review.required_level),
                fresh_until=stale_on(item) if item.value == AnswerValue.MET else None,
                risk=risk if is_seen else None,
                has_hidden_risk=risk is not None and not is_seen,
                must_be_rechecked=must_be_rechecked(answers.get(statement.id), risk),
            )
        )
    return Sheet(review=review, lines=lines, result=outcome, shown=show)


def _answers(review: Review) -> Mapping[int, Answer]:
    rows = db.session.scalars(
        select(Answer).where(Answer.review_id == review.id).options(joinedload(Answer.answered_by))
    )
    return {answer.statement_id: answer for answer in rows}


def _risks(review: Review) -> Mapping[int, Risk]:
    rows = db.session.scalars(
        select(ReviewRisk)
        .where(ReviewRisk.review_id == review.id)
        .options(joinedload(ReviewRisk.risk).joinedload(Risk.team))
    )
    return {link.statement_id: link.risk for link in rows}


def _areas(lines: Iterable[Line]) -> list[Area]:
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.statement.area_key, []).append(line)
    return [
        Area(
            key=key,
            name=found[0].words.area,
            about=found[0].words.area_about,
            lines=[line for line in found if line.is_required],
            others=[line for line in found if not line.is_required],
        )
        for key, found in grouped.items()
    ]
