"""What a post-mortem can be linked to: risks that foresaw it, statements that would have helped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import column, false, func, or_, select, table

from riskreg.actions.origins import number_of
from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.postmortems.models import Incident
from riskreg.risks.models import Risk

MATCHES_SHOWN = 10
# Reviews stand beside this feature; it knows their tables, not their code.
_STATEMENT = table(
    "statement", *map(column, ("id", "version_id", "position", "code", "area", "text"))
)
_REVIEW = table("operability_review", *map(column, ("id", "system_id", "team_id")))
_ANSWER = table("answer", *map(column, ("id", "review_id", "statement_id", "value", "answered_at")))


@dataclass(frozen=True, kw_only=True)
class StatementMatch:
    """A statement that could be linked, and what was answered before the incident."""

    id: int
    code: str
    area: str
    text: str
    was_met: bool | None = None


def risks_to_link(
    actor: Actor, text: str, *, below: Branch | None, without: Iterable[int] = ()
) -> Sequence[Risk]:
    """Risks whose name or words hold the text, open ones and the most severe first."""
    if not text.strip():
        return []
    number = number_of(text, "R")
    says = [
        field.icontains(text, autoescape=True)
        for field in (Risk.title, Risk.cause, Risk.event, Risk.consequence, Risk.description)
    ]
    query = (
        select(Risk)
        .where(visible(actor, Permission.RISK_VIEW, Risk.team_id, below=below))
        .where(or_(*says, Risk.id == number if number is not None else false()))
        .where(Risk.id.not_in(list(without)))
        .order_by(Risk.status.desc(), Risk.order_band, Risk.order_value, Risk.id)
    )
    return db.session.scalars(query.limit(MATCHES_SHOWN)).all()


def statements_to_link(actor: Actor, incident: Incident, text: str) -> list[StatementMatch]:
    """Statements of the newest checklist version with the text, and how they were answered."""
    if not text.strip():
        return []
    newest = select(func.max(_STATEMENT.c.version_id)).scalar_subquery()
    fields = (_STATEMENT.c.code, _STATEMENT.c.area, _STATEMENT.c.text)
    query = (
        select(_STATEMENT.c.id, *fields)
        .where(_STATEMENT.c.version_id == newest)
        .where(or_(*[field.icontains(text, autoescape=True) for field in fields]))
        .order_by(_STATEMENT.c.position, _STATEMENT.c.id)
        .limit(MATCHES_SHOWN)
    )
    rows = db.session.execute(query).all()
    met = answers_before(actor, incident, [row.code for row in rows])
    return [
        StatementMatch(
            id=row.id, code=row.code, area=row.area, text=row.text, was_met=met.get(row.code)
        )
        for row in rows
    ]


def statement_match(actor: Actor, incident: Incident, statement_id: int) -> StatementMatch | None:
    """One statement and how it was answered; None when there is no such statement."""
    fields = (_STATEMENT.c.code, _STATEMENT.c.area, _STATEMENT.c.text)
    query = select(_STATEMENT.c.id, *fields).where(_STATEMENT.c.id == statement_id)
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    met = answers_before(actor, incident, [row.code]).get(row.code)
    return StatementMatch(id=row.id, code=row.code, area=row.area, text=row.text, was_met=met)


def answers_before(actor: Actor, incident: Incident, codes: Sequence[str]) -> dict[str, bool]:
    """Whether statements were met, by code, as the latest review of each system said by then.

    True only where every touched system with an answer had met it; unanswered ones are left out,
    and confidential reviews too, because everybody who reads the incident reads this.
    """
    systems = [system.id for system in incident.systems]
    query = (
        select(_STATEMENT.c.code, _REVIEW.c.system_id, _ANSWER.c.value)
        .join(_ANSWER, _ANSWER.c.statement_id == _STATEMENT.c.id)
        .join(_REVIEW, _REVIEW.c.id == _ANSWER.c.review_id)
        .where(_STATEMENT.c.code.in_(list(codes)), _REVIEW.c.system_id.in_(systems))
        .where(_ANSWER.c.answered_at < incident.impact_start_at)
        .where(visible(actor.without_secrets(), Permission.REVIEW_VIEW, _REVIEW.c.team_id))
        .order_by(_REVIEW.c.id)
    )
    latest: dict[tuple[str, int], Any] = {}
    for code, system_id, value in db.session.execute(query):
        latest[code, system_id] = value
    met: dict[str, bool] = {}
    for (code, _system), value in latest.items():
        if value in {"met", "not_met"}:
            met[code] = met.get(code, True) and value == "met"
    return met
