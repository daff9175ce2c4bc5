"""Mail: a letter is a job in the transaction of the change, and the worker hands it in.

The job is the outbox. Its payload holds the letter's number, drawn once, so that a letter that is
handed in twice (the server took it, but its answer was lost) carries the same Message-ID twice and
is shown once.
"""

import secrets
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from flask_babel import gettext as _

from riskreg.errors import RiskregError
from riskreg.jobs.kinds import MAIL
from riskreg.jobs.models import Job
from riskreg.jobs.registry import GiveUp
from riskreg.jobs.services import enqueue, put_off
from riskreg.lib.dates import now
from riskreg.settings import MailSecurity, MailServer

TRIES = 12  # with the waits of the queue, more than a day
TIMEOUT_SECONDS = 10
PAUSE = timedelta(seconds=30)  # for all letters, when the server cannot be reached


class Unreachable(RiskregError):
    """The mail server does not answer, or does not let us hand anything in."""

    status = 503


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail to one person; `number` is the same at every try to hand it in."""

    number: str
    to: str
    subject: str
    text: str


def post(task: str, payload: Mapping[str, Any], *, asked_by_id: int | None = None) -> Job:
    """Let a letter be written and sent by its task, once the caller's transaction is committed."""
    assert task.startswith(MAIL)
    numbered = {**payload, "number": secrets.token_hex(16)}
    return enqueue(task, numbered, asked_by_id=asked_by_id, max_attempts=TRIES)


def hand_in(letter: Letter, server: MailServer | None) -> None:
    """Give a letter to the mail server.

    Raises GiveUp where the server refuses it for good, Unreachable where it lets nobody in (then
    all other letters wait a little), RiskregError for what may be mended by waiting.
    """
    if server is None:
        raise Unreachable(_("There is no mail server any more (RISKREG_SMTP_HOST)."))
    message, to = _message(letter, server)
    try:
        with connection(server) as smtp:
            _send(smtp, message, to, server)
    except Unreachable:
        put_off(MAIL, wait=PAUSE)
        raise


@contextmanager
def connection(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection on which mail can be handed in; raises Unreachable with what is wrong."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connect(server)
        if server.security is MailSecurity.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
    except (OSError, smtplib.SMTPException) as error:
        if smtp is not None:
            smtp.close()
        raise Unreachable(
            _(
                "The mail server %(host)s lets nothing be handed in: %(error)s",
                host=f"{server.host}:{server.port}",
                error=said(error),
            )
        ) from error
    try:
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):  # what was handed in, was
            smtp.quit()


def said(error: OSError | smtplib.SMTPException) -> str:
    """What went wrong, in the server's own words where it said any."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_answer(*answer) for answer in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return str(_("no answer in %(n)s seconds", n=TIMEOUT_SECONDS))
    return str(error) or type(error).__name__


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security is MailSecurity.TLS:
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            timeout=TIMEOUT_SECONDS,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)


def _message(letter: Letter, server: MailServer) -> tuple[EmailMessage, str]:
    """The mail, and the address as the envelope names it; a header never takes a line break."""
    try:
        to = Address(addr_spec=letter.to)
    except (MessageError, ValueError, IndexError) as error:
        raise GiveUp(_("%(address)s is no address for mail.", address=letter.to)) from error
    message = EmailMessage(policy=SMTP)
    message["From"] = server.sender
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = now()
    message["Message-ID"] = f"<{letter.number}@{server.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # holiday notes do not answer
    message.set_content(letter.text)
    return message, to.addr_spec


def _send(smtp: smtplib.SMTP, message: EmailMessage, to: str, server: MailServer) -> None:
    try:
        smtp.send_message(message, from_addr=server.sender.addr_spec, to_addrs=[to])
    except (OSError, smtplib.SMTPException) as error:
        sentence = _(
            "The mail server did not take the mail to %(address)s: %(error)s",
            address=to,
            error=said(error),
        )
        raise (GiveUp if _is_final(error) else RiskregError)(sentence) from error


def _is_final(error: OSError | smtplib.SMTPException) -> bool:
    """Whether the server refused this letter and will refuse it again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, smtplib.SMTPNotSupportedError)


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:500]
