"""Every risk of the filtered view, in its order."""

from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.packs.past import plain_row, systems_named
from riskreg.packs.words import band_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.queries import all_rows, count, view_of

ROWS_MAX = 2_000


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """At most 2,000 rows and the number of the rest, grouped by band where that is the order."""
    criteria = RiskFilter.from_args({**scope.filters, "team": scope.team.slug})
    view = view_of(actor, criteria, today=scope.on)
    named = systems_named(actor, scope.team)
    rows = [plain_row(row, named) for row in all_rows(view, limit=ROWS_MAX)]
    total = count(view)
    grouped = (
        groupby(rows, key=lambda row: row["band"]) if criteria.order == "severity" else [(0, rows)]
    )
    return {
        "groups": [{"band": band, "rows": list(members)} for band, members in grouped],
        "by_band": criteria.order == "severity",
        "total": total,
        "left_out": total - len(rows),
        "order": criteria.order.value,
    }


def headline(data: Frozen, matrix: Matrix) -> str:
    """How many, and how they are spread over the bands."""
    if not data["total"]:
        return str(_("No risk matches."))
    total = ngettext("%(num)s risk", "%(num)s risks", data["total"])
    if not data["by_band"] or data["left_out"]:
        return f"{total}."
    spread = ", ".join(
        f"{len(group['rows'])} {band_of(matrix, group['band']) or _('Unrated')}"
        for group in data["groups"]
    )
    return f"{total}: {spread}."


SECTION = Section(
    key="register", title=lambda: _("The register"), collect=collect, headline=headline
)
