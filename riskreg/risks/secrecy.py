"""Confidential risks: who reads one, and how it is opened in an emergency."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import Form, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length

from riskreg.db import db
from riskreg.errors import Invalid, NotFound
from riskreg.fields import clean
from riskreg.org.permissions import Permission
from riskreg.org.queries import people_by_id, people_names
from riskreg.org.readers import (
    Rights,
    keep_confidential,
    make_public,
    may_open,
    open_for_a_while,
    readers_of,
)
from riskreg.risks.blueprint import bp
from riskreg.risks.models import Risk
from riskreg.risks.queries import risk_for, risk_id
from riskreg.web.security import current_actor, requires

RIGHTS = Rights(view=Permission.RISK_VIEW, edit=Permission.RISK_EDIT)


class ReasonForm(Form):
    """Why somebody who may not read it has to."""

    why = TextAreaField(
        _l("Why?"), [DataRequired(_l("Say why, in a sentence.")), Length(max=1000)], filters=[clean]
    )


class ReadersForm(ReasonForm):
    """Who may read a confidential risk."""

    readers = SelectMultipleField(
        _l("Who may read it"),
        coerce=int,
        description=_l("Beside its owner and whoever has an action of it. No role opens it."),
    )


@bp.get("/risks/<ref>/readers")
@requires(Permission.RISK_EDIT)
def readers(ref: str) -> str:
    """Who reads a risk: everybody on the team, or the people named here."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    named = [person.id for person in readers_of(risk).named] or [current_actor.person_id]
    return _page(risk, ReadersForm(data={"readers": named}))


@bp.post("/risks/<ref>/readers")
@requires(Permission.RISK_EDIT)
def name_readers(ref: str) -> Response | tuple[str, int]:
    """Keep the risk confidential to these readers."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = _offered(ReadersForm(request.form))
    if not form.validate():
        return _page(risk, form), 422
    found = people_by_id(form.readers.data or [])
    try:
        keep_confidential(
            current_actor, risk, RIGHTS, readers=list(found.values()), why=form.why.data or ""
        )
    except Invalid as error:
        form[error.field or "why"].errors = [error.message]
        return _page(risk, form), 422
    flash(_("%(ref)s is confidential. Its readers see it, nobody else.", ref=risk.ref))
    still = current_actor.person_id in {*found, risk.owner_id} or risk.secret in current_actor.privy
    return _onward(risk, still=still)


@bp.post("/risks/<ref>/readers/removal")
@requires(Permission.RISK_EDIT)
def unname_readers(ref: str) -> Response | tuple[str, int]:
    """Let everybody read it again whose role allows it."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = ReasonForm(request.form)
    if not form.validate():
        again = ReadersForm(request.form)
        again.why.errors = form.why.errors
        return _page(risk, again), 422
    make_public(current_actor, risk, RIGHTS, why=form.why.data or "")
    flash(_("%(ref)s is not confidential any more.", ref=risk.ref))
    return redirect(url_for("risks.show", ref=risk.ref), 303)


@bp.get("/risks/<ref>/opening")
@requires(Permission.PERSON_EDIT)
def opening(ref: str) -> str:
    """Open a confidential risk in an emergency."""
    return render_template("risks/opening.html", risk=_closed_to_me(ref), form=ReasonForm())


@bp.post("/risks/<ref>/opening")
@requires(Permission.PERSON_EDIT)
def open_it(ref: str) -> Response | tuple[str, int]:
    """Read it for an hour, with a reason; its readers see who did and why."""
    risk = _closed_to_me(ref)
    form = ReasonForm(request.form)
    if not form.validate():
        return render_template("risks/opening.html", risk=risk, form=form), 422
    open_for_a_while(current_actor, risk, why=form.why.data or "")
    flash(_("%(ref)s is open to you for an hour. Its readers are told.", ref=risk.ref))
    return redirect(url_for("risks.show", ref=risk.ref), 303)


def _closed_to_me(ref: str) -> Risk:
    """A confidential risk, for whoever administers the whole organisation; else NotFound."""
    number = risk_id(ref)
    risk = db.session.get(Risk, number) if number is not None else None
    if risk is None or not risk.is_confidential or not may_open(current_actor):
        raise NotFound(_("There is nothing here, or you may not see it."))
    return risk


def _page(risk: Risk, form: ReadersForm) -> str:
    return render_template("risks/readers.html", risk=risk, form=_offered(form))


def _offered(form: ReadersForm) -> ReadersForm:
    form.readers.choices = people_names()
    return form


def _onward(risk: Risk, *, still: bool) -> Response:
    """To the risk, or to the list for somebody who may not see it any more."""
    here = url_for("risks.show", ref=risk.ref) if still else url_for("risks.index")
    return redirect(here, 303)
