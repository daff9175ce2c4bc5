"""Outgoing webhooks: a job in the transaction of the change, signed as Standard Webhooks says.

The receiver gets webhook-id (the same at every try), webhook-timestamp, and webhook-signature:
HMAC-SHA256 over id, timestamp and body (standardwebhooks.com, version 1).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from flask_babel import gettext as _

from riskreg.errors import RiskregError
from riskreg.jobs.kinds import WEBHOOK
from riskreg.jobs.models import Job
from riskreg.jobs.registry import GiveUp
from riskreg.jobs.services import enqueue
from riskreg.lib.dates import now
from riskreg.lib.hashing import canonical_json
from riskreg.lib.outgoing import Network, Reach, ask
from riskreg.settings import Webhook

TRIES = 12  # with the waits of the queue, more than a day
GONE = 410  # the receiver wants no more of them


@dataclass(frozen=True, kw_only=True)
class Call:
    """What one receiver is told; `number` is the same at every try."""

    number: str
    type: str
    at: str
    data: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        """What is sent and signed."""
        return canonical_json({"type": self.type, "timestamp": self.at, "data": dict(self.data)})


def put_in(task: str, payload: Mapping[str, Any]) -> Job:
    """Let something be told by its task, once the caller's transaction is committed."""
    assert task.startswith(WEBHOOK)
    return enqueue(task, {**payload, "number": secrets.token_hex(16)}, max_attempts=TRIES)


def deliver(call: Call, webhook: Webhook, *, networks: tuple[Network, ...]) -> int:
    """Tell the receiver; the status of its answer, of which nothing else is shown or kept.

    Raises GiveUp where it wants no more of them, RiskregError for what waiting may mend.
    """
    try:
        answer = ask(
            webhook.url,
            reach=Reach(networks=networks),
            body=call.body,
            headers=signed(call, webhook.secret, timestamp=int(now().timestamp())),
        )
    except (OSError, HTTPException) as error:
        raise RiskregError(
            _("The receiver was not reached: %(error)s.", error=_said(error))
        ) from error
    if answer.status == GONE:
        raise GiveUp(_("The receiver says that it wants no more of these (410)."))
    if not 200 <= answer.status < 300:
        raise RiskregError(_("The receiver answered %(status)s.", status=answer.status))
    return answer.status


def signed(call: Call, secret: bytes, *, timestamp: int) -> dict[str, str]:
    """The headers that let the receiver see that it is from us, whole, new, and told once."""
    number = f"msg_{call.number}"
    content = f"{number}.{timestamp}.".encode() + call.body
    digest = hmac.new(secret, content, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "riskreg",
        "webhook-id": number,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _said(error: OSError | HTTPException) -> str:
    """What went wrong, in the words of this machine; never those of the other side."""
    return str(error) if isinstance(error, OSError) else type(error).__name__
