"""Where actions came from: risks, incidents, reviews, which stand above this feature."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, TableClause, column, or_, select, table, true

from riskreg.actions.models import ActionItem
from riskreg.db import db
from riskreg.errors import NotFound
from riskreg.org.access import visible
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission


class OriginKind(StrEnum):
    """What an action can come from; this feature knows the others by table and number only."""

    RISK = "risk"
    INCIDENT = "incident"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where an action came from; `title` is empty where the reader may not know it.

    Whoever an action is assigned to knows the title, but may not open the page without a role.
    """

    kind: OriginKind
    id: int
    title: str = ""
    opens: bool = True

    @property
    def ref(self) -> str:
        """What people call it: R-12, I-7 or OR-3."""
        return f"{_ORIGINS[self.kind].letters}-{self.id}"

    @property
    def path(self) -> str:
        """Its page."""
        return f"{_ORIGINS[self.kind].folder}/{self.ref}"


@dataclass(frozen=True, kw_only=True)
class _Kind:
    letters: str
    folder: str
    column: str
    view: Permission
    table: TableClause


def _table(name: str, *columns: str) -> TableClause:
    return table(name, column("id"), column("team_id"), *[column(each) for each in columns])


_ORIGINS = {
    OriginKind.RISK: _Kind(
        letters="R",
        folder="/risks",
        column="risk_id",
        view=Permission.RISK_VIEW,
        table=_table("risk", "title", "system_id"),
    ),
    OriginKind.INCIDENT: _Kind(
        letters="I",
        folder="/incidents",
        column="incident_id",
        view=Permission.INCIDENT_VIEW,
        table=_table("incident", "title"),
    ),
    OriginKind.REVIEW: _Kind(
        letters="OR",
        folder="/reviews",
        column="review_id",
        view=Permission.REVIEW_VIEW,
        table=_table("operability_review", "system_id"),
    ),
}
_SYSTEM = table("system", column("id"), column("name"))
_INCIDENT_SYSTEM = table("incident_system", column("incident_id"), column("system_id"))


def number_of(ref: str, letters: str) -> int | None:
    """31 of "A-31" (also "a31"); None when it is no such name."""
    match = re.fullmatch(rf"{letters}-?(\d{{1,9}})", ref.strip(), re.IGNORECASE | re.ASCII)
    return int(match[1]) if match else None


def origin_of(action: ActionItem) -> Origin | None:
    """Where the action came from, without a title; None when it stands alone."""
    for kind, known in _ORIGINS.items():
        if (number := getattr(action, known.column)) is not None:
            return Origin(kind=kind, id=number)
    return None


def origins(actor: Actor, actions: Iterable[ActionItem]) -> dict[int, Origin]:
    """Where each action came from, by action id, with titles of what the actor may see.

    The title of what an action assigned to them came from is told too.
    """
    actions = list(actions)
    found = {action.id: origin for action in actions if (origin := origin_of(action))}
    titles: dict[tuple[OriginKind, int], str] = {}
    for kind in {origin.kind for origin in found.values()}:
        ids = {origin.id for origin in found.values() if origin.kind == kind}
        titles |= {(kind, number): title for number, title in _titles(actor, kind, ids)}
    own_id = actor.own_id
    assigned = {each.id for each in actions if own_id and each.assignee_id == own_id}
    mine = {(each.kind, each.id) for at, each in found.items() if at in assigned}
    told = _told(actor, mine - titles.keys())
    return {
        action_id: Origin(
            kind=each.kind,
            id=each.id,
            title=titles.get(key, told.get(key, "")),
            opens=key in titles,
        )
        for action_id, each in found.items()
        for key in [(each.kind, each.id)]
    }


def origin_for(actor: Actor, ref: str) -> Origin:
    """What R-12, I-7 or OR-3 is; NotFound when there is none or the actor may not see it."""
    for kind, known in _ORIGINS.items():
        number = number_of(ref, known.letters)
        for found, title in _titles(actor, kind, {number}) if number is not None else ():
            return Origin(kind=kind, id=found, title=title)
    raise NotFound(_("There is nothing called %(ref)s, or you may not see it.", ref=ref))


def accepted_risk(actor: Actor, action: ActionItem) -> Origin | None:
    """The risk that stays because the action will not be done; None when there is none."""
    if action.accepted_risk_id is None:
        return None
    titles = dict(_titles(actor, OriginKind.RISK, {action.accepted_risk_id}))
    number = action.accepted_risk_id
    return Origin(kind=OriginKind.RISK, id=number, title=titles.get(number, ""))


def system_id_of(action: ActionItem) -> int | None:
    """The system of the risk or review that the action came from, or its incident's only one."""
    if action.incident_id is not None:
        touched = _INCIDENT_SYSTEM.c
        query = select(touched.system_id).where(touched.incident_id == action.incident_id)
        ids = db.session.scalars(query.limit(2)).all()
        return ids[0] if len(ids) == 1 else None
    origin = origin_of(action)
    if origin is None:
        return None
    rows = _ORIGINS[origin.kind].table.c
    return db.session.scalar(select(rows.system_id).where(rows.id == origin.id))


def origin_team(origin: Origin) -> Team:
    """The team of what an action comes from."""
    known = _ORIGINS[origin.kind].table
    return db.session.scalars(
        select(Team).join(known, known.c.team_id == Team.id).where(known.c.id == origin.id)
    ).one()


def came_from(kind: OriginKind) -> ColumnElement[bool]:
    """Whether an action came from something of this kind."""
    linked: ColumnElement[bool] = getattr(ActionItem, _ORIGINS[kind].column).is_not(None)
    return linked


def of_system(system_id: int) -> ColumnElement[bool]:
    """Whether an action came from a risk, an incident or a review of the system."""
    risks, reviews = _ORIGINS[OriginKind.RISK].table, _ORIGINS[OriginKind.REVIEW].table
    touched = _INCIDENT_SYSTEM.c
    return or_(
        ActionItem.risk_id.in_(select(risks.c.id).where(risks.c.system_id == system_id)),
        ActionItem.review_id.in_(select(reviews.c.id).where(reviews.c.system_id == system_id)),
        ActionItem.incident_id.in_(
            select(touched.incident_id).where(touched.system_id == system_id)
        ),
    )


def _told(
    actor: Actor, wanted: Iterable[tuple[OriginKind, int]]
) -> dict[tuple[OriginKind, int], str]:
    """Titles of what actions assigned to the actor came from, whatever their roles are."""
    ids: dict[OriginKind, list[int]] = {}
    for kind, number in wanted:
        ids.setdefault(kind, []).append(number)
    return {
        (kind, number): title
        for kind, numbers in ids.items()
        for number, title in _titles(actor, kind, numbers, assigned=True)
    }


def _titles(
    actor: Actor, kind: OriginKind, ids: Iterable[int], *, assigned: bool = False
) -> Sequence[tuple[int, str]]:
    """(id, title) of those that the actor may see; all, where one is `assigned`."""
    known = _ORIGINS[kind]
    rows = known.table
    seen = true() if assigned else visible(actor, known.view, rows.c.team_id)
    query = select(rows.c.id, rows.c.title if kind != OriginKind.REVIEW else _SYSTEM.c.name)
    if kind == OriginKind.REVIEW:
        query = query.join(_SYSTEM, _SYSTEM.c.id == rows.c.system_id)
    query = query.where(rows.c.id.in_(list(ids)), seen)
    return [(row[0], row[1]) for row in db.session.execute(query)]
