"""One renderer for every error: a page, a fragment or problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import (
    Flask,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from riskreg.db import DATABASE_FAULTS, db
from riskreg.errors import (
    Invalid,
    NotSignedIn,
    Refused,
    RiskregError,
    Stale,
    TooMany,
    Unavailable,
)
from riskreg.lib.text import TextError
from riskreg.web.fragments import is_fragment
from riskreg.web.frame import entry_here
from riskreg.web.retrying import note_lost
from riskreg.web.security import is_api

log = structlog.get_logger()

RETRY_SECONDS = 5


def init_app(app: Flask) -> None:
    """Attach the renderer."""
    app.register_error_handler(RiskregError, render_error)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _unknown_host)
    for kind in DATABASE_FAULTS:
        app.register_error_handler(kind, _database)
    app.register_error_handler(TextError, _unstorable)
    app.register_error_handler(500, _crash)


def wants_json() -> bool:
    """Whether the client is a program."""
    if is_api() or request.path.startswith("/hooks/") or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json"], default="text/html"
    )
    return best == "application/json"


def render_error(error: RiskregError) -> Response:
    """What a person or a program reads of an error."""
    db.session.rollback()
    g.refused = error
    if isinstance(error, NotSignedIn) and not wants_json():
        if is_fragment():  # a page within the page would be of no use: it is asked for anew
            return Response(status=401, headers={"HX-Refresh": "true"})
        onward = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return make_response(redirect(url_for("signin.new", next=onward), 303))
    response = _answer(_status_of(error), error.message, error)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, NotSignedIn) and is_api():
        fault = ', error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="riskreg"{fault}'
    return response


def _status_of(error: RiskregError) -> int:
    """A program that saw another version is told so in the words of HTTP: 412."""
    return 412 if isinstance(error, Stale) and is_api() else error.status


def _answer(status: int, message: str, error: RiskregError | None = None) -> Response:
    title = HTTPStatus(status).phrase
    if wants_json():
        body = {"type": "about:blank", "title": title, "status": status, "detail": message}
        response = jsonify(body | _details(error))
        response.mimetype = "application/problem+json"
    else:
        stale = error if isinstance(error, Stale) else None
        response = make_response(
            render_template(
                "errors/error.html",
                status=status,
                message=message,
                stale=stale,
                here=entry_here() if status == HTTPStatus.NOT_FOUND else None,
            )
        )
    response.status_code = status
    return response


def _details(error: RiskregError | None) -> dict[str, Any]:
    """What a program may want to know beside the sentence: which fields, which versions."""
    if isinstance(error, Refused):
        return {"errors": error.errors}
    if isinstance(error, Stale):
        return {"stored": error.theirs, "sent": error.yours}
    if error is None or not error.field:
        return {}
    named = [{"pointer": f"#/{error.field}", "detail": error.message}]
    return {"field": error.field, "errors": named}


def _csrf(_error: CSRFError) -> Response:
    return _answer(
        400,
        _(
            "This form was open for too long or came from another place. "
            "Go back, reload the page and send it again."
        ),
    )


_SENTENCES = {
    404: _l("There is nothing here, or you may not see it."),
    405: _l("This address does not take that kind of request."),
    413: _l("What you sent is too large. Nothing was stored."),
    429: _l("That was too often. Wait a little and try again."),
}


def _http(error: HTTPException) -> Response:
    if error.code is not None and 300 <= error.code < 400:
        return make_response(error.get_response())
    status = error.code or 500
    response = _answer(status, str(_SENTENCES.get(status) or error.description or ""))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _unknown_host(_error: SecurityError) -> Response:
    """Without a page around it: none of our addresses can be made for a foreign name."""
    sentence = _("riskreg is not known by this name here (RISKREG_TRUSTED_HOSTS).")
    return Response(sentence, 400, mimetype="text/plain")


def _database(error: DBAPIError | NoConnection) -> Response:
    """A page that asks the database nothing more, and when to try again."""
    cause = str(error.orig if isinstance(error, DBAPIError) else error)
    log.error("database_unavailable", error=cause)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        note_lost()
    g.actor = None
    g.pop("frame", None)
    response = render_error(Unavailable(_sentence_on(cause.lower())))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _sentence_on(cause: str) -> str:
    if "disk is full" in cause or "no space left" in cause:
        sentence = _(
            "The disk of the database is full. Nothing was saved; "
            "an administrator has to make room, then try again."
        )
    elif "readonly" in cause or "read-only" in cause:
        sentence = _("The database can only be read just now. Nothing was saved; try again later.")
    elif "unable to open database file" in cause:
        sentence = _(
            "The file of the database cannot be opened just now. Nothing was saved; an "
            "administrator has to see whether its disk is there and can be written to."
        )
    elif "locked" in cause or "lock timeout" in cause:
        sentence = _("Others are saving just now. Nothing was saved; try again in a moment.")
    else:
        sentence = _(
            "The database does not answer just now. Nothing was saved; try again in a moment."
        )
    return str(sentence)


def _unstorable(_error: TextError) -> Response:
    return render_error(
        Invalid(_("A text is too long or cannot be stored. Nothing was saved; shorten it."))
    )


def _crash(error: BaseException) -> Response:
    cause = getattr(error, "original_exception", None) or error
    if isinstance(cause, DATABASE_FAULTS):  # at the commit, after the page was made
        return _database(cause)
    db.session.rollback()
    log.error("crash", path=request.path, exc_info=cause)
    return _answer(
        500,
        _(
            "Something went wrong here, not with you. Nothing was saved. "
            "It is in the log as request %(name)s.",
            name=g.get("request_name", "–"),
        ),
    )
