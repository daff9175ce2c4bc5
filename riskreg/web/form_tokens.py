"""The token in every form, and the cookie it is held against: checked often, worked out once.

A page has half a dozen forms with one token. It has no time limit, so it need not be signed anew
for each page; the key that signs the cookie is the same for as long as the program runs.
"""

from functools import cache, lru_cache

from flask import Flask, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

TOKENS_KEPT = 4_096
FIELD = "csrf_token"


class FormCookies(SecureCookieSessionInterface):
    """Flask's own cookies, without making their signer anew for each request."""

    def __init__(self) -> None:
        self.get_signing_serializer = cache(super().get_signing_serializer)  # type: ignore[method-assign]


def init_app(app: Flask) -> None:
    """Attach them; after CSRFProtect, whose function in templates is replaced."""
    app.session_interface = FormCookies()
    app.jinja_env.globals[FIELD] = form_token


def form_token() -> str:
    """The visitor's token for forms."""
    if FIELD not in g:
        if FIELD not in session:
            generate_csrf()
        setattr(g, FIELD, _signed(current_app.secret_key, session[FIELD]))  # Flask-WTF looks there
    token: str = g.get(FIELD)
    return token


@lru_cache(maxsize=TOKENS_KEPT)
def _signed(_secret_key: str | bytes | None, _raw: str) -> str:
    token: str = generate_csrf()
    return token
