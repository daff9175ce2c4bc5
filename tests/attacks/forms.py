"""What an honest person sends to every address that takes something.

`{name}` stands for a thing of the sender's own team, by its name in a `World`; whoever wants to
reach for what is not theirs puts the thing of the same name of another team in its place.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, Any]
PASSWORD, NEW_PASSWORD = "a sentence that nobody guesses", "another sentence that nobody knows"
CSV = b"title,kind\nA third one,both\n"
TEAMS_CSV = b"slug,name,team,tier\nledger,Ledger,,1\n"
WEB = "https://example.org/"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The fields of a form, who sends it, and what is done `first`, as (who, rule, fields).

    `path` says which thing a part of the address names, where that is not the one of the team.
    `remembers`: the trail keeps whatever was sent beside, because lists have many filters.
    """

    fields: Fields = field(default_factory=dict)
    who: str = "admin"
    first: tuple[tuple[str, str, Fields | None], ...] = ()  # None: as that form is sent here
    path: Mapping[str, str] = field(default_factory=dict)
    remembers: bool = False


def upload(content: bytes, name: str = "new.csv") -> Any:
    """A file as a form sends it."""
    return lambda: (io.BytesIO(content), name)


RATINGS = {
    f"{tier}_{axis}": level
    for tier, level in {"current": "3", "target": "2", "inherent": "4"}.items()
    for axis in ("likelihood", "impact")
}
RISK = RATINGS | {
    **{name: f"New {name}." for name in ("title", "cause", "event", "consequence", "why")},
    **{name: f"New {name}." for name in ("description", "controls", "category", "external_ref")},
    "kind": "both",
    "treatment": "accept",
    "effort_size": "",
    "effort": "3 d",
    "team": "{team}",
    "system": "{system}",
    "owner": "{person}",
    "knowers": ["{person}"],
    "tags": "one, two",
    "links": f"{WEB}a A page",
    "identified_on": "2026-01-02",
}
ACTION = {
    "title": "New title",
    "owner": "{person}",
    "type": "detect",
    "priority": "P1",
    "detail": "More.",
    "verify_how": "We look.",
    "external_url": f"{WEB}ticket",
}
TIMES = {"impact_start_at": "2026-01-02T03:00", "detected_at": "2026-01-02T03:10"}
TIMES |= {"paged_at": "2026-01-02T03:11", "acknowledged_at": "2026-01-02T03:12"}
TIMES |= {"mitigated_at": "2026-01-02T03:30", "resolved_at": "2026-01-02T03:40"}
INCIDENT = TIMES | {
    "title": "New title",
    "team": "{team}",
    "severity": "1",
    "customer_impact": "y",
    "budget_percent": "30",
    "zone": "UTC",
    "found_by": "alert",
    "systems": ["{system}"],
    "summary": "It stopped.",
    "customer_effect": "Nobody could pay.",
}
SYSTEM = {
    "name": "New name",
    "team": "{team}",
    "description": "It pays.",
    "tier": "1",
    "slo": "99.9",
    "hours": "24x7",
    "pages": "y",
    "data_class": "internal",
    "operators": ["{person}"],
    "hard": ["{needed}"],
    "soft": [],
    **{f"{name}_url": f"{WEB}{name}" for name in ("repository", "runbook", "dashboard")},
}
READERS = {"readers": ["{me}", "{person}"], "why": "It is a way in."}
NOT_MINE = {"readers": ["{person}"], "why": "It is a way in."}
WHY = {"why": "It is known now."}
READY = (("admin", "/incidents/<ref>/readiness", None),)
REVIEWED = (*READY, ("admin", "/incidents/<ref>/review", None))
PREVIEWED = {
    "sheet": "",
    "likelihood_ends": "1-5",
    "impact_ends": "1-5",
    "date_order": "",
    "decimal": "",
}
FACTORED = {"email": "factored@example.org", "password": PASSWORD}
LINKED = {"risk_ref": "linked"}
HANDED_IN = {"ref": "handed_in"}

FORMS: dict[str, Sent] = {
    "/actions/<ref>/closure": Sent(fields={"evidence": "Drilled.", "next": ""}),
    "/actions/<ref>/edit": Sent(fields=ACTION | {"version": "1"}),
    "/actions/<ref>/reopening": Sent(first=(("admin", "/actions/<ref>/closure", None),)),
    "/actions/<ref>/schedule": Sent(fields={"due_on": "2031-02-03", "reason": "Ill.", "next": ""}),
    "/actions/<ref>/withdrawal": Sent(fields={"reason": "It is gone.", "next": ""}),
    "/actions/new": Sent(
        fields=ACTION
        | {"team": "{team}", "due_on": "2031-02-03", "origin": "{risk}"}
        | {"form_key": "new", "next": ""}
    ),
    "/admin/import": Sent(
        fields={"file": upload(TEAMS_CSV), "team": "{team}", "member_role": "engineer"}
    ),
    "/admin/import/<int:file_id>/application": Sent(
        fields={"seal": "{teams_seal}"}, path={"file_id": "teams_file"}
    ),
    "/admin/import/<int:file_id>/removal": Sent(path={"file_id": "teams_file"}),
    "/admin/jobs/<int:job_id>/cancellation": Sent(
        first=(("admin", "/admin/jobs/<int:job_id>/retry", None),)
    ),
    "/admin/jobs/<int:job_id>/retry": Sent(),
    "/admin/people/<int:person_id>/activation": Sent(path={"person_id": "locked_out"}),
    "/admin/people/<int:person_id>/deactivation": Sent(),
    "/admin/people/<int:person_id>/handover": Sent(
        fields={"item": ["{item}"], "to-{team_id}": "{taker}"}
    ),
    "/admin/people/<int:person_id>/link": Sent(),
    "/admin/people/<int:person_id>/password": Sent(),
    "/admin/people/<int:person_id>/roles": Sent(fields={"team": "{team}", "role": "manager"}),
    "/admin/people/<int:person_id>/roles/<slug>/end": Sent(),
    "/admin/people/<int:person_id>/second-factor/end": Sent(),
    "/admin/people/<int:person_id>/sessions/<int:number>/end": Sent(
        path={"number": "their_session"}
    ),
    "/admin/people/<int:person_id>/sso/end": Sent(),
    "/admin/people/<int:person_id>/tokens/<int:token_id>/end": Sent(),
    "/admin/people/new": Sent(
        fields={"name": "New", "email": "new@example.org", "title": "Engineer", "team": "{team}"}
        | {"role": "engineer", "entrance": "password"}
    ),
    "/admin/single-sign-on": Sent(
        who="root", fields={"connects_by_email": "y", "admits_new": "y", "version": "1"}
    ),
    "/admin/single-sign-on/groups": Sent(
        who="root", fields={"group": "sre", "team": "{team}", "role": "engineer"}
    ),
    "/admin/single-sign-on/groups/<int:number>/end": Sent(who="root", path={"number": "rule"}),
    "/csp-reports": Sent(who="nobody"),
    "/demo/sign-in/<int:person_id>": Sent(who="nobody"),
    "/export/<kind>": Sent(
        fields={"format": "csv", "team": "{team}", "ref": "", "q": "one"}, remembers=True
    ),
    "/incidents/<ref>/actions": Sent(
        fields=ACTION | {"due_on": "2031-02-03", "form_key": "new"},
    ),
    "/incidents/<ref>/causes": Sent(fields={"causes": ["change", "data"]}),
    "/incidents/<ref>/closure": Sent(first=REVIEWED),
    "/incidents/<ref>/edit": Sent(fields=INCIDENT | {"version": "1"}),
    "/incidents/<ref>/ideas": Sent(fields={"text": "Two of them.", "form_key": "new"}),
    "/incidents/<ref>/ideas/<int:number>/removal": Sent(path={"number": "idea"}),
    "/incidents/<ref>/opening": Sent(
        who="root", fields=WHY, first=(("admin", "/incidents/<ref>/readers", NOT_MINE),)
    ),
    "/incidents/<ref>/owner": Sent(fields={"owner": "{person}"}),
    "/incidents/<ref>/postmortem": Sent(path={"ref": "unwritten"}),
    "/incidents/<ref>/readers": Sent(fields=READERS),
    "/incidents/<ref>/readers/removal": Sent(
        fields=WHY, first=(("admin", "/incidents/<ref>/readers", None),)
    ),
    "/incidents/<ref>/readiness": Sent(),
    "/incidents/<ref>/reopening": Sent(fields={"reason": "A time was wrong."}, first=REVIEWED),
    "/incidents/<ref>/review": Sent(fields={"note": "We were all there."}, first=READY),
    "/incidents/<ref>/risks": Sent(fields={"risk": "{risk}", "foresaw": "yes"}),
    "/incidents/<ref>/risks/<risk_ref>/realisation": Sent(path=LINKED),
    "/incidents/<ref>/risks/<risk_ref>/removal": Sent(path=LINKED),
    "/incidents/<ref>/sections/<key>": Sent(fields={"text": "Anew.", "base": "{mark}"}),
    "/incidents/<ref>/statements": Sent(fields={"statement": "{statement}"}),
    "/incidents/<ref>/statements/<int:number>/removal": Sent(path={"number": "statement_link"}),
    "/incidents/new": Sent(fields=INCIDENT | {"is_confidential": "y", "form_key": "new"}),
    "/markdown/preview": Sent(fields={"text": "*Words*"}),
    "/me/password": Sent(fields={"current": PASSWORD, "password": NEW_PASSWORD}),
    "/me/proof": Sent(fields={"proof": PASSWORD}),
    "/me/second-factor": Sent(),
    "/me/second-factor/codes": Sent(who="factored", fields={"code": "{digits}"}),
    "/me/second-factor/confirmation": Sent(who="begun", fields={"code": "{digits}"}),
    "/me/second-factor/end": Sent(
        who="factored", fields={"password": PASSWORD, "last_code": "{digits}"}
    ),
    "/me/sessions/<int:session_id>/end": Sent(),
    "/me/sso/end": Sent(),
    "/me/theme": Sent(fields={"theme": "dark", "next": "/me"}),
    "/me/tokens/<int:token_id>/end": Sent(path={"token_id": "my_token"}),
    "/me/tokens/new": Sent(
        fields={"name": "A program", "team": "{team}", "scope": "write", "days": "30"}
        | {"form_key": "new"}
    ),
    "/packs": Sent(
        fields={"kind": "risk", "paper": "Letter", "team": "{team}", "ref": "{risk}"}
        | {"form_key": "new", "band": "1"}
    ),
    "/packs/<int:pack_id>/making": Sent(),
    "/reviews/<ref>/answers/<code>": Sent(
        fields={"value": "na", "reason": "It has none.", "evidence": "Seen.", "note": "More."}
        | {"evidence_url": f"{WEB}seen", "evidence_on": "2026-01-02", "version": "1"}
    ),
    "/reviews/<ref>/comments": Sent(fields={"text": "A word.", "about": "chg-1", "form_key": "n"}),
    "/reviews/<ref>/opening": Sent(
        who="root", fields=WHY, first=(("admin", "/reviews/<ref>/readers", NOT_MINE),)
    ),
    "/reviews/<ref>/readers": Sent(fields=READERS),
    "/reviews/<ref>/readers/removal": Sent(
        fields=WHY, first=(("admin", "/reviews/<ref>/readers", None),)
    ),
    "/reviews/<ref>/return": Sent(fields={"why": "More."}, path=HANDED_IN),
    "/reviews/<ref>/risks/<code>": Sent(),
    "/reviews/<ref>/sign-off": Sent(fields={"note": "Agreed.", "version": "2"}, path=HANDED_IN),
    "/reviews/<ref>/submission": Sent(),
    "/reviews/<ref>/waivers/<code>": Sent(fields={"until": "{soon}", "why": "Soon."}),
    "/reviews/new": Sent(
        fields={"system": "{unreviewed}", "carry_over": "y", "is_confidential": "y"}
    ),
    "/risks/<ref>/assessments": Sent(
        fields={"tier": "current", "likelihood": "2", "impact": "2", "why": "New.", "version": "1"}
    ),
    "/risks/<ref>/closure": Sent(fields={"close_reason": "gone", "note": "We looked."}),
    "/risks/<ref>/edit": Sent(fields=RISK | {"version": "1"}),
    "/risks/<ref>/opening": Sent(
        who="root", fields=WHY, first=(("admin", "/risks/<ref>/readers", NOT_MINE),)
    ),
    "/risks/<ref>/pin": Sent(fields={"reason": "It comes first."}),
    "/risks/<ref>/pin/removal": Sent(first=(("admin", "/risks/<ref>/pin", None),)),
    "/risks/<ref>/readers": Sent(fields=READERS),
    "/risks/<ref>/readers/removal": Sent(
        fields=WHY, first=(("admin", "/risks/<ref>/readers", None),)
    ),
    "/risks/<ref>/reopening": Sent(fields=WHY, first=(("admin", "/risks/<ref>/closure", None),)),
    "/risks/<ref>/review": Sent(fields={"sentence": "It is still so."}),
    "/risks/bulk": Sent(
        fields={"act": "owner", "ref": ["{risk}"], "bulk_owner": "{taker}", "bulk_tag": "three"}
        | {"bulk_reason": "gone", "bulk_note": "We looked.", "kept": "q=a"}
    ),
    "/risks/import": Sent(fields={"file": upload(CSV), "team": "{team}"}),
    "/risks/import/<int:file_id>/application": Sent(fields={"seal": "{seal}"}),
    "/risks/import/<int:file_id>/decisions": Sent(
        fields=PREVIEWED | {"saved": "", "name": "Ours", "then": "save", "column-0": "title"}
    ),
    "/risks/import/<int:file_id>/removal": Sent(),
    "/risks/new": Sent(fields=RISK | {"is_confidential": "y", "form_key": "new", "then": ""}),
    "/risks/paste": Sent(fields={"team": "{team}", "kind": "both", "lines": "One more\nTwo more"}),
    "/risks/sample": Sent(),
    "/risks/sample/removal": Sent(first=(("admin", "/risks/sample", None),)),
    "/setup": Sent(
        who="nobody",
        fields={"code": "a code", "organisation": "Company", "name": "Ada", "password": PASSWORD}
        | {"email": "ada@example.org"},
    ),
    "/sign-in": Sent(
        who="nobody", fields={"email": "admin@example.org", "password": PASSWORD, "next": "/me"}
    ),
    "/sign-in/code": Sent(
        who="halfway",
        fields={"code": "{digits}", "next": "/me"},
        first=(("halfway", "/sign-in", FACTORED),),
    ),
    "/sign-in/link": Sent(who="nobody", fields={"email": "admin@example.org"}),
    "/sign-in/password": Sent(who="nobody", fields={"token": "{link}", "password": NEW_PASSWORD}),
    "/sign-out": Sent(),
    "/systems/<key>/edit": Sent(fields=SYSTEM | {"version": "1"}),
    "/systems/new": Sent(fields=SYSTEM | {"key": "new-key"}),
    "/teams/<slug>/edit": Sent(fields={"name": "New name", "version": "2"}),
    "/teams/<slug>/merger": Sent(
        fields={"parent": "{team}", "version": "2"}, path={"slug": "below"}
    ),
    "/teams/<slug>/new": Sent(fields={"name": "New team"}),
    "/teams/<slug>/place": Sent(
        fields={"parent": "{beside}", "on": "2026-01-02", "version": "2"}, path={"slug": "below"}
    ),
}
