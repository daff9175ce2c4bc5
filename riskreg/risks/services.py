"""Writes of the register: file, change, assess, close, reopen, pin, review."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.lib.dates import local_day, now
from riskreg.lib.text import clean_text, fold
from riskreg.metrics.matrix import Rating
from riskreg.metrics.severity import DEFAULT_MATRIX
from riskreg.org.access import require, visible
from riskreg.org.history import remember_team
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.changes import refuse_stale, set_values
from riskreg.risks.filing import (
    NewRisk,
    add_assessment,
    closing,
    create_risk,
    create_risks,
    derive,
    rate,
    set_ratings,
)
from riskreg.risks.kinds import CloseReason, Kind, Status, Tier
from riskreg.risks.matrices import current_matrix, matrix_of
from riskreg.risks.models import Assessment, MatrixVersion, Risk
from riskreg.risks.scoring import rating_of, recompute, review_due_on
from riskreg.risks.values import RATINGS, checked_rating, checked_values

__all__ = [
    "NewRisk",
    "assess_risk",
    "close_risk",
    "create_risk",
    "create_risks",
    "current_matrix",
    "install_matrix",
    "mark_reviewed",
    "matrix_of",
    "paste_risks",
    "pin_risk",
    "recompute",
    "recompute_all",
    "reopen_risk",
    "unpin_risk",
    "update_risk",
]

RECOMPUTED_AT_ONCE = 500


def install_matrix(actor: Actor) -> MatrixVersion:
    """The matrix a new installation starts with; does nothing where there is one already."""
    version = db.session.scalar(select(MatrixVersion).order_by(MatrixVersion.number).limit(1))
    if version is not None:
        return version
    version = MatrixVersion(
        number=1,
        name=_("Five by five"),
        definition=DEFAULT_MATRIX.to_definition(),
        created_at=now(),
    )
    db.session.add(version)
    db.session.flush()
    record(actor=actor, action="matrix.install", subject=version, changes={"number": [None, 1]})
    return version


def update_risk(
    actor: Actor,
    risk: Risk,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    why: str = "",
    at: datetime | None = None,
) -> Risk:
    """Change what is in `values` (names as for `create_risk`, and `team`); nothing else.

    A rating that differs is a new assessment. `version` is the one the person saw: raises Stale
    with both sides when the stored one is another. Raises Conflict for a new rating of a closed
    risk, Invalid with the field.
    """
    _may_edit(actor, risk)
    refuse_stale(risk, values, version)
    kept = checked_values(values, matrix_of(risk.matrix))
    changes = _move(actor, risk, kept.pop("team", risk.team))
    changes |= set_values(risk, kept)
    if any(kept[name] != rating_of(risk, Tier(name)) for name in RATINGS if name in kept):
        _demand_open(risk)
    rated = set_ratings(actor, risk, kept, why, at or now())
    changes |= rated
    if changes:
        derive(risk)
        if any(name.startswith(Tier.CURRENT) for name in rated):
            _count_review(risk, local_day(at or now(), actor.timezone))
        if "review_due_on" in changes:
            risk.review_due_on = kept["review_due_on"]
        _keep(actor, "risk.update", risk, changes, why)
    return risk


def assess_risk(
    actor: Actor,
    risk: Risk,
    *,
    tier: Tier,
    rating: Rating,
    why: str,
    at: datetime | None = None,
    version: int | None = None,
) -> Assessment:
    """Rate one tier of a risk again, with the reason; also when the rating stays the same.

    A new current rating counts as a review. Raises Invalid without a reason, Conflict when the
    risk is closed, Stale when `version` is not the stored one.
    """
    _may_edit(actor, risk)
    names = {f"{tier}_likelihood": rating.likelihood, f"{tier}_impact": rating.impact}
    refuse_stale(risk, names, version)
    _demand_open(risk)
    why = _demand_words(why, "why", _("Say in a sentence why it is rated so."))
    rating = checked_rating(rating, matrix_of(risk.matrix), field=tier)
    at = at or now()
    changes = rate(risk, tier, rating)
    assessment = add_assessment(actor, risk, tier, why, at)
    derive(risk)
    if tier == Tier.CURRENT:
        _count_review(risk, local_day(at, actor.timezone))
    _keep(actor, "risk.assess", risk, changes, why)
    return assessment


def close_risk(
    actor: Actor, risk: Risk, *, reason: CloseReason, note: str, at: datetime | None = None
) -> Risk:
    """Close a risk with a reason and a word on it. Raises Conflict when it is closed already."""
    _may_edit(actor, risk)
    _demand_open(risk)
    note = _demand_words(note, "note", _("Say in a word how we know."))
    changes = changed(risk, closing(reason, note, at or now()) | _unpinned(risk))
    _keep(actor, "risk.close", risk, changes, note)
    return risk


def reopen_risk(actor: Actor, risk: Risk, *, why: str, at: datetime | None = None) -> Risk:
    """Open a closed risk again; its review is due at once. Raises Conflict when it is open."""
    _may_edit(actor, risk)
    if risk.status == Status.OPEN:
        raise Conflict(_("%(ref)s is open already.", ref=risk.ref))
    why = _demand_words(why, "why", _("Say in a sentence why it is open again."))
    changes = changed(
        risk,
        {"status": Status.OPEN, "close_reason": None, "close_note": "", "closed_at": None},
    )
    if risk.band_rank is not None:
        changes |= changed(risk, {"review_due_on": local_day(at or now(), actor.timezone)})
    _keep(actor, "risk.reopen", risk, changes, why)
    return risk


def paste_risks(
    actor: Actor, *, team: Team, kind: Kind, titles: Sequence[str]
) -> tuple[list[Risk], list[str]]:
    """File an unrated risk for each title; returns (the new ones, titles that are open already).

    Titles that differ only in case and accents are the same.
    """
    require(actor, Permission.RISK_EDIT, team, view=Permission.TEAM_VIEW)
    mine = visible(actor, Permission.RISK_VIEW, Risk.team_id)
    query = select(Risk.title).where(mine, Risk.team_id == team.id, Risk.status == Status.OPEN)
    known = {fold(title) for title in db.session.scalars(query)}
    filed: list[Risk] = []
    skipped: list[str] = []
    for title in titles:
        if fold(title) in known:
            skipped.append(title)
            continue
        known.add(fold(title))
        filed.append(create_risk(actor, team=team, values={"title": title, "kind": kind}))
    return filed, skipped


def pin_risk(actor: Actor, risk: Risk, *, reason: str) -> Risk:
    """Put a risk first in the ten; the reason is printed wherever the ten is."""
    require(actor, Permission.RISK_PIN, risk, view=Permission.RISK_VIEW)
    _demand_open(risk)
    reason = _demand_words(reason, "reason", _("Say why it comes first; the reason is printed."))
    changes = changed(risk, {"pin_reason": reason, "pinned_at": risk.pinned_at or now()})
    _keep(actor, "risk.pin", risk, changes, reason)
    return risk


def unpin_risk(actor: Actor, risk: Risk) -> Risk:
    """Let the order decide about the risk again; does nothing when it is not pinned."""
    require(actor, Permission.RISK_PIN, risk, view=Permission.RISK_VIEW)
    changes = changed(risk, _unpinned(risk))
    if changes:
        _keep(actor, "risk.unpin", risk, changes, "")
    return risk


def mark_reviewed(actor: Actor, risk: Risk, *, sentence: str, on: date | None = None) -> Risk:
    """Keep the risk as it is, with one sentence why it is still right; the next review is dated."""
    _may_edit(actor, risk)
    _demand_open(risk)
    sentence = _demand_words(sentence, "sentence", _("Say in a sentence why it is still right."))
    on = on or local_day(now(), actor.timezone)
    changes = changed(risk, {"reviewed_on": on, "review_due_on": review_due_on(risk, on)})
    _keep(actor, "risk.review", risk, changes, sentence)
    return risk


def recompute_all() -> int:
    """Derive every risk's stored figures anew; returns how many differed. Flushes, no commit."""
    differing, last_id = 0, 0
    while batch := _batch_after(last_id):
        for risk in batch:
            recompute(risk)
            differing += db.session.is_modified(risk)
        last_id = batch[-1].id
        db.session.flush()
        db.session.expire_all()
    return differing


def _batch_after(last_id: int) -> Sequence[Risk]:
    query = select(Risk).where(Risk.id > last_id).order_by(Risk.id).limit(RECOMPUTED_AT_ONCE)
    return db.session.scalars(query.options(selectinload(Risk.tags))).all()


def _count_review(risk: Risk, on: date) -> None:
    """A new current rating is a review: the next one is dated by the new band."""
    risk.reviewed_on = on
    risk.review_due_on = review_due_on(risk, on)


def _move(actor: Actor, risk: Risk, team: Team) -> dict[str, list[Any]]:
    if team.id == risk.team_id:
        return {}
    require(actor, Permission.RISK_EDIT, team, view=Permission.TEAM_VIEW)
    remember_team(risk, risk.team, on=local_day(now(), actor.timezone))
    old, risk.team = risk.team, team
    return {"team": [old.slug, team.slug]}


def _unpinned(risk: Risk) -> dict[str, Any]:
    return {"pin_reason": "", "pinned_at": None}


def _keep(
    actor: Actor, action: str, risk: Risk, changes: Mapping[str, list[Any]], note: str
) -> None:
    risk.updated_at = now()
    db.session.flush()
    record(actor=actor, action=action, subject=risk, changes=changes, note=clean_text(note))


def _may_edit(actor: Actor, risk: Risk) -> None:
    require(actor, Permission.RISK_EDIT, risk, view=Permission.RISK_VIEW)


def _demand_open(risk: Risk) -> None:
    if risk.status == Status.CLOSED:
        raise Conflict(_("%(ref)s is closed. Reopen it first.", ref=risk.ref))


def _demand_words(text: str, field: str, message: str) -> str:
    if not clean_text(text):
        raise Invalid(message, field=field)
    return clean_text(text)
