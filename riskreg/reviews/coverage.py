"""Which systems have the named practices: the newest answer of each, or unknown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from riskreg.db import db
from riskreg.metrics.reviews import Coverage, State, coverage, state
from riskreg.org.access import unhidden, visible
from riskreg.org.models import System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.reviews.labels import STATE_ORDER
from riskreg.reviews.models import Answer, ChecklistVersion, Review, Statement
from riskreg.reviews.results import disproved_at, item_of

PRACTICES = ("ci", "canary", "synthetic")
# How good news is, for sorting: met first, unknown after everything that is known.
_RANK = {state: rank for rank, state in enumerate(STATE_ORDER)}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What is known about one practice of one system; without an answer it is unknown."""

    state: State = State.UNANSWERED
    review_id: int | None = None
    code: str = ""
    answered_on: date | None = None
    evidence_on: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether anybody ever answered it."""
        return self.state is not State.UNANSWERED

    @property
    def review_ref(self) -> str:
        """The review in which it was answered."""
        return f"OR-{self.review_id}" if self.review_id else ""


@dataclass(frozen=True, kw_only=True)
class CoverageRow:
    """One system and its practices, in the order of PRACTICES."""

    key: str
    name: str
    team: str
    tier: int | None
    cells: Sequence[Cell]


@dataclass(frozen=True, kw_only=True)
class PracticeCount:
    """One practice over all systems of a table."""

    practice: str
    coverage: Coverage
    counts: Mapping[State, int]


@dataclass(frozen=True, kw_only=True)
class CoverageTable:
    """Every visible system of a team and below, with the counts."""

    rows: Sequence[CoverageRow]
    practices: Sequence[PracticeCount]


def coverage_table(
    actor: Actor, *, below: Branch | None = None, day: date, order: str = "system"
) -> CoverageTable:
    """The practices of all systems the actor may see; five queries for any number of systems.

    A practice's newest answer in any review of the system counts, as it is worth on `day`; a
    system without one is unknown, which is never counted as "not met". `order` is system, team
    or a practice, with a hyphen before it for the other direction.
    """
    is_seen = visible(actor, Permission.REVIEW_VIEW, System.team_id, below=below)
    systems = db.session.execute(
        select(System.id, System.key, System.name, System.tier, Team.name.label("team"))
        .join(Team, Team.id == System.team_id)
        .where(is_seen)
        .order_by(System.name, System.id)
    ).all()
    cells = _cells(actor, is_seen, day)
    rows = [
        CoverageRow(
            key=system.key,
            name=system.name,
            team=system.team,
            tier=system.tier,
            cells=[cells.get((system.id, practice), Cell()) for practice in PRACTICES],
        )
        for system in systems
    ]
    return CoverageTable(rows=_ordered(rows, order), practices=_counts(rows))


def _cells(actor: Actor, is_seen: Any, day: date) -> Mapping[tuple[int, str], Cell]:
    statements = _practice_statements()
    if not statements:
        return {}
    answers = db.session.execute(
        select(
            Review.system_id,
            Review.id.label("review_id"),
            Answer.statement_id,
            Answer.value,
            Answer.evidence_on,
            Answer.answered_at,
            Answer.waived_until,
        )
        .join(Review, Review.id == Answer.review_id)
        .join(System, System.id == Review.system_id)
        .where(Answer.statement_id.in_(statements), Answer.value.is_not(None), is_seen)
        .where(unhidden(actor, Review))
        .order_by(Review.id)
    ).all()
    disproofs = disproved_at(actor, {answer.system_id for answer in answers})
    found: dict[tuple[int, str], Cell] = {}
    for answer in answers:  # the newest review comes last and stays
        practice, statement = statements[answer.statement_id]
        incident_at = disproofs.get((answer.system_id, statement.code))
        found[answer.system_id, practice] = _cell(answer, statement, incident_at, day)
    return found


def _cell(answer: Any, statement: Any, incident_at: datetime | None, day: date) -> Cell:
    return Cell(
        state=state(item_of(statement, answer, incident_at), day),
        review_id=answer.review_id,
        code=statement.code,
        answered_on=answer.answered_at.date(),
        evidence_on=answer.evidence_on,
    )


def _practice_statements() -> Mapping[int, tuple[str, Any]]:
    """The statement behind each practice in every version: {statement id: (practice, row)}."""
    versions = db.session.execute(select(ChecklistVersion.id, ChecklistVersion.practices)).all()
    practice_of = {
        (version_id, code): practice
        for version_id, practices in versions
        for practice, code in practices.items()
        if practice in PRACTICES
    }
    rows = db.session.execute(
        select(
            Statement.id,
            Statement.version_id,
            Statement.code,
            Statement.severity,
            Statement.level,
            Statement.max_age_months,
        ).where(Statement.code.in_({code for _version, code in practice_of}))
    )
    return {
        row.id: (practice_of[row.version_id, row.code], row)
        for row in rows
        if (row.version_id, row.code) in practice_of
    }


def _counts(rows: Sequence[CoverageRow]) -> list[PracticeCount]:
    counts = []
    for position, practice in enumerate(PRACTICES):
        states = [row.cells[position].state for row in rows]
        counted = Counter(states)
        counts.append(
            PracticeCount(
                practice=practice,
                coverage=coverage(states),
                counts={each: counted[each] for each in State},
            )
        )
    return counts


def _ordered(rows: list[CoverageRow], order: str) -> list[CoverageRow]:
    """Sorted by a column; rows that are equal there stay in the order of their names."""
    column = order.removeprefix("-")

    def key(row: CoverageRow) -> tuple[int, str]:
        if column in PRACTICES:
            return _RANK[row.cells[PRACTICES.index(column)].state], ""
        return 0, (row.team if column == "team" else row.name).lower()

    return sorted(rows, key=key, reverse=order.startswith("-"))
