"""What a session must show before it may go on: a second factor, or once more who one is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.errors import Forbidden
from riskreg.lib.dates import now
from riskreg.org.cookies import lead_on, onward, set_cookie, settings
from riskreg.org.forms import ProofForm
from riskreg.org.kinds import Role
from riskreg.org.limits import count_try, forget_tries
from riskreg.org.passwords import password_matches
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import person_by_id
from riskreg.org.refusals import Act, refuse
from riskreg.org.second_factors import takes_code
from riskreg.org.sessions import LiveSession, prove_session
from riskreg.web.security import ATTRIBUTE as PERMISSION
from riskreg.web.security import current_actor, requires

bp = Blueprint("proofs", __name__)
View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "riskreg_proof"
PROVEN_FOR = timedelta(minutes=10)
KEPT = {"person_id", "ref"}  # what of an address the page to go on from needs as well
# All that can be done while a second factor is due: setting it up, one's password, leaving.
OPEN = frozenset(
    {"codes.show", "codes.begin", "codes.confirm", "signin.me", "signin.password", "signin.destroy"}
)


def proven_lately(back: str, when: Callable[[], bool] | None = None) -> Callable[[View], View]:
    """Declare that a view asks again who one is, unless that was shown within ten minutes.

    `back` is the endpoint of the page to go on from; `when` says for which requests it holds.
    """

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, (back, when))
        return view

    return mark


def init_app(app: Flask) -> None:
    """Attach the checks before every request; after the permission was checked."""
    app.before_request(_set_up_first)
    app.before_request(_prove_first)
    app.after_request(_keep_new_token)


def needs_second_factor(actor: Actor) -> bool:
    """Whether a role of theirs asks for one: administrators, and managers of the root team."""
    return any(
        role is Role.ADMIN or (role is Role.MANAGER and is_root(path))
        for path, role in actor.grants
    )


def is_root(path: str) -> bool:
    """Whether this is the path of the root team."""
    return path.count("/") == 2


@bp.route("/me/proof", methods=["GET", "POST"])
@requires(Permission.SELF)
def new() -> ResponseReturnValue:
    """Show again who one is, with the password or a code; the session gets a new token."""
    form = ProofForm(request.form)
    if request.method == "GET":
        return render_template("org/proof.html", form=form, next=onward())
    if form.validate() and not _is_proven(form.proof.data or ""):
        form.proof.errors = [_("This is neither your password nor a code that is good now.")]
        refuse(Act.PROOF, form.proof.errors[0])
    if form.errors:
        return render_template("org/proof.html", form=form, next=onward()), 422
    forget_tries(_tries())
    flash(_("Thank you. For ten minutes you are not asked again; now do what you were about to."))
    return lead_on(onward(), prove_session(current_actor.session_id))


def _is_proven(proof: str) -> bool:
    count_try(_tries())
    person = person_by_id(current_actor.person_id)
    if takes_code(person, proof, secret_key=settings().secret_key):
        return True
    return password_matches(person.password_hash, proof)


def _set_up_first() -> ResponseReturnValue | None:
    session: LiveSession | None = g.get("session")
    if session is None or session.has_second_factor or request.endpoint in OPEN:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, PERMISSION, None) in {None, Permission.PUBLIC}:
        return None
    required = settings().require_second_factor and needs_second_factor(session.actor)
    if not required and not session.has_short_password:
        return None
    if request.method == "GET":
        return redirect(url_for("codes.show"), 303)
    raise Forbidden(_("Set up your second factor first; until then nothing else can be done."))


def _prove_first() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    back, when = getattr(view, ATTRIBUTE, (None, None))
    session: LiveSession | None = g.get("session")
    if back is None or session is None or settings().demo:
        return None
    if now() - session.proved_at <= PROVEN_FOR or (when is not None and not when()):
        return None
    if request.method == "GET":
        return redirect(url_for("proofs.new", next=request.full_path.rstrip("?")), 303)
    kept = {name: it for name, it in (request.view_args or {}).items() if name in KEPT}
    return redirect(url_for("proofs.new", next=url_for(back, **kept)), 303)


def _keep_new_token(response: Response) -> Response:
    """A session whose person's roles changed goes on under another token."""
    token: str | None = g.pop("new_token", None)
    if token is not None:
        set_cookie(response, token)
    return response


def _tries() -> str:
    return f"proof:{current_actor.person_id}"
