"""Pages of a lost password and of an invitation: asking for a link, choosing a password with it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.db import db
from riskreg.errors import Conflict, Invalid, NotFound
from riskreg.org import one_time_links
from riskreg.org.cookies import demand_passwords, settings
from riskreg.org.forms import ChosenPasswordForm, LinkForm
from riskreg.org.kinds import LinkKind, Notice
from riskreg.org.letters import tell
from riskreg.org.limits import Limit, count_use, network_of
from riskreg.org.permissions import Permission
from riskreg.org.refusals import Act, refuse
from riskreg.web.security import requires

bp = Blueprint("links", __name__)


@bp.get("/sign-in/link")
@requires(Permission.PUBLIC)
def new() -> ResponseReturnValue:
    """Where shall the link go; without a mail server, who else helps."""
    return _asking(LinkForm())


@bp.post("/sign-in/link")
@requires(Permission.PUBLIC)
def create() -> ResponseReturnValue:
    """Let a link be mailed; the answer and the work are the same whether anybody has the e-mail."""
    demand_passwords()
    if settings().mail is None:
        raise Conflict(_("riskreg sends no mail here."))
    form = LinkForm(request.form)
    if not form.validate():
        return _asking(form), 422
    email, address = (form.email.data or "").lower(), request.remote_addr or ""
    count_use(Limit.LINK, network_of(address))
    count_use(Limit.LETTER, email)
    one_time_links.ask_for_link(email, kind=LinkKind.RESET, address=address)
    flash(
        _(
            "If somebody here has the e-mail %(email)s, a link is on its way to them. "
            "It works once, for 30 minutes.",
            email=email,
        )
    )
    return redirect(url_for("signin.new"), 303)


@bp.get("/sign-in/password")
@requires(Permission.PUBLIC)
def show() -> ResponseReturnValue:
    """Choose a password; looking at the page does not use the link up, for mail scanners look."""
    return _choosing(ChosenPasswordForm(request.args))


@bp.post("/sign-in/password")
@requires(Permission.PUBLIC)
def use() -> ResponseReturnValue:
    """The password is chosen; signing in comes next, with the second factor where there is one."""
    demand_passwords()
    form = ChosenPasswordForm(request.form)
    if not form.validate():
        return _choosing(form, 422)
    try:
        person = one_time_links.use_link(form.token.data or "", form.password.data or "")
    except Invalid as error:
        db.session.rollback()
        form.password.errors = [error.message]
        return _choosing(form, 422)
    except NotFound:
        return _choosing(form)
    tell(person, Notice.PASSWORD, settings=settings())
    flash(_("Your password is set. Sign in with it."))
    return redirect(url_for("signin.new"), 303)


def _asking(form: LinkForm) -> str:
    has_mail = settings().mail is not None
    return render_template("org/lost_password.html", form=form, has_mail=has_mail)


def _choosing(form: ChosenPasswordForm, status: int = 200) -> ResponseReturnValue:
    try:
        person = one_time_links.person_of_link(form.token.data or "")
    except NotFound as error:
        has_mail = settings().mail is not None
        refuse(Act.SIGN_IN, error.message)
        page = render_template("org/spent_link.html", why=error.message, has_mail=has_mail)
        return page, 404
    return render_template("org/choose_password.html", form=form, person=person), status
