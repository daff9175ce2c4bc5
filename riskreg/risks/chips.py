"""The filters in force as chips: what each says, and the address without it."""

from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from riskreg.metrics.matrix import Matrix
from riskreg.risks import labels
from riskreg.risks.filters import ME, NOBODY, UNRATED, RiskFilter
from riskreg.risks.kinds import Kind, Status
from riskreg.risks.options import FilterOptions
from riskreg.risks.words import band_label

Chip = tuple[str, str, str]


def chips(
    criteria: RiskFilter,
    options: FilterOptions,
    matrix: Matrix,
    *,
    endpoint: str = "risks.index",
) -> list[Chip]:
    """(name, value, address without it) of every filter in force but team and order."""
    fresh = RiskFilter()
    return [
        (name, value, url_for(endpoint, **_args(without(criteria, *fields))))
        for name, value, fields in _described(criteria, options, matrix)
        if any(getattr(criteria, each) != getattr(fresh, each) for each in fields)
    ]


def filter_words(
    criteria: RiskFilter, options: FilterOptions, matrix: Matrix
) -> list[tuple[str, str]]:
    """(name, value) of every filter in force but team and order, for what is printed."""
    fresh = RiskFilter()
    return [
        (name, value)
        for name, value, fields in _described(criteria, options, matrix)
        if any(getattr(criteria, each) != getattr(fresh, each) for each in fields)
    ]


def choices(matrix: Matrix, options: FilterOptions) -> dict[str, list[tuple[str, str]]]:
    """(value, words) of the selects that filter and change the list."""
    bands = [(str(band.rank), band.label) for band in reversed(matrix.bands)]
    return {
        "band_choices": [*bands, (UNRATED, _("Unrated"))],
        "kind_choices": [(value, str(words)) for value, words in labels.KIND.items()],
        "order_choices": [(value, str(words)) for value, words in labels.ORDER_SHORT.items()],
        "close_reasons": [(value, str(words)) for value, words in labels.CLOSE_REASON.items()],
        "owner_choices": list(options.owners),
    }


def without(criteria: RiskFilter, *fields: str) -> dict[str, str]:
    """The query values of a filter with some fields set back."""
    fresh = RiskFilter()
    return replace(criteria, **{name: getattr(fresh, name) for name in fields}).to_args()


def _args(args: dict[str, str]) -> dict[str, Any]:
    return dict(args)


def _described(
    criteria: RiskFilter, options: FilterOptions, matrix: Matrix
) -> list[tuple[str, str, tuple[str, ...]]]:
    owners = {ME: _("me"), NOBODY: _("nobody"), **dict(options.owners)}
    systems = {NOBODY: _("none"), **dict(options.systems)}
    efforts = {"known": _("known"), "unknown": _("not known")}
    statuses = {status.value: str(labels.STATUS[status]) for status in Status}
    cell = str(labels.TIER[criteria.tier])
    return [
        (_("Words"), criteria.text, ("text",)),
        (_("Status"), statuses.get(criteria.status, _("open and closed")), ("status",)),
        (_("Band"), _band(criteria.band, matrix), ("band",)),
        (_("Kind"), _kind(criteria.kind), ("kind",)),
        (_("Owner"), owners.get(criteria.owner, criteria.owner), ("owner",)),
        (_("System"), systems.get(criteria.system, criteria.system), ("system",)),
        (_("Tag"), criteria.tag, ("tag",)),
        (_("Effort"), efforts.get(criteria.effort, ""), ("effort",)),
        (_("Review"), _("due"), ("due",)),
        (cell, _cell(criteria, matrix), ("likelihood", "impact")),
    ]


def _kind(kind: str) -> str:
    if not kind:
        return ""
    words = str(labels.KIND[kind])
    return words if kind == Kind.BOTH else str(_("%(kind)s or both", kind=words))


def _band(band: str, matrix: Matrix) -> str:
    if band == UNRATED:
        return str(_("Unrated"))
    known = band and 1 <= int(band) <= len(matrix.bands)
    return band_label(matrix, int(band)) if known else band


def _cell(criteria: RiskFilter, matrix: Matrix) -> str:
    likely, severe = criteria.likelihood or 0, criteria.impact or 0
    if likely > len(matrix.likelihoods) or severe > len(matrix.impacts):
        return f"{likely} × {severe}"
    likelihood = matrix.likelihoods[likely - 1].label if likely else _("any likelihood")
    impact = matrix.impacts[severe - 1].label if severe else _("any impact")
    return f"{likelihood} × {impact}"
