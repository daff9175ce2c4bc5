"""The rows of the register as packs print them."""

from collections.abc import Container
from typing import Any

from sqlalchemy import select

from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.models import System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.queries import RiskRow


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
