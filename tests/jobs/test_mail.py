"""The outbox: nothing lost, one letter each, whatever the mail server does."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from riskreg.db import db, transaction
from riskreg.jobs.kinds import JobState
from riskreg.jobs.mail import TRIES, Letter, Unreachable, connection, hand_in, post
from riskreg.jobs.models import Job
from riskreg.jobs.registry import GiveUp
from riskreg.jobs.services import retry
from riskreg.jobs.worker import Worker
from riskreg.lib.dates import now
from riskreg.settings import MailSecurity
from tests.jobs import tasks
from tests.mail_server import Postbox, mail_server

REGISTERED = tasks.__name__  # its import registers the tasks
LETTER = Letter(number="1", to="ada@example.org", subject="Hello", text="A line.\n")


@pytest.fixture
def box() -> Iterator[Postbox]:
    with mail_server() as served:
        yield served


@pytest.fixture
def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def put_in(port: int, to: str = "ada@example.org") -> int:
    """A committed letter."""
    with transaction():
        return post("mail.test", {"port": port, "to": to}).id


def work(app: Flask, job_id: int) -> Job:
    """Let the worker do what is due; the job as it is then."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        Worker(app, lease=timedelta(seconds=60)).work_once(executor)
    return db.session.get_one(Job, job_id, populate_existing=True)


def make_due(job_id: int) -> None:
    with transaction():
        db.session.get_one(Job, job_id).run_at = now()


def test_a_letter_is_delivered_once_and_as_it_was_written(app: Flask, box: Postbox) -> None:
    job_id = put_in(box.server.port)
    assert work(app, job_id).state is JobState.DONE
    assert work(app, job_id).attempts == 1
    (letter,) = box.letters
    assert (letter["To"], letter["From"]) == ("ada@example.org", "riskreg <riskreg@example.org>")
    assert (letter["Subject"], letter["Auto-Submitted"]) == ("Für Ada", "auto-generated")
    assert letter.get_content().splitlines() == ["A line.", ".", "Another line."]


def test_a_letter_of_a_change_that_was_taken_back_does_not_exist(app: Flask, box: Postbox) -> None:
    post("mail.test", {"port": box.server.port, "to": "ada@example.org"})
    db.session.rollback()
    put_in(box.server.port)
    assert box.visits == 0  # a request never waits for the server
    with ThreadPoolExecutor(max_workers=1) as executor:
        worker = Worker(app, lease=timedelta(seconds=60))
        assert worker.work_once(executor)
        assert not worker.work_once(executor)
    assert len(box.letters) == 1


def test_a_letter_that_is_put_off_comes_at_the_next_try(app: Flask, box: Postbox) -> None:
    box.answers = ["421 Too busy"]
    job_id = put_in(box.server.port)
    job = work(app, job_id)
    assert (job.state, job.error) == (
        JobState.WAITING,
        "The mail server did not take the mail to ada@example.org: 421 Too busy",
    )
    make_due(job_id)
    assert work(app, job_id).state is JobState.DONE
    assert len(box.letters) == 1


def test_a_refused_letter_is_dead_with_its_sentence_and_can_be_tried_again(
    app: Flask, box: Postbox
) -> None:
    box.answers = ["550 No such person"]
    job_id = put_in(box.server.port)
    job = work(app, job_id)
    assert (job.state, job.attempts) == (JobState.DEAD, 1)
    assert job.error.endswith("ada@example.org: 550 No such person")
    with transaction():
        retry(db.session.get_one(Job, job_id))
    assert work(app, job_id).state is JobState.DONE


def test_an_answer_that_was_lost_makes_one_more_letter_of_the_same_number(
    app: Flask, box: Postbox
) -> None:
    box.answers = ["drop"]
    job_id = put_in(box.server.port)
    assert work(app, job_id).state is JobState.WAITING
    make_due(job_id)
    assert work(app, job_id).state is JobState.DONE
    first, second = box.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert str(first["Message-ID"]).endswith("@example.org>")


def test_while_the_server_is_away_one_letter_asks_and_the_others_wait(
    app: Flask, closed_port: int
) -> None:
    asking, waiting = put_in(closed_port), put_in(closed_port)
    job = work(app, asking)
    assert job.state is JobState.WAITING
    assert "lets nothing be handed in" in job.error
    other = work(app, waiting)
    assert (other.state, other.attempts) == (JobState.WAITING, 0)
    assert other.run_at > now() + timedelta(seconds=20)


def test_the_last_of_twelve_tries_is_more_than_a_day_after_the_first(
    app: Flask, closed_port: int
) -> None:
    job_id, waited = put_in(closed_port), timedelta()
    for _ in range(TRIES):
        begun = now()
        job = work(app, job_id)
        waited += max(job.run_at - begun, timedelta())
        make_due(job_id)
    assert (job.state, job.attempts) == (JobState.DEAD, 12)
    assert timedelta(hours=30) < waited < timedelta(hours=40)


@pytest.mark.asvs("v5.0.0-1.3.11")
@pytest.mark.parametrize("to", ["a\r\nBcc: b@c", "a b@c", "<a@b>", "a@b, c@d", "nobody", ""])
def test_an_address_never_becomes_a_header_or_another_address(box: Postbox, to: str) -> None:
    letter = Letter(number="1", to=to, subject="Hello", text="A line.\n")
    with pytest.raises(GiveUp):
        hand_in(letter, box.server)
    assert (box.visits, box.letters) == (0, [])


@pytest.mark.asvs("v5.0.0-1.3.11")
def test_a_subject_never_becomes_two_headers(box: Postbox) -> None:
    letter = Letter(number="1", to="a@b.org", subject="Hi\r\nBcc: c@d.org", text="A line.\n")
    with pytest.raises(ValueError, match="line"):
        hand_in(letter, box.server)
    assert box.letters == []


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_signs_in_over_an_encrypted_connection_whose_certificate_is_known(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: MailSecurity
) -> None:
    with mail_server(security, certificate(tmp_path)) as box:
        with pytest.raises(Unreachable, match="certificate verify failed"):
            hand_in(LETTER, box.server)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        hand_in(LETTER, box.server)
        assert (len(box.letters), box.logins) == (1, [(b"riskreg", b"open sesame")])


def test_encryption_is_never_left_out_because_the_server_has_none(box: Postbox) -> None:
    server = replace(box.server, security=MailSecurity.STARTTLS)
    with pytest.raises(Unreachable), connection(server):
        pass


def certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
