"""What is open in somebody's name, and giving it to others in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.actions.services import reassign
from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.org.access import visible
from riskreg.org.confidential import INCIDENT, REVIEW, RISK, numbers_in
from riskreg.org.models import Person, System, SystemOperator, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import people_of
from riskreg.org.readers import may_open, pass_on, read_by_others
from riskreg.org.services import update_system
from riskreg.org.tree import as_read
from riskreg.postmortems.kinds import PostmortemStatus
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.services import assign_postmortem
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.models import Review
from riskreg.risks.kinds import Status
from riskreg.risks.models import Risk
from riskreg.risks.services import update_risk


class Sort(StrEnum):
    """What can be in somebody's name."""

    RISK = "risk"
    ACTION = "action"
    POSTMORTEM = "postmortem"
    REVIEW = "review"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One thing in somebody's name; `ref` is what people call it."""

    sort: Sort
    row: Any
    ref: str
    title: str
    team: Team

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"{self.sort}-{self.row.id}"


@dataclass(frozen=True, kw_only=True)
class TeamHoldings:
    """What somebody has in one team, and who could take it: those with a role there or above."""

    team: Team
    holdings: Sequence[Holding]
    takers: Sequence[Person]


def holdings_of(actor: Actor, person: Person) -> list[Holding]:
    """What is open in a person's name where the actor may give it to others, team by team.

    Open risks and actions they own, post-mortems that are not closed, confidential reviews that
    nobody else who is here was named to read, and systems that nobody else is able to operate.
    """
    found = [
        *_risks(actor, person),
        *_actions(actor, person),
        *_postmortems(actor, person),
        *_reviews(actor, person),
        *_systems(actor, person),
    ]
    teams = as_read(list({holding.team.id: holding.team for holding in found}.values()))
    place = {team.id: at for at, team in enumerate(teams)}
    return sorted(found, key=lambda holding: place[holding.team.id])


def by_team(holdings: Sequence[Holding], person: Person) -> list[TeamHoldings]:
    """The same in teams, with who could take it."""
    teams = {holding.team.id: holding.team for holding in holdings}
    return [
        TeamHoldings(
            team=team,
            holdings=[each for each in holdings if each.team.id == team.id],
            takers=[each for each in people_of(team) if each.id != person.id],
        )
        for team in teams.values()
    ]


def hand_over(
    actor: Actor, person: Person, *, keys: Sequence[str], takers: Mapping[int, Person]
) -> int:
    """Give the chosen things to the taker of their team; returns how many.

    `takers` are by team id. What is not the person's any more is left out, so that it does no harm
    to send it twice. Raises Invalid for a taker who could not see it.
    """
    chosen = set(keys)
    wanted = [
        holding
        for holding in holdings_of(actor, person)
        if holding.key in chosen and holding.team.id in takers
    ]
    for team_id in {holding.team.id for holding in wanted}:
        _demand_able(takers[team_id], next(h.team for h in wanted if h.team.id == team_id))
    for holding in wanted:
        _give(actor, holding, person, takers[holding.team.id])
    if wanted:
        plain = [each for each in wanted if getattr(each.row, "secret", None) is None]
        refs = sorted(holding.ref for holding in plain)
        changes: dict[str, list[Any]] = {"handed_over": [None, refs]}
        record(actor=actor, action="person.handover", subject=person, changes=changes)
    return len(wanted)


def reviews_begun(actor: Actor, person: Person) -> Sequence[Review]:
    """Reviews they began that are not signed; those belong to the system's team, not to them.

    Confidential ones belong to their readers.
    """
    return db.session.scalars(
        select(Review)
        .where(
            visible(actor, Permission.REVIEW_VIEW, Review.team_id),
            Review.started_by_id == person.id,
            Review.status != ReviewStatus.SIGNED_OFF,
            ~Review.is_confidential,
        )
        .options(joinedload(Review.system))
        .order_by(Review.id)
    ).all()


def secrets_of(actor: Actor, person: Person) -> dict[str, str]:
    """Open confidential things of theirs that the actor may open and has not: {ref: its page}.

    Nothing but names is told of them.
    """
    if not may_open(actor):
        return {}
    risks = select(Risk.id).where(
        Risk.owner_id == person.id,
        Risk.is_confidential,
        Risk.status == Status.OPEN,
        Risk.id.not_in(numbers_in(actor.privy, RISK)),
    )
    incidents = (
        select(Incident.id)
        .join(Postmortem)
        .where(
            Postmortem.owner_id == person.id,
            Postmortem.status != PostmortemStatus.CLOSED,
            Incident.is_confidential,
            Incident.id.not_in(numbers_in(actor.privy, INCIDENT)),
        )
    )
    reviews = select(Review.id).where(
        _left_alone(person), Review.id.not_in(numbers_in(actor.privy, REVIEW))
    )
    found = {
        "/risks/R": db.session.scalars(risks.order_by(Risk.id)).all(),
        "/incidents/I": db.session.scalars(incidents.order_by(Incident.id)).all(),
        "/reviews/OR": db.session.scalars(reviews.order_by(Review.id)).all(),
    }
    pages = [f"{letters}-{number}" for letters, numbers in found.items() for number in numbers]
    return {page.rsplit("/", 1)[1]: page for page in pages}


def _give(actor: Actor, holding: Holding, person: Person, taker: Person) -> None:
    row = holding.row
    if holding.sort is Sort.RISK:
        update_risk(actor, row, {"owner": taker})
    elif holding.sort is Sort.ACTION:
        reassign(actor, row, taker)
    elif holding.sort is Sort.POSTMORTEM:
        assign_postmortem(actor, row, taker)
    elif holding.sort is Sort.REVIEW:
        pass_on(actor, row, person, taker)
    else:
        others = [each for each in row.operators if each.id not in {person.id, taker.id}]
        update_system(actor, row, {"operators": [*others, taker]})


def _demand_able(taker: Person, team: Team) -> None:
    if taker.id not in {each.id for each in people_of(team)}:
        raise Invalid(
            _(
                "%(name)s has no role in %(team)s and could not see it.",
                name=taker.name,
                team=team.name,
            )
        )


def _risks(actor: Actor, person: Person) -> list[Holding]:
    rows = db.session.scalars(
        select(Risk)
        .where(
            visible(actor, Permission.RISK_EDIT, Risk.team_id),
            Risk.owner_id == person.id,
            Risk.status == Status.OPEN,
        )
        .options(joinedload(Risk.team))
        .order_by(Risk.id)
    )
    return [Holding(sort=Sort.RISK, row=r, ref=r.ref, title=r.title, team=r.team) for r in rows]


def _actions(actor: Actor, person: Person) -> list[Holding]:
    rows = db.session.scalars(
        select(ActionItem)
        .where(
            visible(actor, Permission.ACTION_EDIT, ActionItem.team_id),
            ActionItem.owner_id == person.id,
            ActionItem.status == ActionStatus.OPEN,
        )
        .options(joinedload(ActionItem.team))
        .order_by(ActionItem.due_on, ActionItem.id)
    )
    return [Holding(sort=Sort.ACTION, row=r, ref=r.ref, title=r.title, team=r.team) for r in rows]


def _postmortems(actor: Actor, person: Person) -> list[Holding]:
    rows = db.session.scalars(
        select(Postmortem)
        .join(Incident)
        .where(
            visible(actor, Permission.INCIDENT_EDIT, Incident.team_id),
            Postmortem.owner_id == person.id,
            Postmortem.status != PostmortemStatus.CLOSED,
        )
        .options(joinedload(Postmortem.incident).joinedload(Incident.team))
        .order_by(Postmortem.id)
    )
    return [
        Holding(
            sort=Sort.POSTMORTEM,
            row=each,
            ref=each.ref,
            title=each.incident.title,
            team=each.incident.team,
        )
        for each in rows
    ]


def _left_alone(person: Person) -> ColumnElement[bool]:
    """Confidential reviews that they began, which without them nobody goes on with."""
    return and_(
        Review.is_confidential,
        Review.status != ReviewStatus.SIGNED_OFF,
        Review.started_by_id == person.id,
        ~read_by_others(Review, person),
    )


def _reviews(actor: Actor, person: Person) -> list[Holding]:
    rows = db.session.scalars(
        select(Review)
        .where(visible(actor, Permission.REVIEW_EDIT, Review.team_id), _left_alone(person))
        .options(joinedload(Review.team), joinedload(Review.system))
        .order_by(Review.id)
    )
    return [
        Holding(sort=Sort.REVIEW, row=r, ref=r.ref, title=r.system.name, team=r.team) for r in rows
    ]


def _systems(actor: Actor, person: Person) -> list[Holding]:
    mine = select(SystemOperator.system_id).where(SystemOperator.person_id == person.id)
    rows = db.session.scalars(
        select(System)
        .where(visible(actor, Permission.SYSTEM_EDIT, System.team_id), System.id.in_(mine))
        .options(joinedload(System.team), selectinload(System.operators))
        .order_by(System.name, System.id)
    )
    return [
        Holding(sort=Sort.SYSTEM, row=each, ref=each.key, title=each.name, team=each.team)
        for each in rows
        if not any(other.is_active and other.id != person.id for other in each.operators)
    ]
