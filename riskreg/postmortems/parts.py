"""Writes of what hangs on a post-mortem: ideas, and links to risks and statements."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from riskreg.actions.once import made_with
from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.lib.dates import now
from riskreg.lib.text import clean_text
from riskreg.org.access import require
from riskreg.org.permissions import Actor, Permission
from riskreg.postmortems.kinds import PostmortemStatus
from riskreg.postmortems.models import Idea, Postmortem, PostmortemRisk, PostmortemStatement
from riskreg.risks.models import Risk

IDEA_CHARS_MAX = 2000
# States in which the text may still change.
WRITABLE = (PostmortemStatus.DRAFT, PostmortemStatus.READY)


def add_idea(
    actor: Actor,
    postmortem: Postmortem,
    text: str,
    *,
    at: datetime | None = None,
    form_key: str | None = None,
) -> Idea:
    """Something considered; it has no date and promises nothing.

    A `form_key` that was used already returns the idea written down then.
    """
    may_write(actor, postmortem)
    written = made_with(Idea, form_key)
    if written is not None:
        return written
    text = clean_text(text)
    if not text:
        raise Invalid(_("Write the idea down first."), field="text")
    if len(text) > IDEA_CHARS_MAX:
        words = _("An idea has at most %(n)s characters.", n=IDEA_CHARS_MAX)
        raise Invalid(words, field="text")
    idea = Idea(
        postmortem_id=postmortem.id,
        text=text,
        by_id=actor.person_id,
        at=at or now(),
        form_key=form_key,
    )
    db.session.add(idea)
    db.session.flush()
    db.session.expire(postmortem, ["ideas"])
    keep(actor, "postmortem.idea", postmortem, {"idea": [None, text]})
    return idea


def remove_idea(actor: Actor, postmortem: Postmortem, idea: Idea) -> None:
    """Take an idea away; the trail keeps its words."""
    may_write(actor, postmortem)
    db.session.delete(idea)
    keep(actor, "postmortem.idea", postmortem, {"idea": [idea.text, None]})
    db.session.expire(postmortem, ["ideas"])


def link_risk(actor: Actor, postmortem: Postmortem, risk: Risk, *, foresaw: bool) -> PostmortemRisk:
    """Say that a risk foresaw the incident, or was found by it; says it anew when linked already.

    It does not mark the risk as realised: `realise_risk` does, when a person says so.
    """
    may_write(actor, postmortem)
    require(actor, Permission.RISK_VIEW, risk, view=Permission.RISK_VIEW)
    link = next((each for each in postmortem.risk_links if each.risk_id == risk.id), None)
    if link is None:
        link = PostmortemRisk(risk=risk, foresaw=foresaw)
        postmortem.risk_links.append(link)
    link.foresaw = foresaw
    word = "foresaw" if foresaw else "found"
    keep(actor, "postmortem.link", postmortem, {"risk": [None, f"{risk.ref} {word}"]})
    return link


def unlink_risk(actor: Actor, postmortem: Postmortem, link: PostmortemRisk) -> None:
    """Take the link to a risk away; the risk stays as it is."""
    may_write(actor, postmortem)
    ref = link.risk.ref
    db.session.delete(link)
    keep(actor, "postmortem.unlink", postmortem, {"risk": [ref, None]})
    db.session.expire(postmortem, ["risk_links"])


def realise_risk(actor: Actor, postmortem: Postmortem, link: PostmortemRisk) -> Risk:
    """Mark a linked risk as realised at the start of the impact; keeps a later mark."""
    risk = link.risk
    require(actor, Permission.RISK_EDIT, risk, view=Permission.RISK_VIEW)
    started_at = postmortem.incident.impact_start_at
    if risk.realised_at is None or risk.realised_at < started_at:
        changes = changed(risk, {"realised_at": started_at})
        db.session.flush()
        words = _("By %(ref)s.", ref=postmortem.ref)
        record(actor=actor, action="risk.realise", subject=risk, changes=changes, note=words)
    return risk


def link_statement(
    actor: Actor, postmortem: Postmortem, statement_id: int, *, was_met: bool | None
) -> PostmortemStatement:
    """Say that a checklist statement would have helped; `was_met` is what was answered before."""
    may_write(actor, postmortem)
    links = postmortem.statement_links
    link = next((each for each in links if each.statement_id == statement_id), None)
    if link is None:
        link = PostmortemStatement(statement_id=statement_id, was_met=was_met)
        links.append(link)
        db.session.flush()
        keep(actor, "postmortem.link", postmortem, {"statement": [None, link.statement.code]})
    return link


def unlink_statement(actor: Actor, postmortem: Postmortem, link: PostmortemStatement) -> None:
    """Take the link to a statement away."""
    may_write(actor, postmortem)
    code = link.statement.code
    db.session.delete(link)
    keep(actor, "postmortem.unlink", postmortem, {"statement": [code, None]})
    db.session.expire(postmortem, ["statement_links"])


def may_edit(actor: Actor, postmortem: Postmortem) -> None:
    """Refuse who may not change the incident."""
    require(actor, Permission.INCIDENT_EDIT, postmortem.incident, view=Permission.INCIDENT_VIEW)


def may_write(actor: Actor, postmortem: Postmortem) -> None:
    """Refuse also while the text may not change: it was reviewed as it is."""
    may_edit(actor, postmortem)
    if postmortem.status not in WRITABLE:
        raise Conflict(_("It was reviewed as it is. Reopen it to change it."))


def keep(
    actor: Actor,
    verb: str,
    postmortem: Postmortem,
    changes: dict[str, list[Any]],
    *,
    note: str = "",
) -> None:
    """Store what was changed, and the trail of it."""
    db.session.flush()
    record(actor=actor, action=verb, subject=postmortem, changes=changes, note=note)
