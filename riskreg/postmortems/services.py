"""Writes of post-mortems: start, write, hand over to review, review, close, reopen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Invalid, Stale
from riskreg.lib.dates import now
from riskreg.lib.hashing import digest
from riskreg.lib.markdown import BYTES_MAX
from riskreg.lib.text import byte_length, clean_text
from riskreg.metrics.incidents import ended_at
from riskreg.metrics.postmortems import review_due
from riskreg.org.access import require
from riskreg.org.models import Person
from riskreg.org.permissions import Actor, Permission
from riskreg.org.sessions import actor_of
from riskreg.postmortems.incidents import (
    IncidentValues,
    create_incident,
    time_faults,
    time_names,
    times_of,
    update_incident,
)
from riskreg.postmortems.kinds import Cause, PostmortemStatus
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.parts import (
    add_idea,
    keep,
    link_risk,
    link_statement,
    may_edit,
    may_write,
    realise_risk,
    remove_idea,
    unlink_risk,
    unlink_statement,
)
from riskreg.postmortems.queries import missing_sections
from riskreg.postmortems.template import template

__all__ = [
    "IncidentValues",
    "add_idea",
    "assign_postmortem",
    "close_postmortem",
    "create_incident",
    "link_risk",
    "link_statement",
    "mark_ready",
    "realise_risk",
    "remove_idea",
    "reopen_postmortem",
    "review_postmortem",
    "save_section",
    "set_causes",
    "start_postmortem",
    "text_mark",
    "time_faults",
    "time_names",
    "times_of",
    "unlink_risk",
    "unlink_statement",
    "update_incident",
]

CONTEXT_CHARS = 30
# Sections that begin with what was written when the incident was filed.
SEEDED = ("summary", "customer_effect")


def start_postmortem(
    actor: Actor, incident: Incident, *, owner: Person | None, at: datetime | None = None
) -> Postmortem:
    """A draft that begins with what the incident says.

    Its review is due 14 days after the incident ended, as a day of the actor's zone. Raises
    Conflict when there is one already, Invalid for an owner who could not see it.
    """
    require(actor, Permission.INCIDENT_EDIT, incident, view=Permission.INCIDENT_VIEW)
    if incident.postmortem is not None:
        raise Conflict(_("%(ref)s has a post-mortem already.", ref=incident.ref))
    postmortem = Postmortem(
        incident=incident,
        team_id=incident.team_id,
        owner=_checked_owner(owner, incident),
        review_due_on=review_due(ended_at(times_of(incident)), actor.timezone),
        sections={key: text for key in SEEDED if (text := getattr(incident, key))},
        causes=[],
        started_at=at or now(),
    )
    db.session.add(postmortem)
    db.session.flush()
    changes: dict[str, list[Any]] = {"owner": [None, owner.name if owner else None]}
    changes["review_due_on"] = [None, postmortem.review_due_on]
    record(actor=actor, action="postmortem.start", subject=postmortem, changes=changes)
    return postmortem


def assign_postmortem(actor: Actor, postmortem: Postmortem, owner: Person | None) -> Postmortem:
    """Give the post-mortem to somebody else; raises Invalid when they could not see it."""
    may_edit(actor, postmortem)
    old = postmortem.owner
    if old is not owner:
        postmortem.owner = _checked_owner(owner, postmortem.incident)
        names = [old.name if old else None, owner.name if owner else None]
        keep(actor, "postmortem.assign", postmortem, {"owner": names})
    return postmortem


def text_mark(text: str) -> str:
    """A short mark of a text: who saves a section says with it from which text they started."""
    return digest(text)[:16]


def save_section(
    actor: Actor, postmortem: Postmortem, key: str, text: str, *, base: str | None = None
) -> str:
    """Keep the text of one section; returns the mark of what is stored now.

    `base` is the `text_mark` of the text the person started from; when another one is stored by
    now, Stale carries both, unless they are equal. Others may write other sections meanwhile.
    """
    may_write(actor, postmortem)
    section = template().section(key)
    if section is None or not section.has_text:
        raise Invalid(_("A post-mortem has no section called %(key)s.", key=key), field=key)
    db.session.refresh(postmortem, ["sections", "version"], with_for_update=True)
    text = clean_text(text)
    if byte_length(text) > BYTES_MAX:
        words = _("This is longer than %(n)s kilobytes; link to the rest.", n=BYTES_MAX // 1000)
        raise Invalid(words, field=key)
    stored = str(postmortem.sections.get(key, ""))
    if base is not None and base != text_mark(stored) and text != stored:
        words = _("Somebody else wrote in “%(title)s” meanwhile.", title=section.title)
        raise Stale(words, theirs={key: stored}, yours={key: text})
    if text != stored:
        postmortem.sections = {**postmortem.sections, key: text}
        keep(actor, "postmortem.write", postmortem, {key: _difference(stored, text)})
    return text_mark(text)


def set_causes(actor: Actor, postmortem: Postmortem, causes: Sequence[str]) -> Postmortem:
    """Tag the contributing conditions. Raises Invalid for a word that is no cause."""
    may_write(actor, postmortem)
    known = [cause.value for cause in Cause]
    if any(cause not in known for cause in causes):
        raise Invalid(_("This is not one of the causes."), field="causes")
    changes = changed(postmortem, {"causes": [cause for cause in known if cause in causes]})
    if changes:
        keep(actor, "postmortem.tag", postmortem, changes)
    return postmortem


def mark_ready(actor: Actor, postmortem: Postmortem, *, at: datetime | None = None) -> Postmortem:
    """Hand over to the review. Raises Invalid naming the sections that are still empty."""
    may_edit(actor, postmortem)
    _demand(postmortem, PostmortemStatus.DRAFT)
    missing = [section.title for section in missing_sections(postmortem)]
    if missing:
        words = _("Still to write before the review: %(titles)s.", titles=", ".join(missing))
        raise Invalid(words, field="status")
    values = {"status": PostmortemStatus.READY, "ready_at": at or now()}
    keep(actor, "postmortem.ready", postmortem, changed(postmortem, values))
    return postmortem


def review_postmortem(
    actor: Actor, postmortem: Postmortem, note: str, *, at: datetime | None = None
) -> Postmortem:
    """Sign the review with its record: who was there, what was decided, what follows."""
    require(actor, Permission.POSTMORTEM_REVIEW, postmortem.incident, view=Permission.INCIDENT_VIEW)
    _demand(postmortem, PostmortemStatus.READY)
    note = clean_text(note)
    if not note:
        raise Invalid(_("Say who was there and what was decided."), field="note")
    by = db.session.get(Person, actor.person_id) if actor.person_id else None
    values = {
        "status": PostmortemStatus.REVIEWED,
        "reviewed_at": at or now(),
        "reviewed_by": by,
        "review_note": note,
    }
    changes = changed(postmortem, values)
    changes["reviewed_by"] = [None, actor.name]
    keep(actor, "postmortem.review", postmortem, changes, note=note)
    return postmortem


def close_postmortem(
    actor: Actor, postmortem: Postmortem, *, at: datetime | None = None
) -> Postmortem:
    """Close what was reviewed; while one of its actions is open, Conflict names those."""
    may_edit(actor, postmortem)
    _demand(postmortem, PostmortemStatus.REVIEWED)
    still_open = _open_actions(postmortem)
    if still_open:
        refs = ", ".join(action.ref for action in still_open)
        raise Conflict(
            _("Still open: %(refs)s. Close them, or say why they will not be done.", refs=refs)
        )
    values = {"status": PostmortemStatus.CLOSED, "closed_at": at or now()}
    keep(actor, "postmortem.close", postmortem, changed(postmortem, values))
    return postmortem


def reopen_postmortem(actor: Actor, postmortem: Postmortem, reason: str) -> Postmortem:
    """Back to a draft, which must be reviewed anew; the trail keeps the review there was."""
    may_edit(actor, postmortem)
    if postmortem.status == PostmortemStatus.DRAFT:
        raise Conflict(_("It is a draft already."))
    reason = clean_text(reason)
    if not reason:
        raise Invalid(_("Say why it has to change."), field="reason")
    values: dict[str, Any] = dict.fromkeys(("ready_at", "reviewed_at", "reviewed_by", "closed_at"))
    values |= {"status": PostmortemStatus.DRAFT, "review_note": ""}
    changes = changed(postmortem, values)
    changes.pop("reviewed_by", None)
    keep(actor, "postmortem.reopen", postmortem, changes, note=reason)
    return postmortem


def _open_actions(postmortem: Postmortem) -> Sequence[ActionItem]:
    """Whatever the actor may see: a promise nobody here sees still has to be kept."""
    return db.session.scalars(
        select(ActionItem)
        .where(ActionItem.incident_id == postmortem.incident_id)
        .where(ActionItem.status == ActionStatus.OPEN)
        .order_by(ActionItem.id)
    ).all()


def _checked_owner(owner: Person | None, incident: Incident) -> Person | None:
    """The owner, if they may see the incident: else nobody would be told."""
    if owner is not None and not actor_of(owner).may(Permission.INCIDENT_VIEW, incident.team.path):
        names = {"name": owner.name, "team": incident.team.name}
        words = _("%(name)s has no role in %(team)s and could not see it.", **names)
        raise Invalid(words, field="owner")
    return owner


def _demand(postmortem: Postmortem, status: PostmortemStatus) -> None:
    if postmortem.status != status:
        sentences = {
            PostmortemStatus.DRAFT: _("Only a draft can be handed over to the review."),
            PostmortemStatus.READY: _("Only what is ready for review can be reviewed."),
            PostmortemStatus.REVIEWED: _("Only a reviewed post-mortem can be closed."),
        }
        raise Conflict(sentences[status])


def _difference(old: str, new: str) -> list[Any]:
    """The parts that differ, with a little of what stands around them.

    A text is saved every few seconds while somebody writes; the trail keeps each step, not the
    whole text at each step.
    """
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return [_excerpt(text, start, len(text) - end) for text in (old, new)]


def _excerpt(text: str, start: int, end: int) -> str:
    first, last = max(0, start - CONTEXT_CHARS), min(len(text), end + CONTEXT_CHARS)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
