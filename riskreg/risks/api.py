"""The register, as programs read and write it; the same forms and services as its pages."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form

from riskreg.errors import Refused, Stale
from riskreg.metrics.ranking import order_columns
from riskreg.org.access import can, ids_among
from riskreg.org.permissions import Permission
from riskreg.org.queries import person_with_email, team_for
from riskreg.risks.asked import cursor
from riskreg.risks.conditions import view_of
from riskreg.risks.filters import ME, NOBODY, RiskFilter
from riskreg.risks.forms import AssessmentForm, ClosureForm, ReopeningForm, RiskForm
from riskreg.risks.kinds import CloseReason, Tier
from riskreg.risks.matrices import matrices
from riskreg.risks.models import Risk
from riskreg.risks.queries import list_page, risk_for
from riskreg.risks.sent import named, offered, sent_team, sent_values
from riskreg.risks.services import assess_risk, close_risk, create_risk, reopen_risk, update_risk
from riskreg.risks.sight import without_hidden
from riskreg.risks.told import (
    ASKED,
    CHANGES,
    LEVEL,
    NEW,
    RISK,
    RISK_LINE,
    WRITTEN,
    fields_of,
    lines_of,
    named_by,
    whole_of,
)
from riskreg.web.api import Asked, Data, One, Resource, Rows, limit_of, refused
from riskreg.web.frame import known_teams
from riskreg.web.paging import encode_cursor, page_url
from riskreg.web.security import current_actor
from riskreg.web.shapes import Text, Thing, word_of

SENTENCE = Text(low=1, high=4_000, pattern=WRITTEN)
ASSESSMENT = Thing(
    name="NewAssessment",
    fields={
        "tier": word_of(Tier),
        "likelihood": LEVEL.or_null(),
        "impact": LEVEL.or_null(),
        "why": SENTENCE,
    },
)
CLOSURE = Thing(name="Closure", fields={"close_reason": word_of(CloseReason), "note": SENTENCE})
REOPENING = Thing(name="Reopening", fields={"why": SENTENCE})
NOT_FILTERS = frozenset({"team", "owner", "limit", "after"})

risks = Resource("risks", item=RISK, about=_l("The register of risks."))
RESOURCES = (risks,)


@risks.index(Permission.RISK_VIEW, query=ASKED, of=RISK_LINE)
def index(asked: Asked) -> Rows:
    """Risks with the filters and in the orders of the register's page."""
    args = {name: value for name, value in asked.items() if name not in NOT_FILTERS}
    if asked.get("team"):
        args["team"] = team_for(current_actor, asked["team"]).slug
    args["owner"] = _owner(asked.get("owner", ""))
    known = known_teams()
    view = view_of(current_actor, RiskFilter.from_args(args), known=known, counted=False)
    key = cursor("after", len(order_columns(view.criteria.order)))
    if "after" in asked and key is None:
        raise _refused_parameter("after", _("Follow “next”; it is not made by hand."))
    page = list_page(view, after_key=key, size=limit_of(asked))
    seen = ids_among(current_actor, Permission.SYSTEM_VIEW, known)
    rows = without_hidden(page.rows, None if seen is None else tuple(seen))
    onward = encode_cursor(rows[-1].key(view.criteria.order)) if page.more_after else None
    return Rows(
        lines=lines_of(rows, matrices()),
        next=page_url(after=onward) if onward else None,
    )


@risks.show(Permission.RISK_VIEW)
def show(ref: str) -> One:
    """One risk with all its texts."""
    return _one(risk_for(current_actor, ref))


@risks.create(Permission.RISK_EDIT, body=NEW)
def create(sent: Data) -> One:
    """File a risk."""
    form = named(RiskForm(_form_data(fields_of(sent))))
    _demand_valid(form)
    values = _without_unsent(sent_values(form), sent)
    team, why = sent_team(form), form.why.data or ""
    return _one(create_risk(current_actor, team=team, values=values, why=why))


@risks.change(Permission.RISK_EDIT, body=CHANGES)
def update(ref: str, sent: Data, version: int) -> One:
    """Change the fields that are sent, and no others; a rating that differs is an assessment."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = offered(RiskForm(_form_data(fields_of(sent, risk))), risk)
    _demand_valid(form)
    values = _without_unsent(sent_values(form, risk), sent)
    if "team" in sent:
        values["team"] = sent_team(form)
    why = sent.get("why", "")
    try:
        update_risk(current_actor, risk, values, version=version, why=why)
    except Stale as stale:
        if risk.system and not can(current_actor, Permission.SYSTEM_VIEW, risk.system):
            stale.theirs.pop("system", None)
        raise
    return _one(risk)


@risks.act(Permission.RISK_EDIT, "assessments", body=ASSESSMENT)
def assess(ref: str, sent: Data, version: int | None) -> One:
    """Rate one tier again, with the reason, also when the rating stays the same."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = AssessmentForm(_form_data({**sent, **_levels_of(sent)}))
    _demand_valid(form)
    tier, why = Tier(form.tier.data), form.why.data or ""
    assess_risk(current_actor, risk, tier=tier, rating=form.rating, why=why, version=version)
    return _one(risk)


@risks.act(Permission.RISK_EDIT, "closure", body=CLOSURE)
def close(ref: str, sent: Data, version: int | None) -> One:
    """Close an open risk with a reason and a word on it."""
    risk = _seen_in(ref, version)
    form = ClosureForm(_form_data(sent))
    _demand_valid(form)
    reason = CloseReason(form.close_reason.data)
    return _one(close_risk(current_actor, risk, reason=reason, note=form.note.data or ""))


@risks.act(Permission.RISK_EDIT, "reopening", body=REOPENING)
def reopen(ref: str, sent: Data, version: int | None) -> One:
    """Open a closed risk again; its review is due at once."""
    risk = _seen_in(ref, version)
    form = ReopeningForm(_form_data(sent))
    _demand_valid(form)
    return _one(reopen_risk(current_actor, risk, why=form.why.data or ""))


def _one(risk: Risk) -> One:
    data = whole_of(risk, matrices()[risk.matrix_id])
    return One(data=data, where={"ref": risk.ref}, version=risk.version)


def _seen_in(ref: str, version: int | None) -> Risk:
    """The risk, in the version that was seen if one was named."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    if version is not None and version != risk.version:
        update_risk(current_actor, risk, {}, version=version)  # says who changed what
    return risk


def _owner(asked: str) -> str:
    """Whose risks, as the filter has it."""
    if asked in {"", ME, NOBODY}:
        return asked
    person = person_with_email(asked)
    if person is None:
        raise _refused_parameter("owner", _("There is nobody with this e-mail."))
    return str(person.id)


def _form_data(fields: dict[str, Any]) -> MultiDict[str, Any]:
    pairs = (
        (name, value if isinstance(value, list) else [value]) for name, value in fields.items()
    )
    return MultiDict([(name, each) for name, values in pairs for each in values])


def _levels_of(sent: Data) -> dict[str, str]:
    axes = ("likelihood", "impact")
    return {axis: "" if sent[axis] is None else str(int(sent[axis])) for axis in axes}


def _demand_valid(form: Form) -> None:
    """Raise Refused with what the form does not take, by the fields that were sent."""
    if not form.validate():
        raise refused(
            [
                (named_by(str(name)), str(sentence))
                for name, sentences in form.errors.items()
                for sentence in sentences
            ]
        )


def _without_unsent(values: dict[str, Any], sent: Data) -> dict[str, Any]:
    """Only what was sent: the rest stays as it is, or as new risks have it."""
    effort = {"effort_days", "effort_size"}
    wanted = set(sent) | (effort if sent.keys() & effort else set())
    return {name: value for name, value in values.items() if name in wanted}


def _refused_parameter(name: str, sentence: str) -> Refused:
    message = _("Something that was asked for is not understood.")
    return Refused(message, errors=[{"parameter": name, "detail": sentence}])
