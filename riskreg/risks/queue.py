"""The reviews that are due, one risk after the other: keep it, rate it again, or close it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.audit.queries import entries_of
from riskreg.db import db
from riskreg.metrics.ranking import Order, order_columns
from riskreg.org.access import can, ids_among
from riskreg.org.permissions import Permission
from riskreg.risks.asked import asked_view, tabs
from riskreg.risks.blueprint import bp
from riskreg.risks.conditions import View, after, conditions, ordered_ids
from riskreg.risks.kinds import Status
from riskreg.risks.matrices import matrices
from riskreg.risks.models import Risk
from riskreg.risks.queries import count, risk_for, risk_id
from riskreg.risks.sheet import plan_words, stands
from riskreg.risks.state_changes import empty_forms
from riskreg.web.frame import address, known_teams
from riskreg.web.security import current_actor, requires

LOOKED_AT_MAX = 30  # of which the actor may not change every one
REVIEWS = ("risk.review", "risk.assess", "risk.create")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The risk to look at now, how many are due with it, and where one goes on without it."""

    risk: Risk
    total: int
    here: str
    skip: str


@bp.get("/risks/due")
@requires(Permission.RISK_EDIT)
def due() -> str:
    """The first risk that is due, or the first after ?after=; the filters are those of the list."""
    asked = asked_view()
    ids = ids_among(current_actor, Permission.RISK_EDIT, known_teams())
    view = _narrowed(asked.with_criteria(due=True, status=Status.OPEN), ids)
    found = _found(view)
    context = {"criteria": view.criteria, "tabs": tabs(asked, "due")}
    if found is None:
        return render_template("risks/due_none.html", next_one=_next_one(view), **context)
    risk = found.risk
    return render_template(
        "risks/due.html",
        queue=found,
        risk=risk,
        stands=stands(matrices()[risk.matrix_id], risk),
        plan=plan_words(risk),
        last=_last_review(risk),
        **empty_forms(),
        **context,
    )


def _narrowed(view: View, ids: list[int] | None) -> View:
    """The same view of the teams alone whose risks the actor may change."""
    if ids is None or view.team_ids is None:
        return view if ids is None else replace(view, team_ids=tuple(ids))
    return replace(view, team_ids=tuple(sorted({*view.team_ids} & {*ids})))


def _found(view: View) -> Queue | None:
    """After the risk that was passed over, or at the beginning when it was the last."""
    passed = _passed(request.args.get("after", ""))
    order = view.criteria.order
    wheres = [()] if passed is None else [(after(order, _key(passed, order)),), ()]
    for where in wheres:
        for number in db.session.scalars(ordered_ids(view, LOOKED_AT_MAX, where=where)):
            if can(current_actor, Permission.RISK_EDIT, db.session.get_one(Risk, number)):
                return _queue(view, risk_for(current_actor, number))
    return None


def _queue(view: View, risk: Risk) -> Queue:
    args = view.criteria.to_args()
    del args["due"]
    return Queue(
        risk=risk,
        total=count(view),
        here=_address(args),
        skip=_address({**args, "after": risk.ref}),
    )


def _address(args: Mapping[str, str]) -> str:
    return address("risks.due") + (f"?{urlencode(args)}" if args else "")


def _passed(ref: str) -> Risk | None:
    """The risk after which to look; it is not shown, and so nothing is noted as read."""
    number = risk_id(ref)
    risk = None if number is None else db.session.get(Risk, number)
    return risk if risk is not None and can(current_actor, Permission.RISK_VIEW, risk) else None


def _key(risk: Risk, order: Order) -> list[Any]:
    return [getattr(risk, name) for name in order_columns(order)]


def _next_one(view: View) -> Risk | None:
    """The open risk of the view whose review is due first of those that are not due yet."""
    others = conditions(view.with_criteria(due=False))
    query = select(Risk).where(*others, Risk.review_due_on > view.today)
    return db.session.scalar(query.order_by(Risk.review_due_on, Risk.id).limit(1))


def _last_review(risk: Risk) -> AuditEntry | None:
    """Who looked at it last, and what they said; for those who may read the trail."""
    if not can(current_actor, Permission.TRAIL_VIEW, risk):
        return None
    entries = entries_of("risk", risk.id)
    return next((entry for entry in entries if entry.action in REVIEWS), None)
