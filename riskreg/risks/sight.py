"""What of a risk its reader may not see: it may name systems of other teams."""

from collections.abc import Container, Iterable, Sequence

from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.queries import RiskRow


def hidden_systems(actor: Actor, entries: Iterable[AuditEntry]) -> frozenset[str]:
    """The names of systems in these acts that the reader may not see."""
    named = {name for entry in entries for name in entry.changes.get("system", ()) if name}
    if not named:
        return frozenset()
    seen = visible(actor, Permission.SYSTEM_VIEW, System.team_id)
    return frozenset(db.session.scalars(select(System.name).where(System.name.in_(named), ~seen)))


def without_hidden(rows: Iterable[RiskRow], seen: Container[int] | None) -> Sequence[RiskRow]:
    """The rows, naming systems of the teams in `seen` only; None means every team."""
    if seen is None:
        return list(rows)
    return [
        row
        if row.system_team_id is None or row.system_team_id in seen
        else row._replace(system_key=None, system_name=None)
        for row in rows
    ]
