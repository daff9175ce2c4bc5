"""One transaction per request: safe methods and refusals roll back, all else commits."""

from flask import Flask, Response, g, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from riskreg.db import _writing, db
from riskreg.errors import Conflict, Stale
from riskreg.web.errors import render_error

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Attach the transaction to every request."""
    app.before_request(_open)
    app.teardown_request(_restore)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _duplicate)


def settle(response: Response) -> Response:
    """Commit or roll back; runs after what the request itself does, on the final status."""
    if request.method in SAFE_METHODS or response.status_code >= 400:
        db.session.rollback()
    else:
        db.session.commit()
    return response


def _open() -> None:
    g.write_token = _writing.set(request.method not in SAFE_METHODS)


def _restore(_error: BaseException | None) -> None:
    token = g.pop("write_token", None)
    if token is not None:
        _writing.reset(token)


def _stale(_error: StaleDataError) -> Response:
    return render_error(
        Stale("Somebody else changed this while you were working on it. Nothing was saved.")
    )


def _duplicate(_error: IntegrityError) -> Response:
    return render_error(
        Conflict("This was already stored, perhaps a moment ago. Nothing was saved twice.")
    )
