"""Pages on which a post-mortem is written: sections, links, promises, and the way to its end."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.actions.kinds import ActionType, Priority
from riskreg.actions.models import ActionItem
from riskreg.actions.once import new_form_key
from riskreg.actions.services import create_action
from riskreg.db import db
from riskreg.errors import Conflict, Invalid, NotFound, Stale
from riskreg.lib.dates import now
from riskreg.org.models import Person
from riskreg.org.permissions import Permission
from riskreg.org.queries import people_of
from riskreg.postmortems import linking, queries, services
from riskreg.postmortems.forms import (
    CausesForm,
    CommitmentForm,
    IdeaForm,
    OwnerForm,
    RecordForm,
    ReopenForm,
    SectionForm,
)
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.routes import incident_page, show_refusal
from riskreg.postmortems.template import Section, template
from riskreg.postmortems.words import to_write_words
from riskreg.risks.queries import risk_for
from riskreg.web.errors import wants_json
from riskreg.web.fragments import page_or_fragment
from riskreg.web.frame import chosen_team
from riskreg.web.jinja import wall_time
from riskreg.web.security import current_actor, requires

bp = Blueprint("writing", __name__)


@bp.post("/incidents/<ref>/postmortem")
@requires(Permission.INCIDENT_EDIT)
def start(ref: str) -> ResponseReturnValue:
    """Start it; whoever starts it sees to it until somebody else does."""
    incident = queries.incident_for(current_actor, ref, Permission.INCIDENT_EDIT)
    owner = db.session.get(Person, current_actor.person_id) if current_actor.person_id else None
    services.start_postmortem(current_actor, incident, owner=owner)
    return _back(incident)


@bp.get("/incidents/<ref>/sections/<key>")
@requires(Permission.INCIDENT_EDIT)
def edit(ref: str, key: str) -> ResponseReturnValue:
    """The text of one section to write in; a part of the page for htmx."""
    postmortem, section = _section(ref, key)
    text = str(postmortem.sections.get(key, ""))
    form = SectionForm(text=text, base=services.text_mark(text))
    return _section_page(postmortem, section, form)


@bp.post("/incidents/<ref>/sections/<key>")
@requires(Permission.INCIDENT_EDIT)
def section(ref: str, key: str) -> ResponseReturnValue:
    """Keep it; a script asks for JSON while a person writes, a form leads back to the page."""
    postmortem, found = _section(ref, key)
    form = SectionForm(request.form)
    if "preview" in request.form:
        return _section_page(postmortem, found, form)
    try:
        mark = _save(postmortem, key, form)
    except Stale as error:
        return _stale(postmortem, found, form, error)
    except Invalid as error:
        if wants_json():
            raise
        form.text.errors = [error.message]
        return _section_page(postmortem, found, form), 422
    if wants_json():
        return jsonify(base=mark, **_told(postmortem))
    return _back(postmortem.incident, f"section-{key}")


@bp.post("/incidents/<ref>/ideas")
@requires(Permission.INCIDENT_EDIT)
def idea(ref: str) -> ResponseReturnValue:
    """Write an idea down; the same form sent twice writes one."""
    postmortem = _postmortem(ref)
    form = IdeaForm(request.form)
    if not form.validate():
        return incident_page(postmortem.incident, idea_form=form), 422
    form_key = form.form_key.data or None
    services.add_idea(current_actor, postmortem, form.text.data or "", form_key=form_key)
    return _back(postmortem.incident, "section-ideas")


@bp.post("/incidents/<ref>/ideas/<int:number>/removal")
@requires(Permission.INCIDENT_EDIT)
def idea_removal(ref: str, number: int) -> ResponseReturnValue:
    """Take an idea away."""
    postmortem = _postmortem(ref)
    found = _one(postmortem.ideas, lambda each: each.id == number)
    services.remove_idea(current_actor, postmortem, found)
    return _back(postmortem.incident, "section-ideas")


@bp.get("/incidents/<ref>/risks")
@requires(Permission.INCIDENT_EDIT)
def risks(ref: str) -> ResponseReturnValue:
    """Look for the risks that foresaw it."""
    postmortem = _postmortem(ref)
    text = request.args.get("q", "")[:200]
    linked = {link.risk_id for link in postmortem.risk_links}
    found = linking.risks_to_link(current_actor, text, below=chosen_team(), without=linked)
    return page_or_fragment(
        "postmortems/risks.html",
        "postmortems/_risk_matches.html",
        incident=postmortem.incident,
        text=text,
        matches=found,
        zone_known=queries.known_at,
    )


@bp.post("/incidents/<ref>/risks")
@requires(Permission.INCIDENT_EDIT)
def risk(ref: str) -> ResponseReturnValue:
    """Link a risk: it foresaw this, or it was found by this."""
    postmortem = _postmortem(ref)
    found = risk_for(current_actor, request.form.get("risk", ""))
    foresaw = request.form.get("foresaw") == "yes"
    services.link_risk(current_actor, postmortem, found, foresaw=foresaw)
    return _back(postmortem.incident, "section-known")


@bp.post("/incidents/<ref>/risks/<risk_ref>/removal")
@requires(Permission.INCIDENT_EDIT)
def risk_removal(ref: str, risk_ref: str) -> ResponseReturnValue:
    """Take the link away."""
    postmortem = _postmortem(ref)
    link = _one(postmortem.risk_links, lambda each: each.risk.ref == risk_ref)
    services.unlink_risk(current_actor, postmortem, link)
    return _back(postmortem.incident, "section-known")


@bp.post("/incidents/<ref>/risks/<risk_ref>/realisation")
@requires(Permission.RISK_EDIT)
def realisation(ref: str, risk_ref: str) -> ResponseReturnValue:
    """Mark the risk as realised by this incident."""
    postmortem = _postmortem(ref)
    link = _one(postmortem.risk_links, lambda each: each.risk.ref == risk_ref)
    services.realise_risk(current_actor, postmortem, link)
    flash(_("%(ref)s is marked as realised.", ref=risk_ref))
    return _back(postmortem.incident, "section-known")


@bp.get("/incidents/<ref>/statements")
@requires(Permission.INCIDENT_EDIT)
def statements(ref: str) -> ResponseReturnValue:
    """Look for the statements that would have helped."""
    postmortem = _postmortem(ref)
    text = request.args.get("q", "")[:200]
    found = linking.statements_to_link(current_actor, postmortem.incident, text)
    return page_or_fragment(
        "postmortems/statements.html",
        "postmortems/_statement_matches.html",
        incident=postmortem.incident,
        text=text,
        matches=found,
    )


@bp.post("/incidents/<ref>/statements")
@requires(Permission.INCIDENT_EDIT)
def statement(ref: str) -> ResponseReturnValue:
    """Link a statement with what was answered before the incident."""
    postmortem = _postmortem(ref)
    raw = request.form.get("statement", "")
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    match = linking.statement_match(current_actor, postmortem.incident, number)
    if match is None:
        raise NotFound(_("There is no such statement."))
    services.link_statement(current_actor, postmortem, match.id, was_met=match.was_met)
    return _back(postmortem.incident, "section-statements")


@bp.post("/incidents/<ref>/statements/<int:number>/removal")
@requires(Permission.INCIDENT_EDIT)
def statement_removal(ref: str, number: int) -> ResponseReturnValue:
    """Take the link away."""
    postmortem = _postmortem(ref)
    link = _one(postmortem.statement_links, lambda each: each.id == number)
    services.unlink_statement(current_actor, postmortem, link)
    return _back(postmortem.incident, "section-statements")


@bp.route("/incidents/<ref>/actions", methods=["GET", "POST"])
@requires(Permission.ACTION_EDIT)
def action(ref: str) -> ResponseReturnValue:
    """Promise an action because of this incident."""
    incident = queries.incident_for(current_actor, ref)
    form = CommitmentForm(request.form if request.method == "POST" else None)
    form.form_key.data = form.form_key.data or new_form_key()
    form.offer(people_of(incident.team))
    if request.method == "GET":
        form.owner.data = str(current_actor.person_id or "")
    elif form.check() and (promised := _promise(incident, form)):
        flash(_("%(ref)s is promised.", ref=promised.ref))
        return _back(incident, "section-actions")
    status = 422 if form.errors else 200
    return render_template("postmortems/action.html", incident=incident, form=form), status


@bp.post("/incidents/<ref>/causes")
@requires(Permission.INCIDENT_EDIT)
def causes(ref: str) -> ResponseReturnValue:
    """Tag the contributing conditions."""
    postmortem = _postmortem(ref)
    chosen = CausesForm(request.form).causes.data or []
    services.set_causes(current_actor, postmortem, chosen)
    return _back(postmortem.incident)


@bp.route("/incidents/<ref>/owner", methods=["GET", "POST"])
@requires(Permission.INCIDENT_EDIT)
def owner(ref: str) -> ResponseReturnValue:
    """Give the post-mortem to somebody else."""
    postmortem = _postmortem(ref)
    form = OwnerForm(request.form, owner=str(postmortem.owner_id or ""))
    people = people_of(postmortem.incident.team)
    form.owner.choices = [("", _("Nobody yet")), *((str(each.id), each.name) for each in people)]
    if request.method == "POST" and form.validate():
        chosen = db.session.get(Person, int(form.owner.data)) if form.owner.data else None
        services.assign_postmortem(current_actor, postmortem, chosen)
        return _back(postmortem.incident)
    status = 422 if form.errors else 200
    return render_template("postmortems/owner.html", postmortem=postmortem, form=form), status


@bp.post("/incidents/<ref>/readiness")
@requires(Permission.INCIDENT_EDIT)
def readiness(ref: str) -> ResponseReturnValue:
    """Hand over to the review."""
    postmortem = _postmortem(ref)
    try:
        services.mark_ready(current_actor, postmortem)
    except Invalid as error:
        return incident_page(postmortem.incident, refusal=error.message), 422
    flash(_("%(ref)s is ready for review.", ref=postmortem.ref))
    return _back(postmortem.incident)


@bp.route("/incidents/<ref>/review", methods=["GET", "POST"])
@requires(Permission.POSTMORTEM_REVIEW)
def review(ref: str) -> ResponseReturnValue:
    """Sign the review with its record."""
    postmortem = _postmortem(ref, Permission.POSTMORTEM_REVIEW)
    form = RecordForm(request.form)
    if request.method == "POST" and form.validate():
        services.review_postmortem(current_actor, postmortem, form.note.data or "")
        flash(_("%(ref)s is reviewed.", ref=postmortem.ref))
        return _back(postmortem.incident)
    status = 422 if form.errors else 200
    return render_template("postmortems/review.html", postmortem=postmortem, form=form), status


@bp.post("/incidents/<ref>/closure")
@requires(Permission.INCIDENT_EDIT)
def closure(ref: str) -> ResponseReturnValue:
    """Close it, once every promise is kept or declined."""
    postmortem = _postmortem(ref)
    try:
        services.close_postmortem(current_actor, postmortem)
    except Conflict as error:
        return incident_page(postmortem.incident, refusal=error.message), 409
    flash(_("%(ref)s is closed.", ref=postmortem.ref))
    return _back(postmortem.incident)


@bp.route("/incidents/<ref>/reopening", methods=["GET", "POST"])
@requires(Permission.INCIDENT_EDIT)
def reopening(ref: str) -> ResponseReturnValue:
    """Back to a draft, with the reason."""
    postmortem = _postmortem(ref)
    form = ReopenForm(request.form)
    if request.method == "POST" and form.validate():
        services.reopen_postmortem(current_actor, postmortem, form.reason.data or "")
        return _back(postmortem.incident)
    status = 422 if form.errors else 200
    return render_template("postmortems/reopening.html", postmortem=postmortem, form=form), status


def _postmortem(ref: str, permission: Permission = Permission.INCIDENT_EDIT) -> Postmortem:
    incident = queries.incident_for(current_actor, ref, permission)
    if incident.postmortem is None:
        raise NotFound(_("%(ref)s has no post-mortem yet.", ref=incident.ref))
    return incident.postmortem


def _section(ref: str, key: str) -> tuple[Postmortem, Section]:
    found = template().section(key)
    if found is None or not found.has_text:
        raise NotFound(_("A post-mortem has no section called %(key)s.", key=key))
    return _postmortem(ref), found


def _save(postmortem: Postmortem, key: str, form: SectionForm) -> str:
    if not form.validate():
        raise Invalid(str(form.text.errors[0]), field=key)
    text, base = form.text.data or "", form.base.data or None
    return services.save_section(current_actor, postmortem, key, text, base=base)


def _told(postmortem: Postmortem) -> dict[str, Any]:
    """What a page that stays open shows anew after a save; the time is on the reader's clock."""
    missing = [section.key for section in queries.missing_sections(postmortem)]
    return {"at": wall_time(now()), "missing": missing, "to_write": to_write_words(len(missing))}


def _section_page(postmortem: Postmortem, section: Section, form: SectionForm) -> str:
    return page_or_fragment(
        "postmortems/section.html",
        "postmortems/_section_form.html",
        postmortem=postmortem,
        incident=postmortem.incident,
        section=section,
        form=form,
        preview="preview" in request.form,
    )


def _stale(
    postmortem: Postmortem, section: Section, form: SectionForm, error: Stale
) -> ResponseReturnValue:
    """Both texts; saving again from here puts yours in place of theirs."""
    theirs = error.theirs[section.key]
    mark = services.text_mark(theirs)
    if wants_json():
        return jsonify(theirs=theirs, base=mark, detail=error.message), 409
    form.base.data = mark
    context = {"incident": postmortem.incident, "section": section, "form": form}
    return render_template("postmortems/stale.html", theirs=theirs, **context), 409


def _promise(incident: Incident, form: CommitmentForm) -> ActionItem | None:
    """Create the action; None with the refusal in the form."""
    owner_id = form.owner.data
    try:
        return create_action(
            current_actor,
            team=incident.team,
            title=form.title.data or "",
            owner=db.session.get(Person, int(owner_id)) if owner_id else None,
            type=ActionType(form.type.data),
            priority=Priority(form.priority.data),
            detail=form.detail.data or "",
            verify_how=form.verify_how.data or "",
            external_url=form.external_url.data or "",
            due_on=form.due_on.data,
            incident_id=incident.id,
            form_key=form.form_key.data or None,
        )
    except Invalid as error:
        show_refusal(error, form)
        return None


def _one(rows: Any, wanted: Callable[[Any], bool]) -> Any:
    found = next((row for row in rows if wanted(row)), None)
    if found is None:
        raise NotFound(_("It is not linked any more."))
    return found


def _back(incident: Incident, anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for("postmortems.show", ref=incident.ref, _anchor=anchor or None), 303)
