"""What of an incident its reader may see: it may touch systems and risks of other teams."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from riskreg.audit.models import AuditEntry
from riskreg.org.access import can
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import systems_for
from riskreg.postmortems.models import Incident, Postmortem, PostmortemRisk

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Seen(Generic[Row]):
    """Those that the reader may see, and how many more there are."""

    rows: list[Row]
    hidden: int


def systems_seen(actor: Actor, incident: Incident) -> Seen[System]:
    """The systems that an incident touched."""
    rows = [each for each in incident.systems if can(actor, Permission.SYSTEM_VIEW, each)]
    return Seen(rows=rows, hidden=len(incident.systems) - len(rows))


def risks_seen(actor: Actor, postmortem: Postmortem | None) -> Seen[PostmortemRisk]:
    """The links of a post-mortem to risks."""
    links = postmortem.risk_links if postmortem else []
    rows = [each for each in links if can(actor, Permission.RISK_VIEW, each.risk)]
    return Seen(rows=rows, hidden=len(links) - len(rows))


def history_seen(actor: Actor, entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """The acts on an incident as a page tells them, without the systems of other teams."""
    told = list(entries)
    touched = any("systems" in entry.changes for entry in told)
    known = {system.key for system in systems_for(actor)} if touched else set()
    names = ("action", "at", "actor_name", "note")
    return [
        {name: getattr(entry, name) for name in names} | {"changes": _changes(entry, known)}
        for entry in told
    ]


def _changes(entry: AuditEntry, known: set[str]) -> dict[str, Any]:
    """What changed, an unknown system as an ellipsis."""
    if "systems" not in entry.changes:
        return entry.changes
    sides = [
        [key if key in known else "…" for key in side or ()] for side in entry.changes["systems"]
    ]
    return {**entry.changes, "systems": sides}
