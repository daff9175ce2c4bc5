"""The cookie of a session, who the visitor is, and where a page leads on to."""

from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from riskreg.settings import Settings


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
    fine = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if fine and wanted.isprintable() else "/"


def visitor() -> dict[str, str]:
    """The browser and its address, as a session remembers them."""
    return {"device": request.user_agent.string, "address": request.remote_addr or ""}


def settings() -> Settings:
    """The settings of the running program."""
    found: Settings = current_app.config["SETTINGS"]
    return found
