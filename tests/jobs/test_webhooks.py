"""What receivers are told: signed, once or with the same number, and never where it must not go."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask

from riskreg.audit.anchors import Anchor, signing_key
from riskreg.audit.tasks import SEND, anchor_trail
from riskreg.commands.doctor import Finding, _anchors
from riskreg.db import db
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.lib.dates import now
from riskreg.settings import Settings, Webhook
from tests.factories import make_team
from tests.jobs.test_mail import make_due, work

SECRET = b"thirty-two bytes of good secrets"


class Receiver(ThreadingHTTPServer):
    """Keeps what it is told; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.status = 204


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Receiver)
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.told.append((headers, self.rfile.read(int(headers["content-length"]))))
        self.send_response(server.status)
        self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver of anchors inside the organisation."""
    with Receiver() as served:
        Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
        configure(app, monkeypatch, f"http://127.0.0.1:{served.server_port}/anchors", "127.0.0.0/8")
        yield served
        served.shutdown()


def configure(app: Flask, monkeypatch: pytest.MonkeyPatch, url: str, *networks: str) -> None:
    settings = replace(
        app.config["SETTINGS"],
        anchor_webhook=Webhook(url=url, secret=SECRET),
        outgoing_networks=tuple(map(ip_network, networks)),
    )
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def put_in_an_anchor() -> int:
    make_team("Company")
    context: Any = None
    anchor_trail(context)
    job_id = db.session.query(Job.id).filter_by(task=SEND).scalar()
    assert isinstance(job_id, int)
    db.session.rollback()
    return job_id


@pytest.mark.asvs("v5.0.0-4.1.5")
def test_an_anchor_is_sent_and_the_receiver_can_check_it(app: Flask, receiver: Receiver) -> None:
    assert work(app, put_in_an_anchor()).state is JobState.DONE
    ((headers, body),) = receiver.told
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - now().timestamp()) < 60
    told = json.loads(body)
    assert (told["type"], told["timestamp"]) == ("trail.anchor", told["data"]["at"])
    _verify(told["data"], signing_key(app.config["SETTINGS"].home).public_key())


def test_is_tried_again_with_the_same_number_until_the_receiver_has_it(
    app: Flask, receiver: Receiver
) -> None:
    job_id = put_in_an_anchor()
    for status in (500, 302, 204):
        receiver.status = status
        job = work(app, job_id)
        make_due(job_id)
    assert job.state is JobState.DONE
    assert len(receiver.told) == 3  # the one that led elsewhere was not followed
    assert len({(headers["webhook-id"], body) for headers, body in receiver.told}) == 1


def test_a_receiver_that_wants_no_more_is_not_asked_again(app: Flask, receiver: Receiver) -> None:
    receiver.status = 410
    assert work(app, put_in_an_anchor()).state is JobState.DEAD


def test_is_never_sent_inside_unless_the_operator_said_so(
    app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(app, monkeypatch, app.config["SETTINGS"].anchor_webhook.url)
    job = work(app, put_in_an_anchor())
    assert (job.state, receiver.told) == (JobState.WAITING, [])
    assert "inside the organisation" in job.error


def test_the_doctor_says_when_the_last_was_sent_and_what_went_wrong_since(
    app: Flask, receiver: Receiver
) -> None:
    assert _anchors().seen == "none sent yet"
    first = put_in_an_anchor()
    work(app, first)
    assert _anchors() == Finding("anchors", "ok", f"last sent {now():%Y-%m-%d %H:%M} UTC")
    receiver.status = 503
    context: Any = None
    anchor_trail(context)
    work(app, first)
    assert _anchors().state == "warn"
    assert "then failed" in _anchors().seen
    assert _anchors().advice == "The receiver answered 503."


def test_without_a_receiver_the_doctor_looks_at_the_file(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Settings = app.config["SETTINGS"]
    assert "none are kept elsewhere" in _anchors().seen
    file = settings.home / "anchors.jsonl"
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, anchor_file=str(file)))
    assert _anchors().seen == "none written yet"
    context: Any = None
    anchor_trail(context)
    assert _anchors().state == "ok"
    file.unlink()


def _verify(data: dict[str, Any], public: Ed25519PublicKey) -> None:
    signature = bytes.fromhex(data.pop("signature"))
    public.verify(signature, Anchor(**data).signed_bytes)
