"""A sample register: eight risks to try the pages on, taken away again with one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import Conflict
from riskreg.metrics.matrix import Rating
from riskreg.org.access import visible
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.risks.filing import create_risk
from riskreg.risks.kinds import Kind
from riskreg.risks.models import Risk

TAG = "sample"
_KEY = "sample:"


def file_sample(actor: Actor, team: Team) -> Sequence[Risk]:
    """File the sample in a team; where it is there already it is returned."""
    return [
        create_risk(actor, team=team, values=values, form_key=f"{_KEY}{team.id}:{number}")
        for number, values in enumerate(_sample())
    ]


def remove_sample(actor: Actor, below: Branch) -> int:
    """Delete the sample's risks in a team and below it; returns how many.

    Whatever people changed in them goes too. Raises Conflict when one is linked from elsewhere,
    and then none is deleted.
    """
    mine = visible(actor, Permission.RISK_EDIT, Risk.team_id, below=below)
    risks = db.session.scalars(select(Risk).where(Risk.form_key.startswith(_KEY), mine)).all()
    for risk in risks:
        try:
            with db.session.begin_nested():
                _delete(actor, risk)
        except IntegrityError as error:
            message = _(
                "%(ref)s %(title)s is linked from an action, a review or an incident. Take the "
                "link away or close the risk; nothing was removed.",
                ref=risk.ref,
                title=risk.title,
            )
            raise Conflict(message) from error
    return len(risks)


def _delete(actor: Actor, risk: Risk) -> None:
    record(
        actor=actor,
        action="risk.remove-sample",
        subject=risk,
        changes={"title": [risk.title, None]},
    )
    for assessment in risk.assessments:
        db.session.delete(assessment)
    db.session.delete(risk)
    db.session.flush()


def _sample() -> list[dict[str, Any]]:
    """Both kinds, every band, one without effort and one that nobody has rated."""
    rows: list[tuple[str, Kind, tuple[int, int] | None, tuple[int, int] | None, int | None]] = [
        (_("A restore of the main database was never tried"), Kind.OPERATIONAL, (3, 5), (1, 5), 10),
        (_("A key with all rights lies on the build server"), Kind.SECURITY, (4, 4), (2, 3), 8),
        (_("One person can release"), Kind.OPERATIONAL, (4, 3), (2, 2), 15),
        (_("Certificates are renewed by hand"), Kind.BOTH, (4, 2), (1, 2), 3),
        (_("The queue has no limit and fills the disk"), Kind.OPERATIONAL, (3, 3), (1, 3), 25),
        (_("Former colleagues keep their access for weeks"), Kind.SECURITY, (3, 3), None, None),
        (_("The status page shares a data centre with the product"), Kind.BOTH, (1, 2), None, 40),
        (_("Nobody knows what the old import job still feeds"), Kind.OPERATIONAL, None, None, None),
    ]
    return [
        {
            "title": title,
            "kind": kind,
            "tags": [TAG],
            "description": _("A sample, made up by riskreg. Remove it from the list of risks."),
            **({"current": Rating(likelihood=now[0], impact=now[1])} if now else {}),
            **({"target": Rating(likelihood=then[0], impact=then[1])} if then else {}),
            **({"effort_days": days} if days else {}),
        }
        for title, kind, now, then, days in rows
    ]
