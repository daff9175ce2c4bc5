"""One renderer for every error: a page, a fragment or problem details (RFC 9457)."""

from http import HTTPStatus

import structlog
from flask import (
    Flask,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from riskreg.db import db
from riskreg.errors import Invalid, NotSignedIn, RiskregError, Stale, TooMany, Unavailable
from riskreg.lib.text import TextError
from riskreg.web.frame import entry_here

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Attach the renderer."""
    app.register_error_handler(RiskregError, render_error)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(TextError, _unstorable)
    app.register_error_handler(500, _crash)


def wants_json() -> bool:
    """Whether the client is a program."""
    if request.path.startswith(("/api/", "/hooks/")) or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json"], default="text/html"
    )
    return best == "application/json"


def render_error(error: RiskregError) -> Response:
    """What a person or a program reads of an error."""
    db.session.rollback()
    if isinstance(error, NotSignedIn) and not wants_json():
        onward = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return make_response(redirect(url_for("signin.new", next=onward), 303))
    response = _answer(error.status, error.message, error)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _answer(status: int, message: str, error: RiskregError | None = None) -> Response:
    title = HTTPStatus(status).phrase
    if wants_json():
        body = {"type": "about:blank", "title": title, "status": status, "detail": message}
        if error is not None and error.field:
            body["field"] = error.field
        response = jsonify(body)
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


def _csrf(_error: CSRFError) -> Response:
    return _answer(
        400,
        _(
            "This form was open for too long or came from another place. "
            "Go back, reload the page and send it again."
        ),
    )


_SENTENCES = {
    404: "There is nothing here, or you may not see it.",
    405: "This address does not take that kind of request.",
    413: "What you sent is too large. Nothing was stored.",
    429: "That was too often. Wait a little and try again.",
}


def _http(error: HTTPException) -> Response:
    if error.code is not None and 300 <= error.code < 400:
        return make_response(error.get_response())
    status = error.code or 500
    return _answer(status, _SENTENCES.get(status) or error.description or "")


def _database(error: OperationalError) -> Response:
    db.session.rollback()
    log.error("database_unavailable", error=str(error.orig))
    return render_error(
        Unavailable(
            _("The database does not answer just now. Nothing was saved; try again in a moment.")
        )
    )


def _unstorable(_error: TextError) -> Response:
    return render_error(
        Invalid(_("A text is too long or cannot be stored. Nothing was saved; shorten it."))
    )


def _crash(error: BaseException) -> Response:
    db.session.rollback()
    log.error("crash", path=request.path, exc_info=getattr(error, "original_exception", error))
    return _answer(
        500, _("Something went wrong here, not with you. Nothing was saved. It is in the log.")
    )
