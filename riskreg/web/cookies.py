"""What a browser remembers of a visitor's taste: for this host alone, and no script reads it."""

from typing import TypeVar

from flask import request
from werkzeug.wrappers import Response

YEAR_SECONDS = 31_536_000

Answer = TypeVar("Answer", bound=Response)


def remember(response: Answer, name: str, value: str) -> Answer:
    """Let the browser keep a value for a year."""
    response.set_cookie(
        _full(name),
        value,
        max_age=YEAR_SECONDS,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def remembered(name: str) -> str:
    """What the browser kept; nothing where it kept nothing."""
    return request.cookies.get(_full(name), "")


def _full(name: str) -> str:
    """Over https with the prefix that lets no other host set it."""
    return f"__Host-{name}" if request.is_secure else name
