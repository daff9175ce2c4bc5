"""Read once more where the connection to the database was lost in the middle of a page.

A server that is restarted, or one that takes over from another, ends the connections that are in
use. Whoever only reads need not know: the page is made once more, on a new connection. What
writes is not repeated here; it answers that nothing was saved.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request

LOST = "riskreg.lost_connection"
READS = frozenset({"GET", "HEAD"})

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def init_app(app: Flask) -> None:
    """Stand before the application."""
    app.wsgi_app = Retrying(app.wsgi_app)  # type: ignore[assignment,method-assign]


def note_lost() -> None:
    """This request failed because its connection was lost."""
    request.environ[LOST] = True


class Retrying:
    """Asks the application once more."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer; the head of the first answer is held back until it is clear that it counts."""
        if environ["REQUEST_METHOD"] not in READS:
            return self._application(environ, start)
        held: list[tuple[Any, ...]] = []

        def hold(*head: Any) -> None:
            held.append(head)

        body = self._application(environ, hold)
        if environ.pop(LOST, False):
            getattr(body, "close", lambda: None)()
            return self._application(environ, start)
        start(*held[-1])
        return body
