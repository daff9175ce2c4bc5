"""Acts and changes of the trail in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import LazyString, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from riskreg.actions.forms import field_names
from riskreg.audit.models import AuditEntry
from riskreg.lib.dates import parse_moment
from riskreg.lib.text import truncate
from riskreg.reviews.labels import FIELD as REVIEW_FIELDS
from riskreg.risks.labels import FIELD as RISK_FIELDS

VALUE_CHARS_MAX = 160
NOTHING = "–"

# Completes "Ada …": what was done, in the past tense.
ACT: Mapping[str, LazyString] = {
    "access.refuse": _l("was refused"),
    "action.close": _l("closed the action"),
    "action.create": _l("promised the action"),
    "action.decline": _l("decided against the action"),
    "action.reassign": _l("gave the action to somebody else"),
    "action.reopen": _l("reopened the action"),
    "action.reschedule": _l("moved the date of the action"),
    "action.update": _l("changed the action"),
    "checklist.publish": _l("published a checklist"),
    "demo.begin": _l("began the demo, in which all is made up"),
    "export.make": _l("took a list away"),
    "import.apply": _l("imported a file"),
    "import.forget": _l("put an uploaded file away"),
    "import.save-mapping": _l("kept how the columns of a file are read"),
    "import.upload": _l("uploaded a file"),
    "incident.create": _l("filed the incident"),
    "incident.update": _l("changed the incident"),
    "job.cancel": _l("cancelled a job"),
    "job.retry": _l("tried a job again"),
    "limit.refuse": _l("was asked to wait"),
    "matrix.install": _l("installed a matrix"),
    "pack.ask": _l("asked for a pack"),
    "pack.make": _l("made a pack"),
    "pack.make_again": _l("asked for a pack again"),
    "pack.put_away": _l("put a pack away"),
    "person.activate": _l("let a person in again"),
    "person.end-session": _l("ended a session of a person"),
    "person.create": _l("added a person"),
    "person.deactivate": _l("locked a person out"),
    "admission.update": _l("changed who is let in by single sign-on"),
    "group.map": _l("gave a role to a group"),
    "group.unmap": _l("took a role away from a group"),
    "person.connect": _l("connected a person with single sign-on"),
    "person.disconnect": _l("disconnected a person from single sign-on"),
    "person.link": _l("mailed a person the link they asked for"),
    "person.handover": _l("handed over what was in a person's name"),
    "person.mail-invitation": _l("invited a person by mail"),
    "person.mail-reset": _l("mailed a person a link for a new password"),
    "person.password": _l("set a password"),
    "person.update": _l("changed a person"),
    "person.recovery-codes": _l("made new recovery codes"),
    "person.second-factor-off": _l("turned a second factor off"),
    "person.second-factor-on": _l("set up a second factor"),
    "incident.break_glass": _l("opened the confidential incident in an emergency"),
    "incident.conceal": _l("said who may read the confidential incident"),
    "incident.read": _l("read the confidential incident"),
    "incident.take": _l("took the confidential incident along in a file"),
    "incident.reveal": _l("let everybody read the incident again"),
    "postmortem.assign": _l("gave the post-mortem to somebody"),
    "postmortem.close": _l("closed the post-mortem"),
    "postmortem.idea": _l("noted an idea"),
    "postmortem.link": _l("linked the post-mortem"),
    "postmortem.ready": _l("called the post-mortem ready"),
    "postmortem.reopen": _l("reopened the post-mortem"),
    "postmortem.review": _l("reviewed the post-mortem"),
    "postmortem.start": _l("began the post-mortem"),
    "postmortem.tag": _l("named the conditions of the incident"),
    "postmortem.unlink": _l("took a link off the post-mortem"),
    "postmortem.write": _l("wrote in the post-mortem"),
    "review.answer": _l("answered in the review"),
    "review.break_glass": _l("opened the confidential review in an emergency"),
    "review.conceal": _l("said who may read the confidential review"),
    "review.read": _l("read the confidential review"),
    "review.take": _l("took the confidential review along in a file"),
    "review.reveal": _l("let everybody read the review again"),
    "review.comment": _l("commented on the review"),
    "review.return": _l("gave the review back"),
    "review.risk": _l("filed a risk from the review"),
    "review.sign_off": _l("signed the review off"),
    "review.start": _l("began the review"),
    "review.submit": _l("submitted the review"),
    "review.waive": _l("waived a statement of the review"),
    "risk.break_glass": _l("opened the confidential risk in an emergency"),
    "risk.conceal": _l("said who may read the confidential risk"),
    "risk.read": _l("read the confidential risk"),
    "risk.take": _l("took the confidential risk along in a file"),
    "risk.reveal": _l("let everybody read the risk again"),
    "proof.refuse": _l("did not show who they are"),
    "risk.assess": _l("rated the risk again"),
    "risk.close": _l("closed the risk"),
    "risk.create": _l("filed the risk"),
    "risk.pin": _l("pinned the risk"),
    "risk.realise": _l("marked the risk as come true"),
    "risk.remove-sample": _l("removed the sample risk"),
    "risk.reopen": _l("reopened the risk"),
    "risk.review": _l("looked at the risk again and kept it"),
    "risk.unpin": _l("unpinned the risk"),
    "risk.update": _l("changed the risk"),
    "role.grant": _l("gave a role"),
    "role.revoke": _l("took a role away"),
    "secrets.rotate": _l("changed the secret key"),
    "session.begin": _l("signed in"),
    "session.end": _l("signed out"),
    "sign-in.refuse": _l("refused a sign-in"),
    "snapshot.freeze": _l("kept what a pack will show"),
    "system.create": _l("recorded the system"),
    "system.update": _l("changed the system"),
    "data.write": _l("wrote what no act speaks of"),
    "team.create": _l("made the team"),
    "team.merge": _l("merged the team into another"),
    "team.move": _l("moved the team"),
    "system.move": _l("gave the system to another team"),
    "risk.move": _l("gave the risk to another team"),
    "action.move": _l("gave the action to another team"),
    "incident.move": _l("gave the incident to another team"),
    "review.move": _l("gave the review to another team"),
    "team.update": _l("changed the team"),
    "token.create": _l("made a token for a program"),
    "token.end": _l("ended a token"),
    "token.refuse": _l("refused a token"),
}
SUBJECT: Mapping[str, LazyString] = {
    "risk": _l("Risks"),
    "action_item": _l("Actions"),
    "incident": _l("Incidents"),
    "postmortem": _l("Post-mortems"),
    "operability_review": _l("Reviews"),
    "system": _l("Systems"),
    "team": _l("Teams"),
    "person": _l("People"),
    "user_session": _l("Sign-ins"),
    "address": _l("Addresses"),
    "api_token": _l("Tokens"),
    "export": _l("Exports"),
    "pack": _l("Packs"),
    "job": _l("Jobs"),
    "checklist_version": _l("Checklists"),
    "group_rule": _l("Groups"),
    "admission": _l("Single sign-on"),
    "matrix_version": _l("Matrices"),
}
# Where the thing of an entry is shown, by its table; others have no page that a name leads to.
PAGES: Mapping[str, str] = {
    "risk": "/risks/",
    "action_item": "/actions/",
    "incident": "/incidents/",
    "postmortem": "/incidents/",
    "operability_review": "/reviews/",
    "team": "/teams/",
}
_FIELD: Mapping[str, LazyString] = {
    "closed_by": _l("Closed by"),
    "evidence": _l("Evidence"),
    "causes": _l("Conditions"),
    "idea": _l("Idea"),
    "number": _l("Number"),
    "name": _l("Name"),
    "email": _l("E-mail"),
    "key": _l("Key"),
    "rows": _l("Rows"),
    "severity": _l("Severity"),
    "summary": _l("What happened"),
    "sign_off_note": _l("Note"),
    "next_review_on": _l("Next review"),
    "review_note": _l("Note"),
    "reviewed_by": _l("Reviewed by"),
    "reviewed_at": _l("Reviewed"),
    "realised_at": _l("Came true"),
    "signed_off_at": _l("Signed off"),
    "submitted_at": _l("Submitted"),
    "ready_at": _l("Ready"),
    "statement": _l("Statement"),
    "risk": _l("Risk"),
    "q": _l("Text"),
    "version": _l("Version"),
}
_CODE = re.compile(r"[a-z]+(_[a-z]+)+", re.ASCII)  # a member of a closed set: wont_do


@dataclass(frozen=True, kw_only=True)
class Line:
    """An entry ready to be printed; `changes` are (field, old, new), texts, days or instants."""

    at: datetime
    who: str
    act: str
    ref: str
    href: str | None
    note: str
    changes: list[tuple[str, Any, Any]]


def line_of(entry: AuditEntry) -> Line:
    """An entry in words."""
    named = entry.subject_type in PAGES or entry.subject_type in {"export", "system"}
    folder = PAGES.get(entry.subject_type)
    return Line(
        at=entry.at,
        who=entry.actor_name,
        act=act_words(entry.action),
        ref=entry.subject_ref if named else "",
        href=f"{folder}{entry.subject_ref}" if folder else None,
        note="" if entry.subject_type == "user_session" else truncate_value(entry.note),
        changes=[
            (field_words(name), value_of(old), value_of(new))
            for name, (old, new) in entry.changes.items()
            if _says_something(name, old, new)
        ],
    )


def act_words(action: str) -> str:
    """ "filed the risk"; an act without words is told by its own name."""
    return str(ACT.get(action) or action.replace(".", ": ").replace("_", " "))


def field_words(name: str) -> str:
    """What a field is called on its own page; unknown ones by their own name."""
    code, _space, rest = name.partition(" ")
    if rest and "-" in code:  # "chg-1 evidence": a field of a statement's answer
        return f"{code} {field_words(rest).lower()}"
    own_name = name if "-" in name else name.replace("_", " ").capitalize()
    return _known_fields(str(get_locale())).get(name, own_name)


@lru_cache(maxsize=32)
def _known_fields(_locale: str) -> Mapping[str, str]:
    """What every feature calls its fields, in one language."""
    known = {**REVIEW_FIELDS, **field_names(), **RISK_FIELDS, **_FIELD}
    return {name: str(words) for name, words in known.items()}


def value_of(value: Any) -> Any:
    """A stored value as a day, an instant or a short text; – for nothing."""
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return truncate_value(", ".join(str(part) for part in value))
    return _time_of(value) if isinstance(value, str) else str(value)


def truncate_value(text: str) -> str:
    """A text short enough to stand in a list."""
    return truncate(text, VALUE_CHARS_MAX)


def _time_of(text: str) -> Any:
    moment = parse_moment(text)
    if moment is not None:
        return moment
    return text.replace("_", " ") if _CODE.fullmatch(text) else truncate_value(text)


def _says_something(name: str, old: Any, new: Any) -> bool:
    """Numbers of rows mean nothing to a reader, and nothing to nothing is no change."""
    return not name.endswith("_id") and not (value_of(old) == value_of(new) == NOTHING)
