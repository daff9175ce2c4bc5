"""Pages on the way to the identity provider and back."""

from flask import (
    Blueprint,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.db import db, transaction
from riskreg.errors import Conflict, Forbidden, NotFound, TooMany, Unavailable
from riskreg.org.accounts import may_manage
from riskreg.org.codes import ask_for_code
from riskreg.org.cookies import lead_on, onward, settings, visitor
from riskreg.org.kinds import Notice
from riskreg.org.letters import tell
from riskreg.org.limits import Limit, count_use, network_of
from riskreg.org.models import Person
from riskreg.org.permissions import Actor, Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import person_by_id
from riskreg.org.refusals import Act, refuse
from riskreg.org.second_factors import has_second_factor
from riskreg.org.sessions import begin_session, prove_session
from riskreg.settings import Provider
from riskreg.sso import protocol, services
from riskreg.sso.kinds import Purpose
from riskreg.sso.protocol import Distrusted, Flow, Identity, distrust
from riskreg.sso.queries import account_at
from riskreg.web.panels import Panel, add_panel
from riskreg.web.security import current_actor, requires

bp = Blueprint("sso", __name__)
FLOW = "sso"  # in the signed cookie
PROOF_SECONDS = 60  # clocks differ


@bp.app_context_processor
def _names() -> dict[str, object]:
    """What pages about signing in say of the provider."""
    return {"provider": settings().provider, "takes_passwords": settings().takes_passwords}


def person_panel(actor: Actor, person: Person) -> Panel | None:
    """On a person's page: which account signs in as them."""
    provider = settings().provider
    account = account_at(provider.issuer, person.id) if provider is not None else None
    if account is None:
        return None
    may_end = may_manage(actor, person) and actor.person_id != person.id
    context = {"account": account, "may_end": may_end}
    return Panel(title=_("Single sign-on"), template="sso/_person.html", context=context)


add_panel("person", person_panel)


@bp.get("/sign-in/sso")
@requires(Permission.PUBLIC)
def new() -> ResponseReturnValue:
    """Go to the provider to sign in."""
    return _go(Purpose.SIGN_IN, onward())


@bp.get("/me/proof/sso")
@requires(Permission.SELF)
def prove() -> ResponseReturnValue:
    """Go to the provider to show again who one is."""
    return _go(Purpose.PROVE, onward())


@bp.get("/me/sso/connection")
@requires(Permission.SELF)
@proven_lately("sso.show")
def connect() -> ResponseReturnValue:
    """Go to the provider to show which account there is one's own.

    Nobody else's page may lead there: the browser might be signed in there as somebody else.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden(_("This request came from another site and was refused."))
    return _go(Purpose.CONNECT, url_for("sso.show"))


@bp.get("/me/sso")
@requires(Permission.SELF)
def show() -> ResponseReturnValue:
    """Whether one's account is connected."""
    account = account_at(_provider().issuer, current_actor.person_id)
    return render_template("sso/show.html", account=account)


@bp.post("/me/sso/end")
@requires(Permission.SELF)
@proven_lately("sso.show")
def end() -> ResponseReturnValue:
    """Disconnect one's account."""
    person = person_by_id(current_actor.person_id)
    services.disconnect(current_actor, person, issuer=_provider().issuer)
    flash(_("Your account there no longer signs you in here."))
    return redirect(url_for("sso.show"), 303)


@bp.post("/admin/people/<int:person_id>/sso/end")
@requires(Permission.PERSON_EDIT)
@proven_lately("people.show")
def take(person_id: int) -> ResponseReturnValue:
    """Disconnect somebody else's account."""
    person = person_by_id(person_id)
    services.disconnect(current_actor, person, issuer=_provider().issuer)
    flash(_("The account there no longer signs in as %(name)s.", name=person.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


@bp.get("/sign-in/sso/return")
@requires(Permission.PUBLIC)
def create() -> ResponseReturnValue:
    """Back from the provider.

    It leads the browser here by a GET, so this one GET changes something, in a transaction of its
    own. It does so once: the state is spent before anything else.
    """
    provider = _provider()
    try:
        flow = _flow()
        identity = protocol.identity_of(provider, request.args, flow, redirect_uri=_redirect_uri())
        return _LED_BACK[flow.purpose](provider, flow, identity)
    except (Distrusted, Conflict, Forbidden, Unavailable) as error:
        db.session.rollback()
        refuse(Act.SIGN_IN, error.message)
        page = render_template("sso/refused.html", why=error.message)
        return make_response(page, error.status)


def _sign_in(provider: Provider, flow: Flow, identity: Identity) -> ResponseReturnValue:
    elsewhere = provider.checks_second_factor
    with transaction():
        person = services.person_signing_in(identity, provider)
        asks_for_code = has_second_factor(person.id) and not elsewhere
        token = None
        if not asks_for_code:
            token = begin_session(
                person, settings=settings(), factor_elsewhere=elsewhere, **visitor()
            )
    return ask_for_code(person, to=flow.onward) if token is None else lead_on(flow.onward, token)


def _connect(_provider: Provider, flow: Flow, identity: Identity) -> ResponseReturnValue:
    _demand_same_person(flow)
    with transaction():
        person = person_by_id(flow.person_id or 0)
        services.connect(current_actor, person, identity)
        tell(person, Notice.ACCOUNT, settings=settings())
    flash(_("From now on your account there signs you in here."))
    return redirect(flow.onward, 303)


def _prove(_provider: Provider, flow: Flow, identity: Identity) -> ResponseReturnValue:
    """They must have signed in there since: being signed in there shows nothing new."""
    _demand_same_person(flow)
    account = account_at(identity.issuer, flow.person_id)
    if account is None or account.subject != identity.subject:
        raise distrust("sub", _("This is another account than the one that is connected."))
    if (identity.signed_in_at or 0) < flow.begun_seconds - PROOF_SECONDS:
        raise distrust("auth_time", _("The identity provider did not ask again who you are."))
    with transaction():
        token = prove_session(current_actor.session_id)
    flash(_("Thank you. For ten minutes you are not asked again; now do what you were about to."))
    return lead_on(flow.onward, token)


_LED_BACK = {Purpose.SIGN_IN: _sign_in, Purpose.CONNECT: _connect, Purpose.PROVE: _prove}


def _go(purpose: Purpose, to: str) -> ResponseReturnValue:
    """The cookie keeps what must come back; nothing is open while the provider is asked."""
    provider, actor = _provider(), g.get("actor")
    person_id = actor.person_id if actor is not None and purpose is not Purpose.SIGN_IN else None
    flow = Flow.begin(purpose, onward=to, person_id=person_id)
    count_use(Limit.SIGN_IN, network_of(request.remote_addr or ""))
    address = protocol.way_there(provider, flow, redirect_uri=_redirect_uri())
    session[FLOW] = flow.to_cookie()
    return redirect(address, 303)


def _flow() -> Flow:
    """The way that ends here; it ends once, in whichever process."""
    flow = Flow.of_cookie(session.pop(FLOW, None), state=request.args.get("state", ""))
    try:
        count_use(Limit.STATE, flow.state)
    except TooMany as error:
        raise distrust("replay", _("This sign-in was finished already.")) from error
    return flow


def _demand_same_person(flow: Flow) -> None:
    if g.get("actor") is None or g.actor.person_id != flow.person_id:
        raise distrust("person", _("Somebody else is signed in here by now."))


def _provider() -> Provider:
    provider = settings().provider
    if provider is None:
        raise NotFound(_("There is no single sign-on here."))
    return provider


def _redirect_uri() -> str:
    return f"{settings().base_url}/sign-in/sso/return"
