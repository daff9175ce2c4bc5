"""What changed since the last pack of the ten: who came in, went out, or was scored anew."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.packs.past import plain_row
from riskreg.packs.sections.the_ten import ten_of
from riskreg.packs.words import format_on


def collect(actor: Actor, scope: Scope) -> dict[str, Any] | None:
    """The ten now against those of an earlier pack; without one there is no `since`.

    None for the ten of a filtered list, which no other pack is like.
    """
    if scope.filters:
        return None
    if scope.earlier is None:
        return {"since": None, "entered": [], "left": [], "rescored": []}
    before = _by_ref(scope.earlier["sections"].get("the_ten", {}).get("rows", []))
    ten = ten_of(actor, scope)
    after = _by_ref(plain_row(ten.rows[place.item.id]) for place in ten.top.places)
    return {
        "since": scope.earlier["on"],
        "entered": [row for ref, row in after.items() if ref not in before],
        "left": [row for ref, row in before.items() if ref not in after],
        "rescored": [
            row | {"band_before": before[ref]["band"], "current_before": before[ref]["current"]}
            for ref, row in after.items()
            if ref in before and before[ref]["current"] != row["current"]
        ],
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """How many moved, and since when."""
    if data["since"] is None:
        return str(_("This is the first pack of this kind, so there is nothing to compare with."))
    day = format_on(data["since"])
    if not (data["entered"] or data["left"] or data["rescored"]):
        return str(_("The ten are the same as on %(day)s and stand where they stood.", day=day))
    return str(
        _(
            "Since %(day)s, %(entered)s came in, %(left)s went out; %(rescored)s scored anew.",
            day=day,
            entered=len(data["entered"]),
            left=len(data["left"]),
            rescored=len(data["rescored"]),
        )
    )


def _by_ref(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By ref, without the system, which is not printed here."""
    return {row["ref"]: {**row, "system": None} for row in rows}


SECTION = Section(
    key="changes",
    title=lambda: _("What changed since the last pack"),
    collect=collect,
    headline=headline,
)
