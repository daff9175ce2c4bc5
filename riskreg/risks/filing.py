"""File risks, one or many at once, and the steps that filing shares with changing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert

from riskreg.actions.once import made_with
from riskreg.audit.rows import wrote
from riskreg.audit.services import changed, record_all
from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.lib.dates import local_day, now
from riskreg.lib.text import clean_text
from riskreg.metrics.matrix import Rating
from riskreg.metrics.severity import band
from riskreg.org.access import require
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.changes import set_values
from riskreg.risks.kinds import CloseReason, Status, Tier, Treatment
from riskreg.risks.matrices import current_matrix, matrix_of
from riskreg.risks.models import Assessment, MatrixVersion, Risk
from riskreg.risks.rows import store_new
from riskreg.risks.scoring import rating_of, recompute, review_due_on
from riskreg.risks.values import RATINGS, TEXTS, checked_values

Changes = dict[str, list[Any]]

# Every column that has a default is given, so that all rows fit into one statement.
_BLANK = {
    **dict.fromkeys(("category", *TEXTS, "external_ref", "stated_score"), ""),
    **dict.fromkeys(("close_note", "pin_reason"), ""),
    "treatment": Treatment.UNDECIDED,
}
_ASSESSING = insert(Assessment).returning(Assessment.id, sort_by_parameter_order=True)
UNSAID: tuple[Any, ...] = (None, "", [])
# Ids below zero name rows that are rolled back, so that a trial uses up no number of the register.
_trial_ids = count(-1, -1)


@dataclass(frozen=True, kw_only=True)
class NewRisk:
    """A risk to file: its team and values as `create_risk` takes them.

    One that is over already is filed as closed, with the reason and a word on it.
    """

    team: Team
    values: Mapping[str, Any]
    close_reason: CloseReason | None = None
    close_note: str = ""


def create_risk(
    actor: Actor,
    *,
    team: Team,
    values: Mapping[str, Any],
    why: str = "",
    at: datetime | None = None,
    form_key: str | None = None,
) -> Risk:
    """File a risk of a team.

    `values` takes the names of riskreg.risks.values.ACCEPTED: texts, `kind`, `system`, `owner`,
    `treatment`, `identified_on`, `review_due_on` (default: by its band), `effort_days` or
    `effort_size`, `tags`, `links` as (url, label) pairs, `knowers`, and the ratings `current`,
    `target`, `inherent` as Rating; each rating is its tier's first assessment, with `why`. `at`
    dates it (default: now). A `form_key` that was used already returns the risk filed then.
    Raises Invalid with the field.
    """
    require(actor, Permission.RISK_EDIT, team, view=Permission.TEAM_VIEW)
    filed = made_with(Risk, form_key)
    if filed is not None:
        require(actor, Permission.RISK_EDIT, filed, view=Permission.RISK_VIEW)
        return filed
    at = at or now()
    new = NewRisk(team=team, values=values)
    risk, changes = _new_risk(actor, new, current_matrix(), at)
    risk.form_key = form_key
    store_new([risk])
    _keep_new(actor, [(risk, changes)], why=why, at=at)
    return risk


def create_risks(
    actor: Actor, new_risks: Sequence[NewRisk], *, why: str = "", is_trial: bool = False
) -> list[Risk]:
    """File many risks, each as `create_risk` does, in few statements; returns them in order.

    A trial is for a caller that rolls back: it takes no numbers from the register.
    """
    at, version = now(), current_matrix()
    made: list[tuple[Risk, Changes]] = []
    for new in new_risks:
        require(actor, Permission.RISK_EDIT, new.team, view=Permission.TEAM_VIEW)
        made.append(_new_risk(actor, new, version, at))
    risks = [risk for risk, _changes in made]
    closed = [
        (risk, changed(risk, closing(new.close_reason, new.close_note, at)))
        for risk, new in zip(risks, new_risks, strict=True)
        if new.close_reason is not None
    ]
    store_new(risks, numbers=[next(_trial_ids) for _risk in risks] if is_trial else ())
    _keep_new(actor, made, why=why, at=at)
    record_all(actor=actor, action="risk.close", acts=closed)
    return risks


def set_ratings(
    actor: Actor, risk: Risk, values: Mapping[str, Any], why: str, at: datetime
) -> Changes:
    """Set the ratings that differ, each with its assessment; returns what changed."""
    changes: Changes = {}
    for tier in (Tier(name) for name in RATINGS if name in values):
        differing = rate(risk, tier, values[tier])
        if differing:
            changes |= differing
            add_assessment(actor, risk, tier, clean_text(why), at)
    return changes


def rate(risk: Risk, tier: Tier, rating: Rating) -> Changes:
    """Set a tier's levels; returns what changed."""
    names = {f"{tier}_likelihood": rating.likelihood, f"{tier}_impact": rating.impact}
    return changed(risk, names)


def add_assessment(actor: Actor, risk: Risk, tier: Tier, why: str, at: datetime) -> Assessment:
    """Keep that a tier was rated as it is now; the risk has its id already."""
    assessment = Assessment(**_assessed(actor, risk, tier, why=why, at=at))
    db.session.add(assessment)
    return assessment


def closing(reason: CloseReason, note: str, at: datetime) -> dict[str, Any]:
    """What is set on a risk that is closed."""
    return {
        "status": Status.CLOSED,
        "close_reason": CloseReason(reason),
        "close_note": clean_text(note),
        "closed_at": at,
        "review_due_on": None,
    }


def derive(risk: Risk) -> None:
    """Bring what is derived up to date; raises Invalid for a level that is not on the matrix."""
    try:
        recompute(risk)
    except ValueError as error:
        raise Invalid(_("This level is not on the matrix."), field="current") from error


def _new_risk(
    actor: Actor, new: NewRisk, version: MatrixVersion, at: datetime
) -> tuple[Risk, Changes]:
    """A risk with all its values, not stored yet, and what the trail will say of it."""
    kept = checked_values(new.values, matrix_of(version))
    if not kept.get("title") or not kept.get("kind"):
        field = "kind" if kept.get("title") else "title"
        raise Invalid(_("A risk needs a title and a kind."), field=field)
    risk = Risk(
        **_BLANK,
        team=new.team,
        matrix=version,
        status=Status.OPEN,
        identified_on=local_day(at, actor.timezone),
        created_at=at,
        updated_at=at,
    )
    changes = set_values(risk, kept)
    for tier in (Tier(name) for name in RATINGS if name in kept):
        changes |= rate(risk, tier, kept[tier])
    derive(risk)
    if "review_due_on" not in kept:
        risk.review_due_on = review_due_on(risk, local_day(at, actor.timezone))
    return risk, changes


def _assessed(actor: Actor, risk: Risk, tier: Tier, *, why: str, at: datetime) -> dict[str, Any]:
    rating = rating_of(risk, tier)
    found = band(matrix_of(risk.matrix), rating)
    return {
        "risk_id": risk.id,
        "tier": tier,
        "matrix_id": risk.matrix_id or risk.matrix.id,
        "likelihood": rating.likelihood,
        "impact": rating.impact,
        "band_rank": found.rank if found else None,
        "by_id": actor.person_id,
        "at": at,
        "why": why,
    }


def _keep_new(
    actor: Actor, made: Sequence[tuple[Risk, Changes]], *, why: str, at: datetime
) -> None:
    """Keep the first assessments of stored risks, and their acts in the trail."""
    why = clean_text(why)
    assessed = [
        _assessed(actor, risk, tier, why=why, at=at)
        for risk, changes in made
        for tier in Tier
        if f"{tier}_likelihood" in changes or f"{tier}_impact" in changes
    ]
    if assessed:
        ids = db.session.connection().execute(_ASSESSING, assessed).scalars()
        wrote("assessment", zip(ids, assessed, strict=True))
    acts = [
        (risk, {name: [None, new] for name, (_old, new) in changes.items() if new not in UNSAID})
        for risk, changes in made
    ]
    record_all(actor=actor, action="risk.create", acts=acts, note=why)
