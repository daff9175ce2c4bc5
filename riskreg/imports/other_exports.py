"""Lists of other things than risks, riskreg's own and others': known, and not taken for risks."""

from __future__ import annotations

from riskreg.imports.cells import fold
from riskreg.imports.kinds import ImportRefused, SourceTable
from riskreg.imports.texts import gettext as _

# Columns that only our own exports have, all of them, and those of other tools' lists.
_OWN = (
    frozenset({"slug", "name", "team name", "hours", "data class"}),
    frozenset({"slug", "name", "parent"}),
    frozenset({"email", "name", "roles"}),
    frozenset({"ref", "original due on", "slips", "verify how"}),
    frozenset({"ref", "impact start at", "detected at", "mitigated at"}),
    frozenset({"ref", "code", "is required", "answered by"}),
)
_OTHERS = {
    "PagerDuty": frozenset({"incident number", "urgency", "seconds to resolve"}),
}


def refuse_other_exports(table: SourceTable) -> None:
    """Raise ImportRefused for a list of actions, incidents, reviews, systems, teams or people."""
    names = {fold(column) for column in table.columns}
    for tool, signature in _OTHERS.items():
        if signature <= names:
            raise ImportRefused(
                _(
                    "This is a list of incidents (%(tool)s), not of risks; riskreg cannot read "
                    "it yet. Nothing was stored.",
                    tool=tool,
                )
            )
    if any(signature <= names for signature in _OWN):
        raise ImportRefused(
            _(
                "This is a list that riskreg exported, but not of risks; it cannot be read back "
                "yet. Nothing was stored."
            )
        )
