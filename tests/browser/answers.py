"""Pages that the demo does not show: answers to forms, and a program set up otherwise.

They come from the application itself, in which every form can be sent; a browser is given them
as they were answered, with their headers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from riskreg.db import transaction
from riskreg.org.sessions import new_setup_code
from tests.attacks.forms import FACTORED, Fields, upload
from tests.attacks.sending import Register, client_of, send
from tests.rules.test_rights import path_of

BELOW = "/kept/"
Kept = dict[str, TestResponse]
# Asked for before anybody is there, and by whom afterwards.
FIRST = "/setup"
PAGES = {
    "/sign-in": "nobody",
    "/sign-in/link": "nobody",
    "/sign-in/code": "halfway",
    "/me/sso": "admin",
    "/admin/import/<int:file_id>": "admin",
    "/admin/single-sign-on": "root",
}
# An honest form is sent, and its answer is the only page that shows what it made.
ONCE = (
    "/admin/people/<int:person_id>/password",
    "/admin/people/new",
    "/me/second-factor/codes",
    "/me/tokens/new",
)
# Forms that come back with what is wrong with them.
REFUSED: Mapping[str, Fields] = {
    "/actions/new": {"title": "", "due_on": ""},
    "/admin/import": {"file": upload(b"%PDF-1.7", "teams.pdf")},
    "/incidents/new": {"title": "", "severity": "", "mitigated_at": "2026-01-01T03:00"},
    "/me/password": {"current": "wrong", "password": "short"},
    "/reviews/<ref>/opening": {"why": ""},
    "/risks/<ref>/assessments": {"likelihood": "", "why": ""},
    "/risks/<ref>/readers": {"readers": [], "why": ""},
    "/risks/import/<int:file_id>/decisions": {"likelihood_ends": "9"},
    "/risks/new": {"title": "", "effort": "much", "links": "nowhere", "current_impact": ""},
    "/sign-in/code": {"code": "000000"},
}
# Addresses that only these pages show.
SEEN = {FIRST, *PAGES, "/reviews/<ref>/opening"}
# Somebody else has saved meanwhile: the page shows both versions.
OVERTAKEN: Mapping[str, Fields] = {
    "/incidents/<ref>/edit": {"version": "0"},
    "/incidents/<ref>/sections/<key>": {"base": "another text"},
    "/risks/<ref>/edit": {"version": "0"},
    "/systems/<key>/edit": {"version": "0"},
}


def before_anybody(app: Flask) -> Kept:
    """The page that makes the first administrator, as it is and refused."""
    client = FlaskClient(app, app.response_class)
    with transaction():
        new_setup_code()
    asked = client.get(FIRST)
    refused = client.post(FIRST, data={"code": "wrong"})
    return {_name(200, FIRST): asked, _name(422, "to", FIRST): refused}


def pages_of(register: Register) -> Kept:
    """Each of PAGES."""
    own = {**register.world.own, "file_id": register.world.own["teams_file"]}
    kept = {}
    for rule, who in PAGES.items():
        client = client_of(register, who)
        with register.app.app_context():
            if who == "halfway":
                client.post("/sign-in", data=FACTORED)
            kept[_name(200, rule)] = client.get(path_of(rule, own))
    return kept


def answers_of(register: Register) -> Kept:
    """Each of the forms, named by the status that it must be answered with."""
    kept = {_name(200, "to", rule): send(register, rule).answer for rule in ONCE}
    for status, forms in ((422, REFUSED), (409, OVERTAKEN)):
        for rule, fields in forms.items():
            kept[_name(status, "to", rule)] = send(register, rule, typed=fields).answer
    return kept


def _name(*words: object) -> str:
    """A name that an address may have."""
    return re.sub(r"[^\w]+", "-", " ".join(map(str, words))).strip("-")


@contextmanager
def shown(app: Flask, kept: Kept) -> Iterator[str]:
    """The address below which a browser finds what was kept, and beside it our files.

    That a form is refused the browser would tell as an error; here it is what was asked for.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/static/"):
            return app(environ, start_response)
        if not path.startswith(BELOW):  # what a page asks for by itself
            start_response("204 No Content", [])
            return []
        found = kept[path.removeprefix(BELOW)]
        start_response("200 OK", list(found.headers))
        return [found.get_data()]

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}{BELOW}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Silent(WSGIRequestHandler):
    def log(self, *_words: object) -> None:
        """Nobody reads it."""
