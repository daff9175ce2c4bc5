"""The demo's promises: made, moved, kept, or not yet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from riskreg.actions.kinds import ActionType, Priority
from riskreg.actions.models import ActionItem
from riskreg.actions.services import close_action, create_action, reschedule_action, wont_do
from riskreg.db import db
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.metrics.matrix import Rating
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Risk
from riskreg.risks.services import assess_risk

# What stays when something is not done is small, or it would have been done.
ACCEPTED = Rating(likelihood=2, impact=2)
Origin = Callable[[], dict[str, Any]]


def tell_actions(
    chronicle: Chronicle,
    company: Company,
    entries: list[dict[str, Any]],
    *,
    team: str,
    origin: Origin,
    since: datetime,
) -> None:
    """Add the acts of some action items.

    `origin` says, once it exists, what they come from; none is promised before `since`.
    """
    for entry in entries:
        made: list[ActionItem] = []
        committed_at = chronicle.instant(entry["committed_days_ago"], f"promise {entry['title']}")
        committed_at = max(committed_at, since)
        chronicle.add(committed_at, partial(_promise, company, entry, team, origin, made))
        for slip in entry.get("slips", []):
            at = chronicle.instant(slip["days_ago"], f"slip {entry['title']} {slip['days_ago']}")
            chronicle.add(max(at, committed_at), partial(_slip, company, made, slip))
        for word, end in (("closed_after_days", close_action), ("wont_do_after_days", wont_do)):
            if entry.get(word) is not None:
                at = committed_at + timedelta(days=entry[word], minutes=17)
                chronicle.add(at, partial(_end, company, made, entry, end))


def _promise(
    company: Company, entry: dict[str, Any], team: str, origin: Origin, made: list[ActionItem]
) -> None:
    made.append(
        create_action(
            company.actor(entry["owner"]),
            team=company.teams[team],
            title=entry["title"],
            owner=company.person(entry["owner"]),
            type=ActionType(entry["type"]),
            priority=Priority(entry["priority"]),
            verify_how=entry.get("verify", ""),
            **origin(),
        )
    )


def _slip(company: Company, made: list[ActionItem], slip: dict[str, Any]) -> None:
    action = made[0]
    to_on = action.due_on + timedelta(days=slip["by_days"])
    reschedule_action(company.actor(slip["by"]), action, to_on=to_on, reason=slip["reason"])


def _end(
    company: Company, made: list[ActionItem], entry: dict[str, Any], end: Callable[..., object]
) -> None:
    actor, action = company.actor(entry["owner"]), made[0]
    end(actor, action, entry["evidence"])
    if action.accepted_risk_id is not None:
        risk = db.session.get_one(Risk, action.accepted_risk_id)
        why = "How much is accepted, as we see it today."
        assess_risk(actor, risk, tier=Tier.CURRENT, rating=ACCEPTED, why=why)
