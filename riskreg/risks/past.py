"""The register as it was on an earlier day."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, or_, select

from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.history import was_below
from riskreg.org.permissions import Actor, Permission
from riskreg.org.tree import Branch
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Assessment, Risk

Cells = Mapping[tuple[int, int], int]


def cells_at(actor: Actor, team: Branch | None, instant: datetime) -> tuple[Cells, int]:
    """How many risks stood in each cell at an instant, and how many were not rated then.

    A risk counts if it was filed by then and not closed yet, for the team that had it then; it
    stands where its last rating before the instant put it. A risk that was closed and opened again
    counts as open throughout.
    """
    order = (Assessment.at.desc(), Assessment.id.desc())
    place = func.row_number().over(partition_by=Assessment.risk_id, order_by=order)
    columns = (Assessment.risk_id, Assessment.likelihood, Assessment.impact)
    rated = (
        select(*columns, place.label("place"))
        .where(Assessment.tier == Tier.CURRENT, Assessment.at <= instant)
        .subquery()
    )
    rows = db.session.execute(
        select(rated.c.likelihood, rated.c.impact, func.count())
        .select_from(Risk)
        .outerjoin(rated, (rated.c.risk_id == Risk.id) & (rated.c.place == 1))
        .where(
            visible(actor, Permission.RISK_VIEW, Risk.team_id),
            was_below(Risk, instant.date(), team),
            Risk.created_at <= instant,
            or_(Risk.closed_at.is_(None), Risk.closed_at > instant),
        )
        .group_by(rated.c.likelihood, rated.c.impact)
    ).all()
    found = {(level, impact): n for level, impact, n in rows if level and impact}
    return found, sum(n for level, impact, n in rows if not (level and impact))
