"""The next ten and why they are not among the ten; what cannot be placed without an effort."""

from typing import Any

from flask_babel import gettext as _

from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Scope, Section
from riskreg.packs.queries import plain_row
from riskreg.packs.sections.the_ten import ten_of
from riskreg.risks.labels import WHY_NOT


def collect(actor: Actor, scope: Scope) -> dict[str, Any] | None:
    """The following places with their reason; None when there are none."""
    ten = ten_of(actor, scope)
    if not ten.top.following and not ten.needs_effort:
        return None
    return {
        "rows": [
            plain_row(ten.rows[place.item.id])
            | {"rank": place.position, "why": str(WHY_NOT[place.why_not]) if place.why_not else ""}
            for place in ten.top.following
        ],
        "needs_effort": [plain_row(row) for row in ten.needs_effort],
        "needs_effort_count": ten.needs_effort_count,
    }


SECTION = Section(key="next_ten", title=lambda: _("The next ten, and why not"), collect=collect)
