"""The cookie of a session, who the visitor is, and where a page leads on to."""

from typing import TypedDict

from flask import current_app, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from riskreg.errors import Conflict
from riskreg.settings import Settings
from riskreg.web.onward import is_ours


def cookie_name() -> str:
    """The __Host- name over https; another one on plain http."""
    return "__Host-riskreg" if request.is_secure else "riskreg-http"


def set_cookie(response: Response, token: str) -> Response:
    """Keep the token of a session in the browser."""
    response.set_cookie(
        cookie_name(), token, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )
    return response


def lead_on(onward: str, token: str) -> Response:
    """The answer to signing in."""
    return set_cookie(redirect(onward, 303), token)


def drop_cookie(response: Response) -> Response:
    """Forget the token."""
    response.delete_cookie(
        cookie_name(), path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )
    return response


def onward() -> str:
    """A path on this site, never another site's address."""
    wanted = request.values.get("next", "/")
    return wanted if is_ours(wanted) else "/"


class Visitor(TypedDict):
    """Who visits, as a session remembers it."""

    device: str
    address: str


def visitor() -> Visitor:
    """The browser and its address, as a session remembers them."""
    return Visitor(device=request.user_agent.string, address=request.remote_addr or "")


def settings() -> Settings:
    """The settings of the running program."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def demand_passwords() -> None:
    """Raise Conflict where people sign in by the identity provider only."""
    provider = settings().provider
    if provider is not None and provider.is_only_way:
        raise Conflict(_("There are no passwords here; sign in with %(name)s.", name=provider.name))
