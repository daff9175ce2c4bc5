"""Lists of other things than risks, riskreg's own and others': known, and not taken for risks."""

from __future__ import annotations

import re

from riskreg.imports.cells import fold, text_of
from riskreg.imports.kinds import ImportRefused, SourceTable
from riskreg.imports.texts import gettext as _

ROWS_LOOKED_AT = 20
_REF = re.compile(r"(?:A|I|OR|S|G)-\d+")
# Columns that only our own exports have, all of them, and those of other tools' lists.
_OWN = (
    frozenset({"slug", "name", "team name", "hours", "data class"}),
    frozenset({"slug", "name", "parent"}),
    frozenset({"email", "name", "roles"}),
)
_OTHERS = {
    "PagerDuty": frozenset({"incident number", "urgency", "seconds to resolve"}),
}


def refuse_other_exports(table: SourceTable) -> None:
    """Raise ImportRefused for a list of actions, incidents, reviews, systems, teams or people."""
    names = {fold(column) for column in table.columns}
    by_fold = {fold(column): column for column in table.columns}
    refs = [text_of(cell) for cell in table.column(by_fold["ref"])] if "ref" in by_fold else []
    looked_at = [ref for ref in refs[:ROWS_LOOKED_AT] if ref]
    is_other = bool(looked_at) and all(_REF.fullmatch(ref) for ref in looked_at)
    for tool, signature in _OTHERS.items():
        if signature <= names:
            raise ImportRefused(
                _(
                    "This is a list of incidents (%(tool)s), not of risks; riskreg cannot read "
                    "it yet. Nothing was stored.",
                    tool=tool,
                )
            )
    if is_other or any(signature <= names for signature in _OWN):
        raise ImportRefused(
            _(
                "This is a list that riskreg exported, but not of risks; it cannot be read back "
                "yet. Nothing was stored."
            )
        )
