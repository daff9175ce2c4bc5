"""The register as it was on an earlier day, and its rows as packs print them."""

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.history import was_below
from riskreg.org.models import System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.queries import RiskRow

Cells = Mapping[tuple[int, int], int]


def cells_at(actor: Actor, team: Team, instant: datetime) -> tuple[Cells, int]:
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


def systems_named(actor: Actor, team: Team) -> frozenset[str]:
    """Keys of the systems that a list of risks may name: of the team and below, and seen.

    Those of other teams are left out, so that whoever may see the team may read the pack.
    """
    seen = visible(actor, Permission.SYSTEM_VIEW, System.team_id, below=team)
    return frozenset(db.session.scalars(select(System.key).where(seen)))


def plain_row(row: RiskRow, named: Container[str] = ()) -> dict[str, Any]:
    """What packs print of a risk in a list; `named` are keys of the systems that may be named."""
    return {
        "ref": row.ref,
        "title": row.title,
        "kind": row.kind,
        "band": row.band_rank,
        "current": [row.current_likelihood, row.current_impact],
        "target": [row.target_likelihood, row.target_impact],
        "effort": row.effort_days,
        "exposure": row.exposure_milli,
        "treatment": row.treatment,
        "team": row.team_name,
        "system": row.system_name if row.system_key in named else None,
        "owner": row.owner_name,
        "pin": row.pin_reason,
    }
