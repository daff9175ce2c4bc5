"""Pages of the second factor: asking for it at sign-in, setting it up, turning it off."""

import hashlib
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any

import pyotp
import segno
from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.lib.dates import now
from riskreg.org import second_factors, sessions
from riskreg.org.account import end_all_sessions
from riskreg.org.cookies import lead_on, onward, set_cookie, settings, visitor
from riskreg.org.forms import CodeForm, TurnOffForm
from riskreg.org.kinds import Notice
from riskreg.org.letters import tell
from riskreg.org.limits import count_try, forget_tries
from riskreg.org.models import Person
from riskreg.org.passwords import MIN_LENGTH, password_matches
from riskreg.org.permissions import Permission
from riskreg.org.proofs import needs_second_factor
from riskreg.org.queries import person_by_id
from riskreg.org.refusals import Act, refuse
from riskreg.web.security import current_actor, requires

bp = Blueprint("codes", __name__)
HALFWAY = "halfway"  # in the signed cookie: whose password was right, and when
HALFWAY_FOR = timedelta(minutes=5)
ISSUER = "riskreg"


def ask_for_code(person: Person, *, to: str | None = None) -> ResponseReturnValue:
    """The password was right and a second factor is due: no session yet, its own page instead."""
    session[HALFWAY] = {
        "person": person.id,
        "at": now().isoformat(),
        "password": _fingerprint(person),
    }
    return redirect(url_for("codes.new", next=to or onward()), 303)


@bp.get("/sign-in/code")
@requires(Permission.PUBLIC)
def new() -> ResponseReturnValue:
    """Ask for the code."""
    if _halfway() is None:
        return redirect(url_for("signin.new", next=onward()), 303)
    return render_template("org/sign_in_code.html", form=CodeForm(), next=onward())


@bp.post("/sign-in/code")
@requires(Permission.PUBLIC)
def create() -> ResponseReturnValue:
    """Sign in with the code, after the password."""
    person = _halfway()
    if person is None:
        return redirect(url_for("signin.new", next=onward()), 303)
    form = CodeForm(request.form)
    if form.validate():
        count_try(_tries_of(person.id))
        try:
            second_factors.demand_code(person, form.code.data or "", **_secret_key())
        except Invalid as error:
            form.code.errors = [error.message]
            refuse(Act.SIGN_IN, error.message, claimed=(person.id, person.name))
    if form.errors:
        return render_template("org/sign_in_code.html", form=form, next=onward()), 422
    forget_tries(_tries_of(person.id))
    session.pop(HALFWAY)
    token = sessions.begin_session(person, settings=settings(), **visitor())
    return lead_on(onward(), token)


@bp.get("/me/second-factor")
@requires(Permission.SELF)
def show() -> ResponseReturnValue:
    """Whether one has a second factor, and what can be done about it."""
    return _page()


@bp.post("/me/second-factor")
@requires(Permission.SELF)
def begin() -> ResponseReturnValue:
    """Make a secret and show it as a QR code."""
    second_factors.begin_second_factor(_me(), **_secret_key())
    return redirect(url_for("codes.show"), 303)


@bp.post("/me/second-factor/confirmation")
@requires(Permission.SELF)
def confirm() -> ResponseReturnValue:
    """The first code from the app; the answer shows the recovery codes, once."""
    form = CodeForm(request.form)
    if not form.validate():
        return _page(code_form=form), 422
    count_try(_tries_of(current_actor.person_id))
    try:
        codes = second_factors.confirm_second_factor(
            current_actor, _me(), form.code.data or "", **_secret_key()
        )
    except Invalid as error:
        form.code.errors = [error.message]
        refuse(Act.PROOF, error.message)
        return _page(code_form=form), 422
    forget_tries(_tries_of(current_actor.person_id))
    end_all_sessions(_me(), keep=current_actor.session_id)
    answer = make_response(render_template("org/recovery_codes.html", codes=codes))
    return set_cookie(answer, sessions.change_token(current_actor.session_id))


@bp.post("/me/second-factor/codes")
@requires(Permission.SELF)
def renew() -> ResponseReturnValue:
    """New recovery codes instead of the old ones; shown once."""
    form = CodeForm(request.form)
    if form.validate() and _shows_code(form.code):
        codes = second_factors.renew_recovery_codes(current_actor, _me())
        return render_template("org/recovery_codes.html", codes=codes)
    return _page(code_form=form), 422


@bp.post("/me/second-factor/end")
@requires(Permission.SELF)
def end() -> ResponseReturnValue:
    """Turn it off, with the password and a last code."""
    form = TurnOffForm(request.form)
    if form.validate() and _shows_code(form.last_code) and _shows_long_password(form):
        second_factors.remove_second_factor(current_actor, _me())
        end_all_sessions(_me(), keep=current_actor.session_id)
        tell(_me(), Notice.SECOND_FACTOR, settings=settings())
        flash(_("Your second factor is turned off. Every other browser was signed out."))
        token = sessions.change_token(current_actor.session_id)
        return lead_on(url_for("codes.show"), token)
    return _page(end_form=form), 422


def _page(*, code_form: CodeForm | None = None, end_form: TurnOffForm | None = None) -> str:
    person = _me()
    factor = second_factors.second_factor_of(person.id)
    secret = None
    if factor is not None and factor.confirmed_at is None:
        secret = second_factors.secret_of(factor, **_secret_key())
    return render_template(
        "org/second_factor.html",
        factor=factor,
        required=settings().require_second_factor and needs_second_factor(current_actor),
        secret=" ".join(wrap(secret, 4)) if secret else None,  # to be typed by people
        picture=_picture(secret, person) if secret else None,
        left=second_factors.recovery_codes_left(person.id),
        code_form=code_form or CodeForm(),
        end_form=end_form or TurnOffForm(),
    )


def _picture(secret: str, person: Person) -> str:
    """The QR code as the address of a picture; dark on white, because cameras want it so."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)
    return segno.make(uri, error="m").svg_data_uri(scale=5, dark="#000", light="#fff")


def _halfway() -> Person | None:
    """Whose password was right within five minutes, if it still is their password."""
    kept: dict[str, Any] | None = session.get(HALFWAY)
    if not kept or now() - datetime.fromisoformat(kept["at"]) > HALFWAY_FOR:
        return None
    person = db.session.get(Person, kept["person"])
    fine = person is not None and person.is_active and kept["password"] == _fingerprint(person)
    return person if fine else None


def _shows_code(field: StringField) -> bool:
    count_try(_tries_of(current_actor.person_id))
    try:
        second_factors.demand_code(_me(), field.data or "", **_secret_key())
    except Invalid as error:
        field.errors = [error.message]
        refuse(Act.PROOF, error.message)
        return False
    forget_tries(_tries_of(current_actor.person_id))
    return True


def _shows_long_password(form: TurnOffForm) -> bool:
    """Without a second factor the password must be long enough to stand alone."""
    given = form.password.data or ""
    if not password_matches(_me().password_hash, given):
        form.password.errors = [_("This is not your password.")]
        refuse(Act.PROOF, form.password.errors[0])
    elif settings().require_second_factor and needs_second_factor(current_actor):
        form.password.errors = [_("Your role asks for a second factor; it cannot be turned off.")]
    elif len(given) < MIN_LENGTH:
        form.password.errors = [
            _("Without a second factor a password has 15 characters or more. Change it first.")
        ]
    return not form.password.errors


def _me() -> Person:
    return person_by_id(current_actor.person_id or 0)


def _tries_of(person_id: int | None) -> str:
    return f"code:{person_id}"


def _secret_key() -> dict[str, str]:
    return {"secret_key": settings().secret_key}


def _fingerprint(person: Person) -> str:
    """Changes with the password; says nothing about it."""
    return hashlib.sha256((person.password_hash or "").encode()).hexdigest()[:16]
