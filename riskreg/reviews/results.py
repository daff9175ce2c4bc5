"""From stored answers to results: many reviews in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, column, func, select, table

from riskreg.db import UTCDateTime, db
from riskreg.metrics.reviews import Item, Result, result
from riskreg.org.confidential import by_kind, open_to
from riskreg.org.permissions import Actor
from riskreg.reviews.models import Answer, Review, Statement

# Incidents are a feature beside this one, so their tables are known by name only.
_INCIDENT = table("incident", column("id"), column("impact_start_at", UTCDateTime))
_INCIDENT_SYSTEM = table("incident_system", column("incident_id"), column("system_id"))
_POSTMORTEM = table("postmortem", column("id"), column("incident_id"))
_POSTMORTEM_STATEMENT = table(
    "postmortem_statement", column("postmortem_id"), column("statement_id"), column("was_met")
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A review as far as its result depends on it."""

    id: int
    system_id: int
    version_id: int
    required_level: str


def asked_of(review: Review) -> Asked:
    """The review as the functions here want it."""
    return Asked(
        id=review.id,
        system_id=review.system_id,
        version_id=review.version_id,
        required_level=review.required_level,
    )


def results_of(actor: Actor, reviews: Collection[Asked], day: date) -> dict[int, Result]:
    """Each review's result on a day, by its id; three queries for any number of reviews."""
    if not reviews:
        return {}
    statements = _statements({review.version_id for review in reviews})
    answers = _answers([review.id for review in reviews])
    disproofs = disproved_at(actor, {review.system_id for review in reviews})
    return {
        review.id: result(
            [
                item_of(
                    statement,
                    answers[review.id].get(statement.id),
                    disproofs.get((review.system_id, statement.code)),
                )
                for statement in statements[review.version_id]
            ],
            review.required_level,
            day,
        )
        for review in reviews
    }


def item_of(statement: Any, answer: Any | None, incident_at: datetime | None) -> Item:
    """A statement with its answer as the formulas want it.

    `incident_at` is when the last incident began that showed the statement to be untrue; it
    counts against answers given before.
    """
    if answer is None:
        return Item(
            code=statement.code,
            severity=statement.severity,
            level=statement.level,
            max_age_months=statement.max_age_months,
        )
    return Item(
        code=statement.code,
        severity=statement.severity,
        level=statement.level,
        max_age_months=statement.max_age_months,
        value=answer.value,
        evidence_on=answer.evidence_on,
        answered_on=answer.answered_at.date(),
        waived_until=answer.waived_until,
        disproved=incident_at is not None and answer.answered_at < incident_at,
    )


def disproved_at(actor: Actor, system_ids: Iterable[int]) -> Mapping[tuple[int, str], datetime]:
    """When incidents last disproved a statement: {(system id, statement code): impact start}.

    Only statements that were answered "met" when the post-mortem named them. A confidential
    incident disproves nothing for those who may not read it.
    """
    rows = db.session.execute(
        select(
            _INCIDENT_SYSTEM.c.system_id,
            Statement.code,
            func.max(_INCIDENT.c.impact_start_at, type_=UTCDateTime),
        )
        .select_from(_POSTMORTEM_STATEMENT)
        .join(Statement, Statement.id == _POSTMORTEM_STATEMENT.c.statement_id)
        .join(_POSTMORTEM, _POSTMORTEM.c.id == _POSTMORTEM_STATEMENT.c.postmortem_id)
        .join(_INCIDENT, _INCIDENT.c.id == _POSTMORTEM.c.incident_id)
        .join(_INCIDENT_SYSTEM, _INCIDENT_SYSTEM.c.incident_id == _INCIDENT.c.id)
        .where(
            and_(
                _POSTMORTEM_STATEMENT.c.was_met.is_(True),
                _INCIDENT_SYSTEM.c.system_id.in_(list(system_ids)),
                open_to(by_kind(actor.privy), _INCIDENT.c, _INCIDENT.name),
            )
        )
        .group_by(_INCIDENT_SYSTEM.c.system_id, Statement.code)
    ).all()
    return {(system_id, code): at for system_id, code, at in rows}


def _statements(version_ids: Collection[int]) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    rows = db.session.execute(
        select(
            Statement.id,
            Statement.version_id,
            Statement.code,
            Statement.severity,
            Statement.level,
            Statement.max_age_months,
        )
        .where(Statement.version_id.in_(version_ids))
        .order_by(Statement.position)
    )
    for row in rows:
        found[row.version_id].append(row)
    return found


def _answers(review_ids: Sequence[int]) -> Mapping[int, Mapping[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    rows = db.session.execute(
        select(
            Answer.review_id,
            Answer.statement_id,
            Answer.value,
            Answer.evidence_on,
            Answer.answered_at,
            Answer.waived_until,
        ).where(Answer.review_id.in_(review_ids))
    )
    for row in rows:
        found[row.review_id][row.statement_id] = row
    return found
