"""The ten, with what they take and who owns them."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import OTHER_TEAMS, Frozen, Scope, Section
from riskreg.packs.past import plain_row, systems_named
from riskreg.packs.promises import plans_of
from riskreg.packs.words import band_counts
from riskreg.risks.filters import RiskFilter
from riskreg.risks.queries import view_of
from riskreg.risks.tops import TopTen, top_ten


def ten_of(actor: Actor, scope: Scope) -> TopTen:
    """The ten of the scope's team in the order of its filters."""
    criteria = RiskFilter.from_args({**scope.filters, "team": scope.team.slug})
    return top_ten(view_of(actor, criteria, today=scope.on))


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """The ten in order with ranks, ties, pins and open actions; sums over known efforts."""
    ten = ten_of(actor, scope)
    places = ten.top.places
    plans, teams = plans_of(actor, scope.team, [place.item.id for place in places])
    named = systems_named(actor, scope.team)
    efforts = [ten.rows[place.item.id].effort_days for place in places]
    return {
        "rows": [
            plain_row(ten.rows[place.item.id], named)
            | {"rank": place.position, "tied": place.tied, "pin": place.pin_reason or ""}
            | {"plan": plans[place.item.id]}
            for place in places
        ],
        "effort": sum(effort for effort in efforts if effort is not None),
        "without_effort": sum(effort is None for effort in efforts),
        "without_owner": sum(ten.rows[place.item.id].owner_name is None for place in places),
        "without_plan": sum(not plan for plan in plans.values()),
        "missing_kinds": [kind.value for kind in ten.top.missing_kinds],
        "total": ten.total,
        "unrated": ten.unrated_count,
        "order": ten.top.order.value,
        OTHER_TEAMS: teams,
    }


def headline(data: Frozen, matrix: Matrix) -> str:
    """What they are, what they take together, and how many nobody owns."""
    rows = data["rows"]
    if not rows:
        return str(_("There is no open, rated risk in this team yet."))
    rated = [[*row["current"], 1] for row in rows if None not in row["current"]]
    worst, number = next(pair for pair in band_counts(matrix, rated) if pair[1])
    nobody = data["without_owner"]
    owned = (
        ngettext("%(num)s has no owner", "%(num)s have no owner", nobody)
        if nobody
        else _("each has an owner")
    )
    return str(
        ngettext(
            "%(num)s of these %(all)s is %(band)s; together they take %(days)s person-days; "
            "%(owned)s.",
            "%(num)s of these %(all)s are %(band)s; together they take %(days)s person-days; "
            "%(owned)s.",
            number,
            all=len(rows),
            band=worst.label,
            days=data["effort"],
            owned=owned,
        )
    )


SECTION = Section(key="the_ten", title=lambda: _("The ten"), collect=collect, headline=headline)
