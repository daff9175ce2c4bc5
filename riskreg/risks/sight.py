"""What of a risk's trail its reader may not see: it may have named systems of other teams."""

from collections.abc import Iterable

from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.org.access import visible
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission


def hidden_systems(actor: Actor, entries: Iterable[AuditEntry]) -> frozenset[str]:
    """The names of systems in these acts that the reader may not see."""
    named = {name for entry in entries for name in entry.changes.get("system", ()) if name}
    if not named:
        return frozenset()
    seen = visible(actor, Permission.SYSTEM_VIEW, System.team_id)
    return frozenset(db.session.scalars(select(System.name).where(System.name.in_(named), ~seen)))
