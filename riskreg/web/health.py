"""Addresses for machines: is it alive, is it ready.

Nobody is signed in here: the session is not read, so a database that is down kills no process.
"""

import os
import shutil
from pathlib import Path
from threading import Event

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import text

from riskreg.db import db
from riskreg.errors import Unavailable
from riskreg.web.security import PUBLIC, requires

bp = Blueprint("health", __name__)
MIN_FREE_BYTES = 5 * 1024 * 1024
stopping = Event()  # this process was told to stop


@bp.get("/healthz")
@requires(PUBLIC)
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@requires(PUBLIC)
def ready() -> ResponseReturnValue:
    """The database answers and can be written to (503 by the error renderer when not)."""
    if stopping.is_set():
        raise Unavailable(_("riskreg is stopping."))
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        db.session.execute(text("SELECT 1"))
        _demand_room(Path(str(url.database)))
    elif db.session.scalar(text("SHOW transaction_read_only")) == "on":
        raise Unavailable(_("The database can only be read just now."))
    return jsonify(status="ready")


def _demand_room(file: Path) -> None:
    """PostgreSQL's disk cannot be seen from here; an SQLite file's can."""
    if not os.access(file, os.W_OK):
        raise Unavailable(_("The database can only be read just now."))
    if shutil.disk_usage(file.parent).free < MIN_FREE_BYTES:
        raise Unavailable(_("The disk of the database is full."))
