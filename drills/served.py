"""Other ways to serve the program, for controls: python -m drills.served MODE --port PORT.

hasty answers a form before it is saved; plain talks to one client after the other; patient waits
for a silent database for ever; remembering keeps who somebody is for a minute.
"""

import argparse
import io
import queue
from collections.abc import Callable, Iterable
from threading import Thread
from time import monotonic
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import waitress

from riskreg import create_app
from riskreg.org import sessions
from riskreg.settings import Settings

REMEMBERED_SECONDS = 60.0
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Hasty:
    """Says "filed" at once and lets one thread do the work when it comes to it."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue()
        Thread(target=self._work, daemon=True).start()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer."""
        if environ["REQUEST_METHOD"] != "POST":
            return self._application(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self._waiting.put(environ | {"wsgi.input": io.BytesIO(body)})
        start("303 See Other", [("Location", "/"), ("Content-Length", "0")])
        return [b""]

    def _work(self) -> None:
        while True:
            list(self._application(self._waiting.get(), lambda *_answer: None))


class Wide(WSGIServer):
    """Lets many wait in line."""

    request_queue_size = 200


class Quiet(WSGIRequestHandler):
    """Keeps no log."""

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["hasty", "patient", "plain", "remembering"])
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    app = create_app(Settings.from_env())
    if chosen.mode == "hasty":
        waitress.serve(Hasty(app.wsgi_app), host="127.0.0.1", port=chosen.port)
    if chosen.mode == "remembering":
        _remember_sessions()
        waitress.serve(app, host="127.0.0.1", port=chosen.port)
    if chosen.mode == "patient":
        from riskreg import pulse  # noqa: PLC0415 - there is none without PostgreSQL

        pulse.SILENCE_SECONDS = pulse.SILENCE_MAX_SECONDS = 3_600.0
        waitress.serve(app, host="127.0.0.1", port=chosen.port, threads=8)
    ways: dict[str, Any] = {"server_class": Wide, "handler_class": Quiet}
    with make_server("127.0.0.1", chosen.port, app, **ways) as server:
        server.serve_forever()


def _remember_sessions() -> None:
    known: dict[str, tuple[float, sessions.LiveSession | None]] = {}
    asked = sessions.session_of

    def remembered(token: str, *, settings: Settings) -> sessions.LiveSession | None:
        at, found = known.get(token, (-60.0, None))
        if monotonic() - at > REMEMBERED_SECONDS:
            at, found = known[token] = monotonic(), asked(token, settings=settings)
        return found

    sessions.session_of = remembered


if __name__ == "__main__":
    main()
