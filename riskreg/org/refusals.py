"""What was refused, in the trail: a wrong password or code, what is not theirs, too many tries.

A refusal takes back whatever its request wrote, so it is noted after the answer is made, in a
transaction of its own. Of each person and of each address so many an hour are noted, and so many
altogether: nobody can fill the trail by being refused. The log tells of all of them.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import structlog
from flask import Flask, Response, g, request
from flask_babel import gettext as _
from sqlalchemy import and_, case, func, select

from riskreg.audit.models import AuditEntry
from riskreg.audit.services import record
from riskreg.db import DATABASE_FAULTS, db, transaction
from riskreg.errors import Forbidden, NotFound, RiskregError, TooMany
from riskreg.lib.dates import now
from riskreg.org.limits import network_of
from riskreg.org.models import Person
from riskreg.org.permissions import SYSTEM_ACTOR, Actor

WITHIN = timedelta(hours=1)
OF_ONE = 60
OF_ALL = 1_000

log = structlog.get_logger()


class Act(StrEnum):
    """What was refused."""

    SIGN_IN = "sign-in.refuse"
    PROOF = "proof.refuse"  # of who somebody is, once more
    ACCESS = "access.refuse"
    TOO_MANY = "limit.refuse"


@dataclass(kw_only=True)
class Whom:
    """Who was refused, as the trail names them: a person, or an address of which no more is known.

    Made without a statement, so that a stranger waits no shorter than somebody whose name is known.
    """

    __tablename__: Any
    id: Any
    ref: str

    @classmethod
    def person(cls, person_id: int) -> "Whom":
        """Somebody who has an account."""
        return cls(__tablename__="person", id=person_id, ref=str(person_id))

    @classmethod
    def address(cls, address: str) -> "Whom":
        """Somebody at an address; of IPv6 the half that a household is given."""
        return cls(__tablename__="address", id=None, ref=network_of(address))


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What to note; `claimed` is whom somebody says they are: id and name."""

    act: Act
    why: str
    claimed: tuple[int, str] | None = None


def init_app(app: Flask) -> None:
    """Note what was refused after every request."""
    app.after_request(_note)


def refuse(act: Act, why: str, *, claimed: tuple[int, str] | None = None) -> None:
    """Let it be noted that this request was refused, where its answer is no error."""
    g.refusal = Refusal(act=act, why=why, claimed=claimed)


def claimed_by(email: str) -> tuple[int, str] | None:
    """Id and name of whose e-mail was given, if it is anybody's."""
    wanted = select(Person.id, Person.name).where(Person.email == email.strip().lower())
    row = db.session.execute(wanted).one_or_none()
    return None if row is None else (row.id, row.name)


def _note(response: Response) -> Response:
    refusal: Refusal | None = g.pop("refusal", None) or _refusal_of(g.pop("refused", None))
    if refusal is not None and response.status_code >= 400:
        try:
            _write(refusal)
        except DATABASE_FAULTS as error:  # the answer is what counts; the log has it all the same
            log.warning("refusal_not_noted", error=str(error))
            db.session.rollback()
    return response


def _refusal_of(error: RiskregError | None) -> Refusal | None:
    if isinstance(error, TooMany):
        return Refusal(act=Act.TOO_MANY, why=error.message)
    if isinstance(error, Forbidden) or (isinstance(error, NotFound) and g.get("actor")):
        return Refusal(act=Act.ACCESS, why=error.message)
    return None


def _write(refusal: Refusal) -> None:
    actor: Actor | None = g.get("actor")
    address, asked = request.remote_addr or "", f"{request.method} {request.path}"
    whom, claimed = Whom.address(address), ""
    if actor is not None and actor.person_id is not None:
        whom = Whom.person(actor.person_id)
    elif refusal.claimed is not None:
        number, name = refusal.claimed
        whom, claimed = Whom.person(number), _("as %(name)s: ", name=name)
    log.warning(
        "refused",
        act=refusal.act,
        whom=f"{whom.__tablename__} {whom.ref}",
        asked=asked,
        address=address,
        why=refusal.why,
    )
    db.session.rollback()
    if _has_enough(whom):
        return
    note = _("%(asked)s from %(address)s: %(why)s", asked=asked, address=address, why=refusal.why)
    with transaction():
        record(actor=actor or SYSTEM_ACTOR, action=refusal.act, subject=whom, note=claimed + note)


def _has_enough(whom: Whom) -> bool:
    """Whether of this one, or altogether, enough was noted of late."""
    theirs = and_(AuditEntry.subject_type == whom.__tablename__, AuditEntry.subject_ref == whom.ref)
    noted = select(func.count(), func.sum(case((theirs, 1), else_=0))).where(
        AuditEntry.at > now() - WITHIN, AuditEntry.action.in_(list(Act))
    )
    of_all, of_one = db.session.execute(noted).one()
    return of_all >= OF_ALL or (of_one or 0) >= OF_ONE
