"""What the list's page shows: the sentence, chips, columns, and rows ready to be printed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from flask import current_app
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from riskreg.metrics.matrix import Matrix
from riskreg.metrics.ranking import Order
from riskreg.risks import labels
from riskreg.risks.conditions import View
from riskreg.risks.kinds import Status
from riskreg.risks.queries import RiskRow
from riskreg.risks.words import (
    UNKNOWN,
    amount,
    band_label,
    band_sign,
    due_words,
    effort_words,
    rate,
    rating_words,
)

COLUMNS = {
    "band": _l("Band"),
    "rating": _l("Likelihood × impact"),
    "target": _l("Target"),
    "kind": _l("Kind"),
    "effort": _l("Effort"),
    "value": _l("Value"),
    "exposure": _l("Exposure"),
    "gain": _l("Gain"),
    "team": _l("Team"),
    "system": _l("System"),
    "owner": _l("Owner"),
    "treatment": _l("Treatment"),
    "due": _l("Next review"),
}
SHOWN_AT_FIRST = ("band", "kind", "effort", "value", "team", "owner")
CELLS_KEPT, ROWS_KEPT = 8_192, 300
NUMBERS = frozenset({"effort", "value", "exposure", "gain"})


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column that can be shown."""

    key: str
    label: str
    shown: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows of one band, with or without effort; `heading` None prints no divider above them."""

    band: str
    divider: str | None
    heading: str | None
    rows: list[tuple[Any, ...]]


def columns_of(wanted: Sequence[str], *, one_team: bool = False) -> list[Column]:
    """The columns, those asked for shown; without any that is known, the usual ones.

    Where all rows are of one team, its name on each of them would say nothing.
    """
    usual = [key for key in SHOWN_AT_FIRST if not (one_team and key == "team")]
    chosen = [key for key in wanted if key in COLUMNS] or usual
    return [
        Column(key=key, label=label, shown=key in chosen)
        for key, label in _labels(str(get_locale()))
    ]


@lru_cache(maxsize=8)
def _labels(_locale: str) -> list[tuple[str, str]]:
    return [(key, str(label)) for key, label in COLUMNS.items()]


def groups_of(
    rows: Sequence[RiskRow],
    view: View,
    matrices: Mapping[int, Matrix],
    shown: Sequence[tuple[str, str]],
) -> list[Group]:
    """The rows parted by the dividers of the order, each row ready to be printed.

    A row is (ref, address, title, system, pinned, confidential, cells): what the first cell shows,
    and the other cells as they are printed. `shown` are (key, label) of these.
    """
    suffix = "?from=" + quote(urlencode(view.criteria.to_args()))
    asked = view.today, tuple(shown), str(get_locale())
    printers = {number: _printing(matrix, *asked) for number, matrix in matrices.items()}
    printed: list[Group] = []
    for row in rows:
        matrix = matrices[row.matrix_id]
        band, divider = (
            band_label(matrix, row.band_rank),
            _divider(row, matrix, view.criteria.order),
        )
        if not printed or (printed[-1].band, printed[-1].divider) != (band, divider):
            parted = bool(printed) and printed[-1].divider is not None and divider is None
            heading = band if parted else divider
            printed.append(Group(band=band, divider=divider, heading=heading, rows=[]))
        ref = f"R-{row.id}"
        line = (ref, f"/risks/{ref}{suffix}", row.title, row.system_name)
        marks = (bool(row.pin_reason), row.id in view.privy)
        printed[-1].rows.append((*line, *marks, printers[row.matrix_id](row)))
    return printed


def sentence(view: View, total: int, team_name: str, *, ordered: bool = True) -> str:
    """ "38 open risks in Payments and below, most severe first, then best value"."""
    criteria = view.criteria
    noun = {
        Status.OPEN.value: ngettext("%(num)s open risk", "%(num)s open risks", total),
        Status.CLOSED.value: ngettext("%(num)s closed risk", "%(num)s closed risks", total),
    }.get(criteria.status)
    noun = noun or ngettext("%(num)s risk, open or closed", "%(num)s risks, open and closed", total)
    where = _(" in %(team)s and below", team=team_name) if team_name else ""
    order = labels.ORDER[criteria.order]
    return f"{noun}{where}, {order}" if ordered and total > 1 else f"{noun}{where}"


def _divider(row: RiskRow, matrix: Matrix, order: Order) -> str | None:
    if row.band_rank is None:
        return str(_("Not rated yet"))
    if row.effort_days is not None:
        return None
    if order is Order.VALUE:
        return str(_("Needs effort: nobody has said what it takes"))
    label = band_label(matrix, row.band_rank)
    return str(_("%(band)s, but needs effort: nobody has said what it takes", band=label))


@lru_cache(maxsize=CELLS_KEPT)
def _cell(key: str, label: str, kind: str, text: str, more: str) -> str:
    """A cell with its class, text and title: few contents make up most of a register."""
    template = current_app.jinja_env.get_template("risks/_cell.html")
    return template.render(key=key, label=label, kind=kind, text=text, more=more)


@lru_cache(maxsize=8)
def _words(_locale: str) -> tuple[dict[str, str], dict[str, str]]:
    """Kinds and treatments in words."""
    kinds = {key: str(words) for key, words in labels.KIND.items()}
    return kinds, {key: str(words) for key, words in labels.TREATMENT.items()}


@lru_cache(maxsize=8)
def _printing(
    matrix: Matrix, today: date, shown: tuple[tuple[str, str], ...], _locale: str
) -> Callable[[RiskRow], Markup]:
    """What prints the cells of a row that is rated on this matrix, once for each content."""
    printer = _Printer(today, shown)
    return lru_cache(maxsize=ROWS_KEPT)(lambda row: printer.cells(row, matrix))


class _Printer:
    """Prints the shown columns of a row; what is the same for every row is made once."""

    def __init__(self, today: date, shown: Sequence[tuple[str, str]]) -> None:
        self.today = today
        self.kinds, self.treatments = _words(str(get_locale()))
        self.columns = [(key, label, getattr(self, key)) for key, label in shown]

    def cells(self, row: RiskRow, matrix: Matrix) -> Markup:
        """The cells of a row."""
        printed = [_cell(key, label, *make(row, matrix)) for key, label, make in self.columns]
        return Markup("".join(printed))  # noqa: S704 - from a template

    def band(self, row: RiskRow, matrix: Matrix) -> tuple[str, str, str]:
        rank = row.band_rank
        return str(min(rank or 0, 4)), band_label(matrix, rank), band_sign(rank)

    def rating(self, row: RiskRow, matrix: Matrix) -> tuple[str, str, str]:
        return "", rating_words(matrix, row.current), ""

    def target(self, row: RiskRow, matrix: Matrix) -> tuple[str, str, str]:
        return "", rating_words(matrix, row.target), ""

    def kind(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "", self.kinds[row.kind], ""

    def effort(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "num", effort_words(row.effort_days, None), row.effort_size or ""

    def value(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "num", rate(row.value_rate), ""

    def exposure(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "num", amount(row.exposure_milli), ""

    def gain(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "num", amount(row.gain_milli), ""

    def team(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "", row.team_name, ""

    def system(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "", row.system_name or UNKNOWN, ""

    def owner(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "", row.owner_name or UNKNOWN, ""

    def treatment(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        return "", self.treatments[row.treatment], ""

    def due(self, row: RiskRow, _matrix: Matrix) -> tuple[str, str, str]:
        words, exact = due_words(row.review_due_on, self.today)
        overdue = row.review_due_on is not None and row.review_due_on <= self.today
        return "is-due" if overdue else "day", words, exact
