"""Reads of packs, and of the register as it was on an earlier day."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.org.access import require, visible
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.packs.models import Pack, Snapshot
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.queries import RiskRow

Cells = Mapping[tuple[int, int], int]


def cells_at(actor: Actor, team: Team, instant: datetime) -> tuple[Cells, int]:
    """How many risks stood in each cell at an instant, and how many were not rated then.

    A risk counts if it was filed by then and not closed yet; it stands where its last rating
    before the instant put it. A risk that was closed and opened again counts as open throughout.
    """
    newest = (
        select(func.max(Assessment.id))
        .where(Assessment.tier == Tier.CURRENT, Assessment.at <= instant)
        .group_by(Assessment.risk_id)
    )
    rows = db.session.execute(
        select(Assessment.likelihood, Assessment.impact, func.count())
        .select_from(Risk)
        .outerjoin(Assessment, (Assessment.risk_id == Risk.id) & Assessment.id.in_(newest))
        .where(
            visible(actor, Permission.RISK_VIEW, Risk.team_id, below=team),
            Risk.created_at <= instant,
            or_(Risk.closed_at.is_(None), Risk.closed_at > instant),
        )
        .group_by(Assessment.likelihood, Assessment.impact)
    ).all()
    found = {(level, impact): n for level, impact, n in rows if level and impact}
    return found, sum(n for level, impact, n in rows if not (level and impact))


def packs_for(actor: Actor, team: Team | None, *, limit: int = 50) -> Sequence[Pack]:
    """Packs the actor may read, newest first."""
    return db.session.scalars(
        select(Pack)
        .where(visible(actor, Permission.PACK_VIEW, Pack.team_id, below=team))
        .options(joinedload(Pack.snapshot).joinedload(Snapshot.team), joinedload(Pack.asked_by))
        .order_by(Pack.id.desc())
        .limit(limit)
    ).all()


def pack_for(actor: Actor, pack_id: int) -> Pack:
    """One pack; it holds what whoever asked for it may see, so only they and managers read it."""
    pack = db.session.scalar(
        select(Pack)
        .where(Pack.id == pack_id)
        .options(joinedload(Pack.snapshot).joinedload(Snapshot.team), joinedload(Pack.asked_by))
    )
    row: Any = pack.snapshot if pack else None
    require(actor, Permission.PACK_VIEW, row, view=Permission.PACK_VIEW)
    assert pack is not None
    return pack


def snapshot_before(snapshot_kind: str, team_id: int, ref: str) -> Snapshot | None:
    """The newest snapshot of the same thing."""
    return db.session.scalar(
        select(Snapshot)
        .where(
            Snapshot.kind == snapshot_kind,
            Snapshot.team_id == team_id,
            Snapshot.subject_ref == ref,
        )
        .order_by(Snapshot.id.desc())
        .limit(1)
    )


def plain_row(row: RiskRow) -> dict[str, Any]:
    """What packs print of a risk in a list."""
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
        "system": row.system_name,
        "owner": row.owner_name,
        "pin": row.pin_reason,
    }
