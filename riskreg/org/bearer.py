"""Who asks with a token: before each request to the API, from its header and nothing else."""

from datetime import timedelta

import structlog
from flask import g, request
from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.audit.services import record
from riskreg.db import DATABASE_FAULTS, db, transaction
from riskreg.errors import Forbidden, NotSignedIn
from riskreg.lib.dates import now
from riskreg.org.cookies import settings
from riskreg.org.kinds import Scope
from riskreg.org.limits import Limit, count_use, network_of
from riskreg.org.models import ApiToken
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.tokens import Bearer, bearer_of, touch_token
from riskreg.web.security import is_public
from riskreg.web.transactions import SAFE_METHODS

NOTED_AGAIN_AFTER = timedelta(hours=1)  # one entry an hour for each token says enough

log = structlog.get_logger()


def load_bearer() -> None:
    """Set the actor; raises NotSignedIn for a token that does not count, TooMany, Forbidden."""
    sent = request.authorization
    if sent is None or is_public():
        return
    words = (sent.token or "") if sent.type == "bearer" else ""
    bearer = bearer_of(words, timezone=settings().timezone)
    if bearer is None or bearer.fault:
        raise _refusal(bearer)
    g.actor, g.tree, g.token_id = bearer.actor, bearer.tree, bearer.id
    _count(bearer)
    if bearer.scope is Scope.READ and request.method not in SAFE_METHODS:
        raise Forbidden(_("This token may only read; what you ask for needs one that may write."))
    touch_token(bearer, request.remote_addr or "")


def _count(bearer: Bearer) -> None:
    """One more request with it. Where nothing can be counted, reading goes on all the same."""
    try:
        count_use(Limit.API, bearer.id)
    except DATABASE_FAULTS as error:
        if request.method not in SAFE_METHODS:
            raise
        db.session.rollback()
        log.warning("api_use_not_counted", error=str(error))


def _refusal(bearer: Bearer | None) -> NotSignedIn:
    """What to say; it is counted, and noted in the trail where such a token was once given."""
    address = request.remote_addr or ""
    count_use(Limit.TOKEN, network_of(address))
    if bearer is None:
        log.warning("token_refused", address=address)
        return NotSignedIn(_("This is no token that counts here."))
    lately = select(AuditEntry.id).where(
        AuditEntry.subject_type == ApiToken.__tablename__,
        AuditEntry.subject_id == bearer.id,
        AuditEntry.action == "token.refuse",
        AuditEntry.at > now() - NOTED_AGAIN_AFTER,
    )
    if db.session.scalar(lately.limit(1)) is None:
        with transaction():
            token = db.session.get_one(ApiToken, bearer.id)
            note = _("from %(address)s: %(fault)s", address=address, fault=bearer.fault)
            record(actor=SYSTEM_ACTOR, action="token.refuse", subject=token, note=note)
    return NotSignedIn(bearer.fault)
