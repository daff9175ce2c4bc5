"""The log: a line of JSON for each event, ours and those of libraries, on standard error.

Each line of a request names it and the person who asked, so that lines can be read together; the
page of an error names the request too.
"""

import logging
import secrets
import sys
from typing import TextIO

import structlog
from flask import Flask, g

# What every line has, whoever writes it.
_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def configure(stream: TextIO | None = None) -> None:
    """Write structured lines from now on; to standard error."""
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
    )
    logging.basicConfig(level=logging.INFO)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:  # ours; not those that tests listen with
            handler.setFormatter(of_libraries())
    logging.getLogger("alembic").setLevel(logging.WARNING)


def of_libraries() -> logging.Formatter:
    """Makes lines like ours of what libraries say."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


def init_app(app: Flask) -> None:
    """Name each request; before anything else is done for it."""
    app.before_request(_name)
    app.teardown_request(_forget)


def name_person() -> None:
    """From here on lines name the person who asks, if somebody is signed in."""
    actor = g.get("actor")
    if actor is not None:
        structlog.contextvars.bind_contextvars(person=actor.person_id)


def _name() -> None:
    g.request_name = secrets.token_hex(4)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_name)


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()
