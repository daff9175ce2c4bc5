"""What the register knows of the system's security."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.reviews.kinds import Check, Seen
from riskreg.risks.kinds import Kind, Status
from riskreg.risks.models import Risk


def look(actor: Actor, system: System, day: date) -> Seen | None:
    """The open security risks that the reader may see; whether there was a review is not known."""
    number = db.session.scalar(
        select(func.count(Risk.id)).where(
            Risk.system_id == system.id,
            Risk.status == Status.OPEN,
            Risk.kind.in_([Kind.SECURITY, Kind.BOTH]),
            visible(actor, Permission.RISK_VIEW, Risk.team_id),
        )
    )
    if not number:
        return None
    risks = ngettext("%(num)s open security risk", "%(num)s open security risks", number)
    return Seen(
        words=_("The register has %(risks)s of %(name)s", risks=risks, name=system.name), on=day
    )


CHECK = Check(code="sec-1", look=look)
