"""Addresses for machines: is it alive, is it ready.

Nobody is signed in here: the session is not read, so a database that is down kills no process.
"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from riskreg.db import db
from riskreg.web.security import PUBLIC, requires

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@requires(PUBLIC)
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@requires(PUBLIC)
def ready() -> ResponseReturnValue:
    """The database answers too (503 by the error renderer when it does not)."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ready")
