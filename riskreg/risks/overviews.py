"""The register seen whole: the matrix, the quadrant, the ten."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from riskreg.charts.heatmap import Matrix as MatrixPicture
from riskreg.charts.heatmap import MatrixCell
from riskreg.charts.quadrant import NARROW, Point, Quadrants, quadrant
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
from riskreg.risks.printed import once
from riskreg.risks.queries import RiskRow, cells
from riskreg.risks.tops import POINTS_MAX, Points, TopTen, points, top_ten
from riskreg.risks.why_not import why_not_words
from riskreg.risks.words import amount, band_label, effort_words, rate, rating_words
from riskreg.web.frame import chosen_team
from riskreg.web.security import current_actor, requires

NO_OPTIONS = FilterOptions(owners=(), systems=(), tags=())
CUT = 25  # person-days: much or little effort, much or little exposure a year
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

    def printed() -> str:
        maps = [
            _map(view, scale, Tier.CURRENT, now, ghosts=then),
            _map(view, scale, Tier.TARGET, then),
        ]
        return render_template("risks/_maps.html", maps=maps, total=total)

    return render_template(
        "risks/matrix.html",
        criteria=view.criteria,
        drawn=once("maps", view, printed),
        total=total,
        sentence=sentence(view, total, _where(), ordered=False),
        kept=[("team", view.criteria.team)],
        chips=chips(view.criteria, NO_OPTIONS, scale, endpoint="risks.matrix"),
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
        may_file=may_file,
        places=[_line(place, found, known) for place in found.top.places],
        following=[_line(place, found, known) for place in found.top.following],
        needs_effort=_table(found.needs_effort, known),
        missing=_(" or ").join(str(labels.KIND[kind]).lower() for kind in found.top.missing_kinds),
        any_tie=any(place.tied for place in (*found.top.places, *found.top.following)),
        effort_url=list_url(view, effort="unknown"),
        unrated_url=list_url(view, band="unrated"),
    )


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
    return once(
        "quadrant",
        view,
        lambda: render_template(
            "risks/_drawn.html",
            svg=_quadrant(found, WIDE),
            svg_narrow=_quadrant(found, NARROW),
            rows=_table(found.rows, known),
            caption=_quadrant_caption(found),
        ),
    )


def _quadrant_caption(found: Points) -> str:
    """How many stand where one would begin: much exposure, little effort."""
    first = sum(
        (row.exposure_milli or 0) >= CUT * 1000 and (row.effort_days or 0) <= CUT
        for row in found.rows
    )
    return str(
        ngettext(
            "%(num)s risk hurts much and takes little: the place to begin",
            "%(num)s risks hurt much and take little: the place to begin",
            first,
        )
    )


def _where() -> str:
    team = chosen_team()
    return team.name if team and team.parent_id else ""


def _quadrant(found: Points, size: tuple[float, float]) -> str:
    drawn = [
        Point(
            ref=row.ref,
            effort_days=row.effort_days or 1,
            severity=max((row.exposure_milli or 0) / 1000, 0.01),
            band_rank=row.band_rank,
            href=f"/risks/{row.ref}",
            title=row.title,
        )
        for row in found.rows
    ]
    words = Quadrants(
        effort_title=_("Effort, person-days"),
        severity_title=_("Exposure, person-days a year"),
        first=_("Do first"),
        plan=_("Plan"),
        quick=_("Quick wins"),
        later=_("Later"),
        effort_cut=CUT,
        severity_cut=CUT,
    )
    title = _("Exposure against effort of each risk")
    return quadrant(drawn, words, title=title, links=True, size=size)


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
