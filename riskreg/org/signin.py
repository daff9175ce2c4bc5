"""Pages of sign-in, set-up and one's own account."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from riskreg.db import db
from riskreg.errors import Conflict, Forbidden, Invalid, NotFound
from riskreg.org import sessions
from riskreg.org.account import change_password, role_rows, session_rows
from riskreg.org.bearer import load_bearer
from riskreg.org.codes import ask_for_code
from riskreg.org.cookies import (
    cookie_name,
    demand_passwords,
    drop_cookie,
    lead_on,
    onward,
    settings,
    visitor,
)
from riskreg.org.desks import demo_crew
from riskreg.org.forms import PasswordForm, SetupForm, SignInForm
from riskreg.org.kinds import Notice, Role
from riskreg.org.letters import tell
from riskreg.org.models import Person
from riskreg.org.permissions import SYSTEM_ACTOR, Actor, Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import person_by_id
from riskreg.org.refusals import Act, claimed_by, refuse
from riskreg.org.second_factors import has_second_factor
from riskreg.org.services import create_person, create_team, grant_role
from riskreg.org.tree import SeenTeams, seen_teams
from riskreg.web.cookies import remember
from riskreg.web.security import current_actor, is_api, requires

bp = Blueprint("signin", __name__)
# Nobody is signed in there.
FOR_MACHINES = frozenset({"static", "health.alive", "health.ready", "reports.create"})


@bp.get("/sign-in")
@requires(Permission.PUBLIC)
def new() -> BaseResponse | str:
    """The sign-in page; the set-up page while nobody exists."""
    if not db.session.scalar(select(func.count(Person.id))):
        return redirect(url_for("signin.setup"), 303)
    return _page(SignInForm())


@bp.post("/sign-in")
@requires(Permission.PUBLIC)
def create() -> ResponseReturnValue:
    """Sign in with e-mail and password; a second factor is asked for on a page of its own."""
    demand_passwords()
    form = SignInForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        person = sessions.person_with(
            email=form.email.data or "",
            password=form.password.data or "",
            address=request.remote_addr or "",
        )
    except Invalid as error:
        form.password.errors = [error.message]
        refuse(Act.SIGN_IN, error.message, claimed=claimed_by(form.email.data or ""))
        return _page(form), 422
    if has_second_factor(person.id):
        return ask_for_code(person)
    return lead_on(onward(), sessions.begin_session(person, settings=settings(), **visitor()))


@bp.post("/demo/sign-in/<int:person_id>")
@requires(Permission.PUBLIC)
def demo(person_id: int) -> BaseResponse:
    """One-click sign-in as a demo person; exists in the demo only."""
    if not settings().demo:
        raise NotFound(_("There is nothing here, or you may not see it."))
    person = person_by_id(person_id)
    if not person.is_active:
        raise NotFound(_("This person cannot sign in any more."))
    return lead_on(onward(), sessions.begin_session(person, settings=settings(), **visitor()))


@bp.post("/sign-out")
@requires(Permission.SELF)
def destroy() -> BaseResponse:
    """Sign out here."""
    if current_actor.session_id is not None:
        sessions.end_session(current_actor, current_actor.session_id)
    response = redirect(url_for("signin.new"), 303)
    g.pop("new_token", None)
    drop_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/setup", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def setup() -> BaseResponse | str | tuple[str, int]:
    """Make the first administrator with the one-time code."""
    if db.session.scalar(select(func.count(Person.id))):
        raise Forbidden(
            _("riskreg is set up already. Sign in, or ask an administrator for an account.")
        )
    form = SetupForm(request.form)
    if request.method == "GET":
        return render_template("org/setup.html", form=form)
    if not form.validate():
        return render_template("org/setup.html", form=form), 422
    try:
        sessions.use_setup_code(form.code.data or "")
        person = first_administrator(
            organisation=form.organisation.data or "",
            name=form.name.data or "",
            email=form.email.data or "",
            password=form.password.data or "",
        )
    except (Invalid, Conflict) as error:
        db.session.rollback()
        if error.field in {None, "code"}:
            refuse(Act.SIGN_IN, error.message)
        form[error.field or "code"].errors = [error.message]
        return render_template("org/setup.html", form=form), 422
    token = sessions.begin_session(person, settings=settings(), **visitor())
    return lead_on(url_for("signin.me"), token)


@bp.get("/me")
@requires(Permission.SELF)
def me() -> str:
    """One's own account: roles and signed-in browsers."""
    return _account(PasswordForm())


@bp.post("/me/password")
@requires(Permission.SELF)
def password() -> BaseResponse | tuple[str, int]:
    """Change one's own password; every other browser is signed out."""
    demand_passwords()
    form = PasswordForm(request.form)
    if not form.validate():
        return _account(form), 422
    person = person_by_id(current_actor.person_id or 0)
    try:
        change_password(
            current_actor, person, current=form.current.data or "", new=form.password.data or ""
        )
    except Invalid as error:
        if error.field == "current":
            refuse(Act.PROOF, error.message)
        form[error.field or "password"].errors = [error.message]
        return _account(form), 422
    tell(person, Notice.PASSWORD, settings=settings())
    flash(_("Your password is changed. Every other browser was signed out."))
    return lead_on(url_for("signin.me"), sessions.change_token(current_actor.session_id))


@bp.post("/me/sessions/<int:session_id>/end")
@requires(Permission.SELF)
@proven_lately("signin.me")
def end(session_id: int) -> BaseResponse:
    """End one of one's own sessions."""
    sessions.end_session(current_actor, session_id)
    return redirect(url_for("signin.me"), 303)


@bp.post("/me/theme")
@requires(Permission.PUBLIC)
def theme() -> BaseResponse:
    """Choose light, dark or as the system says; kept in a cookie."""
    chosen = request.form.get("theme", "auto")
    response = redirect(onward(), 303)
    return remember(response, "theme", chosen) if chosen in {"light", "dark", "auto"} else response


def first_administrator(*, organisation: str, name: str, email: str, password: str) -> Person:
    """The root team and a person with the administrator's role on it."""
    team = create_team(SYSTEM_ACTOR, name=organisation, parent=None)
    person = create_person(
        SYSTEM_ACTOR, name=name, email=email, password=password, values={"home_team_id": team.id}
    )
    grant_role(SYSTEM_ACTOR, person, team, Role.ADMIN)
    return person


def load_actor() -> None:
    """Before each request: who is signed in, from the cookie; programs come with a token."""
    g.actor = None
    if is_api():
        load_bearer()
        return
    if request.endpoint in FOR_MACHINES:
        return
    token = request.cookies.get(cookie_name())
    session = sessions.session_of(token, settings=settings()) if token else None
    if session is not None:
        g.actor = session.actor
        g.tree = session.tree
        g.session = session
        g.new_token = sessions.renew_session(session)
        sessions.touch_session(session)


def teams_seen(actor: Actor) -> SeenTeams:
    """The teams an actor may look at, as the tree reads."""
    return seen_teams(actor, g.get("tree"))


def _page(form: SignInForm) -> str:
    crew = demo_crew() if settings().demo else None
    return render_template(
        "org/sign_in.html",
        form=form,
        demo_crew=crew,
        next=onward(),
        has_mail=settings().mail is not None,
    )


def _account(form: PasswordForm) -> str:
    person = person_by_id(current_actor.person_id or 0)
    idle = settings().session_idle_minutes
    return render_template(
        "org/me.html",
        person=person,
        form=form,
        roles=role_rows(person),
        sessions=session_rows(current_actor, idle_minutes=idle),
        has_second_factor=has_second_factor(person.id),
    )
