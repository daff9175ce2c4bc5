"""The register seen whole: the matrix, the quadrant, the ten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import render_template, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from riskreg.charts import bars
from riskreg.charts.heatmap import Matrix as MatrixPicture
from riskreg.charts.heatmap import MatrixCell
from riskreg.charts.quadrant import NARROW
from riskreg.lib.dates import day_start, quarter_back
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.ranking import Order, Place
from riskreg.org.permissions import Permission
from riskreg.risks import labels
from riskreg.risks.asked import asked_view, list_url, tabs
from riskreg.risks.blueprint import bp
from riskreg.risks.chips import chips, choices
from riskreg.risks.conditions import View
from riskreg.risks.kinds import Tier
from riskreg.risks.listing import sentence
from riskreg.risks.matrices import current_matrix_id, matrices
from riskreg.risks.options import FilterOptions
from riskreg.risks.past import cells_at
from riskreg.risks.pictures import (
    Spot,
    effort_bars,
    effort_caption,
    grid_of,
    heat_map,
    quadrant_caption,
    quadrant_of,
    worst_then,
)
from riskreg.risks.printed import once
from riskreg.risks.queries import RiskRow, cells
from riskreg.risks.tops import POINTS_MAX, Points, TopTen, points, top_ten
from riskreg.risks.why_not import why_not_words
from riskreg.risks.words import amount, band_label, effort_words, rate, rating_words
from riskreg.web.frame import chosen_team
from riskreg.web.security import current_actor, requires

NO_OPTIONS = FilterOptions(owners=(), systems=(), tags=())
WIDE = (1048.0, 520.0)  # the quadrant in a window that has room
Cells = Mapping[tuple[int | None, int | None], int]


@dataclass(frozen=True, kw_only=True)
class Map:
    """One tier's matrix with its counts."""

    tier: str
    label: str
    meaning: str
    picture: MatrixPicture
    caption: str
    rated: int
    unrated: int
    unrated_label: str
    unrated_words: str
    unrated_url: str
    by_band: list[tuple[int, str, int, str]]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A place in the ten, or after it, ready to be printed."""

    position: int
    ranks: str
    tied: bool
    row: RiskRow
    band: str
    rating: str
    effort: str
    value: str
    pin_reason: str
    why_not: str


@bp.get("/risks/matrix")
@requires(Permission.RISK_VIEW)
def matrix() -> str:
    """How many risks stand in each cell, now and at their targets."""
    view = asked_view()
    view = view.with_criteria(likelihood=None, impact=None, tier=Tier.CURRENT.value)
    known = matrices()
    scale = known[current_matrix_id(known)]
    now, then = cells(view, Tier.CURRENT), cells(view, Tier.TARGET)
    total = sum(now.values())
    chosen = chips(view.criteria, NO_OPTIONS, scale, endpoint="risks.matrix")

    def printed() -> str:
        maps = [
            _map(view, scale, Tier.CURRENT, now, ghosts=then),
            _map(view, scale, Tier.TARGET, then),
        ]
        before = None if chosen else _quarter_ago(scale, view.today)
        return render_template("risks/_maps.html", maps=maps, total=total, before=before)

    return render_template(
        "risks/matrix.html",
        criteria=view.criteria,
        drawn=once("maps", view, printed, current_actor.timezone),
        total=total,
        sentence=sentence(view, total, _where(), ordered=False),
        kept=[("team", view.criteria.team)],
        chips=chosen,
        tabs=tabs(view, "matrix"),
        **choices(scale, NO_OPTIONS),
    )


@bp.get("/risks/quadrant", endpoint="quadrant")
@requires(Permission.RISK_VIEW)
def quadrant_page() -> str:
    """Severity against effort."""
    view = asked_view()
    known = matrices()
    found = points(view)
    return render_template(
        "risks/quadrant.html",
        criteria=view.criteria,
        drawn=_drawn(view, found, known),
        found=found,
        limit=POINTS_MAX,
        kept=[("team", view.criteria.team)],
        tabs=tabs(view, "quadrant"),
        unrated_url=list_url(view, band="unrated"),
        **choices(known[current_matrix_id(known)], NO_OPTIONS),
        effort_url=list_url(view, effort="unknown"),
    )


@bp.get("/risks/top")
@requires(Permission.RISK_VIEW)
def top() -> str:
    """The ten, the next ten and why not."""
    view = asked_view()
    may_file = current_actor.may_somewhere(Permission.RISK_EDIT)
    orders = [
        (order.value, str(labels.ORDER_SHORT[order]), url_for("risks.top", **_ordered(view, order)))
        for order in Order
    ]
    return render_template(
        "risks/top.html",
        criteria=view.criteria,
        drawn=once("ten", view, lambda: _ten(view, may_file), may_file),
        orders=orders,
        order_words=labels.ORDER[view.criteria.order],
        team=chosen_team(),
        tabs=tabs(view, "top"),
    )


def _ten(view: View, may_file: bool) -> str:
    known = matrices()
    found = top_ten(view)
    return render_template(
        "risks/_ten.html",
        found=found,
        efforts=_efforts([found.rows[place.item.id] for place in found.top.places]),
        may_file=may_file,
        places=[_line(place, found, known) for place in found.top.places],
        following=[_line(place, found, known) for place in found.top.following],
        needs_effort=_table(found.needs_effort, known),
        missing=_(" or ").join(str(labels.KIND[kind]).lower() for kind in found.top.missing_kinds),
        any_tie=any(place.tied for place in (*found.top.places, *found.top.following)),
        effort_url=list_url(view, effort="unknown"),
        unrated_url=list_url(view, band="unrated"),
    )


def _quarter_ago(scale: Matrix, today: date) -> dict[str, Any]:
    """Where all risks stood that were open then."""
    day = quarter_back(today)
    then, unrated = cells_at(current_actor, chosen_team(), day_start(day, current_actor.timezone))
    title = _("Open risks a quarter ago by likelihood and impact.")
    words = format_date(day, "d MMM yyyy")
    return {
        "day": words,
        "caption": worst_then(scale, then, words),
        "wide": heat_map(scale, then, {}, title),
        "narrow": grid_of(scale, then, {}),
        "rated": sum(then.values()),
        "unrated": _unrated_words(Tier.CURRENT, unrated),
        "is_empty": not then and not unrated,
    }


def _efforts(rows: Sequence[RiskRow]) -> dict[str, str]:
    """What each of the ten takes, as pictures."""
    efforts = [(row.ref, row.effort_days, effort_words(row.effort_days, None)) for row in rows]
    title = _("Effort of each of the ten")
    return {
        "caption": effort_caption(efforts),
        "wide": effort_bars(efforts, title=title),
        "narrow": effort_bars(efforts, title=title, width=bars.NARROW),
    }


def _map(
    view: View, scale: Matrix, tier: Tier, counts: Cells, *, ghosts: Cells | None = None
) -> Map:
    """One tier's matrix; `ghosts` are what another tier has in each cell, drawn small."""
    rated = {cell: number for cell, number in counts.items() if None not in cell}
    by_rank = {band.rank: 0 for band in scale.bands}
    for (likelihood, impact), number in rated.items():
        by_rank[_rank(scale, likelihood, impact)] += number
    unrated = counts.get((None, None), 0)
    return Map(
        tier=tier.value,
        label=str(labels.TIER[tier]),
        meaning=str(labels.TIER_MEANING[tier]),
        picture=_picture(view, scale, tier, rated, ghosts or {}),
        caption=_caption(scale, by_rank, tier),
        rated=sum(rated.values()),
        unrated=unrated,
        unrated_label=str(_("Unrated") if tier is Tier.CURRENT else _("Without a target")),
        unrated_words=_unrated_words(tier, unrated),
        unrated_url=list_url(view, band="unrated") if tier is Tier.CURRENT else "",
        by_band=[
            (band.rank, band.label, by_rank[band.rank], _band_url(view, tier, band.rank))
            for band in reversed(scale.bands)
        ],
    )


def _caption(scale: Matrix, by_rank: Mapping[int, int], tier: Tier) -> str:
    """What to see first: how many stand in the worst band."""
    worst = scale.bands[-1]
    number = by_rank[worst.rank]
    band = worst.label.lower()
    if tier is Tier.CURRENT:
        words = _("%(n)s now %(band)s", n=number, band=band)
        return str(words if number else _("None is %(band)s now", band=band))
    words = _("%(n)s still %(band)s at the target", n=number, band=band)
    return str(words if number else _("None is %(band)s at the target", band=band))


def _unrated_words(tier: Tier, number: int) -> str:
    if tier is Tier.CURRENT:
        return str(ngettext("%(num)s unrated", "%(num)s unrated", number))
    return str(ngettext("%(num)s without a target", "%(num)s without a target", number))


def _band_url(view: View, tier: Tier, rank: int) -> str:
    """The list of a band; a target's band is no filter of the list."""
    return list_url(view, band=str(rank)) if tier is Tier.CURRENT else ""


def _picture(view: View, scale: Matrix, tier: Tier, counts: Cells, ghosts: Cells) -> MatrixPicture:
    return MatrixPicture(
        likelihood_labels=[level.label for level in scale.likelihoods],
        impact_labels=[level.label for level in scale.impacts],
        likelihood_title=_("Likelihood"),
        impact_title=_("Impact"),
        cells=[
            _cell(view, scale, tier, (likelihood.position, impact.position), (counts, ghosts))
            for impact in scale.impacts
            for likelihood in scale.likelihoods
        ],
    )


def _cell(
    view: View,
    scale: Matrix,
    tier: Tier,
    at: tuple[int, int],
    numbers: tuple[Cells, Cells],
) -> MatrixCell:
    """One cell, a link also where nothing stands: the list then says so and offers to file."""
    rating = Rating(likelihood=at[0], impact=at[1])
    rank = _rank(scale, *at)
    number, ghosts = (counts.get(at, 0) for counts in numbers)
    words = [
        rating_words(scale, rating),
        band_label(scale, rank),
        ngettext("%(num)s risk", "%(num)s risks", number),
    ]
    if ghosts:
        words.append(_("target of %(n)s", n=ghosts))
    name = ", ".join(words)
    here = {"likelihood": at[0], "impact": at[1], "tier": tier.value}
    return MatrixCell(
        likelihood=at[0],
        impact=at[1],
        band_rank=rank,
        count=number,
        targets=ghosts,
        name=name,
        href=list_url(view, **here),
    )


def _rank(scale: Matrix, likelihood: int | None, impact: int | None) -> int:
    assert likelihood is not None
    assert impact is not None
    return scale.grid[impact - 1][likelihood - 1]


def _drawn(view: View, found: Points, known: Mapping[int, Matrix]) -> Markup:
    """The picture and its table."""

    def printed() -> str:
        spots = _spots(found)
        return render_template(
            "risks/_drawn.html",
            svg=quadrant_of(spots, size=WIDE, links=True),
            svg_narrow=quadrant_of(spots, size=NARROW, links=True),
            rows=_table(found.rows, known),
            caption=quadrant_caption(spots),
        )

    return once("quadrant", view, printed)


def _where() -> str:
    team = chosen_team()
    return team.name if team and team.parent_id else ""


def _spots(found: Points) -> list[Spot]:
    return [
        Spot(
            ref=row.ref,
            title=row.title,
            effort_days=row.effort_days or 1,
            exposure_milli=row.exposure_milli or 0,
            band_rank=row.band_rank,
        )
        for row in found.rows
    ]


def _table(rows: Any, known: Mapping[int, Matrix]) -> list[tuple[Any, ...]]:
    """(ref, title, rank, band, rating, effort, exposure, gain, value, team) of each row."""
    return [
        (
            row.ref,
            row.title,
            row.band_rank,
            band_label(known[row.matrix_id], row.band_rank),
            rating_words(known[row.matrix_id], row.current),
            effort_words(row.effort_days, row.effort_size),
            amount(row.exposure_milli),
            amount(row.gain_milli),
            rate(row.value_rate),
            row.team_name,
        )
        for row in rows
    ]


def _line(place: Place, found: TopTen, known: Mapping[int, Matrix]) -> Line:
    row = found.rows[place.item.id]
    matrix = known[row.matrix_id]
    ranks = f"{place.rank_from}–{place.rank_to}" if place.tied else str(place.rank_from)
    return Line(
        position=place.position,
        ranks=ranks,
        tied=place.tied,
        row=row,
        band=band_label(matrix, row.band_rank),
        rating=rating_words(matrix, row.current),
        effort=effort_words(row.effort_days, None),
        value=rate(row.value_rate),
        pin_reason=place.pin_reason or "",
        why_not=why_not_words(place, found, matrix),
    )


def _ordered(view: View, order: Order) -> dict[str, Any]:
    return dict(replace(view.criteria, order=order).to_args())
