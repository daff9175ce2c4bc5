"""Every risk of the filtered view, in its order."""

from itertools import groupby
from typing import Any
from zlib import crc32

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.packs.past import plain_row, systems_named
from riskreg.packs.words import band_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.queries import all_rows, count, view_of

ROWS_MAX = 10_000
LONG_ROWS = (
    1_500  # about 100 pages: from here on two processes and kept slices give more than they cost
)
SLICE_ROWS_MIN, SLICE_ROWS_MAX = 100, 400
ONE_IN = 100  # refs that begin a slice, once the one before is long enough


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """At most 10,000 rows and the number of the rest, grouped by band where that is the order."""
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


def slices(data: Frozen) -> list[Frozen]:
    """The rows of a long register, about 200 in each slice.

    A slice begins at a risk whose ref says so, whatever its number in the list: a risk that comes
    in, goes out or changes its place touches the slices it leaves and enters, and no other.
    """
    if sum(len(group["rows"]) for group in data["groups"]) <= LONG_ROWS:
        return [data]
    cut: list[list[tuple[int, dict[str, Any]]]] = [[]]
    for index, group in enumerate(data["groups"]):
        for row in group["rows"]:
            if _begins(row["ref"], len(cut[-1])):
                cut.append([])
            cut[-1].append((index, row))
    return [
        {**data, "groups": _groups(data, rows), "left_out": 0 if number else data["left_out"]}
        for number, rows in enumerate(cut)
    ]


def _begins(ref: str, rows_before: int) -> bool:
    """Whether a row begins a slice, by its ref and the rows of the slice before."""
    if rows_before >= SLICE_ROWS_MAX:
        return True
    return rows_before >= SLICE_ROWS_MIN and crc32(ref.encode()) % ONE_IN == 0


def _groups(data: Frozen, rows: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of a slice by the groups of the whole, and whether a group goes on from before."""
    found = []
    for index, members in groupby(rows, key=lambda pair: pair[0]):
        whole, part = data["groups"][index], [row for _index, row in members]
        is_rest = part[0] is not whole["rows"][0]
        total = len(whole["rows"])
        found.append({"band": whole["band"], "rows": part, "total": total, "is_rest": is_rest})
    return found


SECTION = Section(
    key="register",
    title=lambda: _("The register"),
    collect=collect,
    headline=headline,
    slices=slices,
)
