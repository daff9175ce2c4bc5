"""The heat map now and a quarter ago."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.lib.dates import day_start, quarter_back
from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.packs.words import band_counts
from riskreg.risks.filters import RiskFilter
from riskreg.risks.kinds import Tier
from riskreg.risks.past import cells_at
from riskreg.risks.queries import cells, view_of


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """Counts by cell now, where they are meant to go, and as they were a quarter ago."""
    view = view_of(actor, RiskFilter(team=scope.team.slug), today=scope.on)
    current = cells(view, Tier.CURRENT)
    then_on = quarter_back(scope.on)
    then, then_unrated = cells_at(actor, scope.team, day_start(then_on, actor.timezone))
    return {
        "now": _listed(current),
        "target": _listed(cells(view, Tier.TARGET)),
        "unrated": current.get((None, None), 0),
        "then_on": then_on,
        "then": _listed(then),
        "then_unrated": then_unrated,
    }


def _listed(found: Any) -> list[list[int]]:
    return sorted([level, impact, n] for (level, impact), n in found.items() if level and impact)


def headline(data: Frozen, matrix: Matrix) -> str:
    """How many stand in the worst band, against a quarter ago."""
    (worst, now), (_same, then) = (
        band_counts(matrix, data["now"])[0],
        band_counts(matrix, data["then"])[0],
    )
    rated = sum(n for _level, _impact, n in data["now"])
    if not rated:
        return str(_("No open risk is rated, so nothing can be said about where we stand."))
    stand = ngettext(
        "%(num)s of %(rated)s rated risks is %(band)s",
        "%(num)s of %(rated)s rated risks are %(band)s",
        now,
        rated=rated,
        band=worst.label,
    )
    return f"{stand}; {_before(now, then)}."


def _before(now: int, then: int) -> str:
    """The worst band a quarter ago, against now."""
    if now == then:
        return str(_("as many as a quarter ago"))
    if not then:
        return str(_("a quarter ago none was"))
    return str(ngettext("a quarter ago %(num)s was", "a quarter ago %(num)s were", then))


SECTION = Section(
    key="heat_map", title=lambda: _("Where we stand"), collect=collect, headline=headline
)
