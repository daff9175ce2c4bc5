"""Permissions on views, the signed-in actor, and the headers every answer carries."""

import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from werkzeug.local import LocalProxy

from riskreg.errors import Forbidden, NotSignedIn, SettingsError

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "riskreg_permission"
PUBLIC_ENDPOINTS = frozenset({"static"})
REPORTS = "/csp-reports"  # riskreg.org.reports
API = "/api/v1/"  # programs with a token only; pages know nothing of tokens
HTTPS_ONLY = "max-age=31536000; includeSubDomains"  # for a year
# What browsers could do for a page, and none of ours asks for. Which names a Chromium knows changes
# with its version; those still on trial in some are left out, as it complains of them on each page.
_FEATURES = (
    *("accelerometer", "aria-notify", "autoplay", "browsing-topics", "camera"),
    *("captured-surface-control", "clipboard-read", "clipboard-write", "compute-pressure"),
    *("cross-origin-isolated", "deferred-fetch", "deferred-fetch-minimal"),
    *("digital-credentials-get", "display-capture"),
    *("encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid"),
    *("identity-credentials-get", "idle-detection", "interest-cohort", "keyboard-map"),
    *("language-detector", "language-model", "local-fonts", "local-network"),
    *("local-network-access", "loopback-network", "magnetometer", "microphone", "midi"),
    *("on-device-speech-recognition", "otp-credentials", "payment", "picture-in-picture"),
    *("private-state-token-issuance", "private-state-token-redemption"),
    *("publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock"),
    *("serial", "storage-access", "summarizer", "sync-xhr"),
    *("translator", "unload", "usb", "window-management", "xr-spatial-tracking"),
)
NO_FEATURES = ", ".join(f"{name}=()" for name in _FEATURES)
PUBLIC, SELF = "public", "self"  # no sign-in needed; any signed-in person


class Actor(Protocol):
    """What this layer needs of the person who acts (riskreg.org.permissions.Actor)."""

    def may_somewhere(self, permission: Any) -> bool:
        """Whether any role of theirs allows the act anywhere, or they look at what is theirs."""


def requires(permission: StrEnum | str) -> Callable[[View], View]:
    """Declare what a view needs: held somewhere here, checked on the row by the service."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, permission)
        return view

    return mark


def is_api() -> bool:
    """Whether a program asks, which signs in with a token and has no cookies."""
    return request.path.startswith(API)


def is_public() -> bool:
    """Whether what is asked for needs nobody to be known: it is open to all, or not there."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, ATTRIBUTE, None) in {None, PUBLIC}


def _actor() -> Actor:
    actor = g.get("actor")
    if actor is None and is_api():
        raise NotSignedIn(_("Send a token, as in “Authorization: Bearer rrk_…”."))
    if actor is None:
        raise NotSignedIn(_("Sign in first."))
    return cast("Actor", actor)


# Typed as anything so that this layer need not know the organisation's own type.
current_actor: Any = LocalProxy(_actor)


def init_app(app: Flask) -> None:
    """Attach the check before, and the headers after, every request."""
    app.before_request(_authorise)
    app.after_request(_headers)


def refuse_undeclared(app: Flask) -> None:
    """Stop the start when a view does not declare its permission."""
    for endpoint, view in app.view_functions.items():
        if endpoint not in PUBLIC_ENDPOINTS and not hasattr(view, ATTRIBUTE):
            raise SettingsError(f"The view {endpoint} declares no permission; use @requires(…).")


def csp_nonce() -> str:
    """The nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _authorise() -> None:
    _same_site_only()
    if is_public():
        return
    view = current_app.view_functions[request.endpoint or ""]
    permission = getattr(view, ATTRIBUTE)
    actor = _actor()
    if permission != SELF and not actor.may_somewhere(permission):
        raise Forbidden(_("None of your roles allows this. Ask a manager or an administrator."))


def _same_site_only() -> None:
    """Refuse state changes that another site's page started, a neighbour's too.

    Our own pages send no referrer, and so "null" for their origin.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.path == REPORTS:
        return
    origin = request.headers.get("Origin", "null")
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_ours = origin == "null" or origin.partition("://")[2] == request.host
    if not is_ours or site not in {"same-origin", "none"}:
        raise Forbidden(_("This request came from another site and was refused."))


def _headers(response: Response) -> Response:
    nonce = csp_nonce()
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; "
        f"style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        f"object-src 'none'; report-uri {REPORTS}; report-to csp"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Reporting-Endpoints": f'csp="{REPORTS}"',
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": NO_FEATURES,
    }
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(["Authorization"] if is_api() else ["Cookie", "HX-Request"])
    return response
