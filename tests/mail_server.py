"""A mail server on this machine that can be told to misbehave."""

import logging
import ssl
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from riskreg.settings import MailSecurity, MailServer

SENDER = Address("riskreg", "riskreg", "example.org")


class Postbox:
    """What came in, and what to answer next: one word or sentence for each letter, then yes."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []
        self.visits = 0
        self.logins: list[tuple[bytes, bytes]] = []
        self.server = MailServer(
            host="127.0.0.1", port=0, security=MailSecurity.NONE, sender=SENDER
        )

    async def handle_RCPT(  # noqa: N802 - aiosmtpd asks for these names
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers and self.answers[0] != "drop":
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, _session: Session, envelope: Envelope
    ) -> str:
        message = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        if self.answers and self.answers.pop(0) == "drop":
            server.transport.abort()  # the letter is kept, and nobody is told
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"open sesame")


class OnAnyPort(Controller):
    """A server on the port that the system gives it."""

    def factory(self) -> SMTP:
        """Somebody calls."""
        self.handler.visits += 1
        made: SMTP = super().factory()  # type: ignore[no-untyped-call]  # its types are half done
        return made

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(
    security: MailSecurity = MailSecurity.NONE,
    certificate: ssl.SSLContext | None = None,
    box: Postbox | None = None,
) -> Iterator[Postbox]:
    """Serve until the end of the with block."""
    box = box or Postbox()
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells of every line
    tls = certificate if security is MailSecurity.STARTTLS else None
    controller = OnAnyPort(
        box,
        hostname="127.0.0.1",
        port=0,
        ssl_context=certificate if security is MailSecurity.TLS else None,
        tls_context=tls,
        require_starttls=tls is not None,
        authenticator=box.authenticate if certificate else None,
        auth_require_tls=tls is not None,
    )
    controller.start()
    box.visits = 0
    box.server = replace(box.server, port=controller.port, security=security)
    if certificate:
        box.server = replace(box.server, user="riskreg", password="open sesame")
    try:
        yield box
    finally:
        controller.stop()
