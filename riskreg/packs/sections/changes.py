"""What changed since the last pack of the same kind: who entered, left, or was scored anew."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from riskreg.org.permissions import Actor
from riskreg.packs.kinds import PackKind, Scope, Section
from riskreg.packs.queries import plain_row, snapshot_before
from riskreg.packs.sections.the_ten import ten_of

KINDS = (PackKind.TOP_TEN, PackKind.LEADERSHIP)


def collect(actor: Actor, scope: Scope) -> dict[str, Any] | None:
    """The ten now against the ten of the newest earlier pack; None for the first pack."""
    kinds = [snapshot_before(kind, scope.team.id, "") for kind in KINDS]
    earlier = max((each for each in kinds if each), key=lambda each: each.id, default=None)
    if earlier is None:
        return None
    before = _by_ref(earlier.data["sections"].get("the_ten", {}).get("rows", []))
    ten = ten_of(actor, scope)
    after = _by_ref(plain_row(ten.rows[place.item.id]) for place in ten.top.places)
    return {
        "since": earlier.data["on"],
        "entered": [row for ref, row in after.items() if ref not in before],
        "left": [row for ref, row in before.items() if ref not in after],
        "rescored": [
            row | {"band_before": before[ref]["band"], "current_before": before[ref]["current"]}
            for ref, row in after.items()
            if ref in before and before[ref]["current"] != row["current"]
        ],
    }


def _by_ref(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["ref"]: dict(row) for row in rows}


SECTION = Section(
    key="changes", title=lambda: _("What changed since the last pack"), collect=collect
)
