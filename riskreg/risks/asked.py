"""What a request asks for: the view of the register, the place in its list, the views beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import current_app, request, url_for
from flask_babel import gettext as _

from riskreg.metrics.ranking import UNKNOWN_LAST, order_columns
from riskreg.org.permissions import Permission
from riskreg.org.tree import Branch
from riskreg.risks import labels
from riskreg.risks.conditions import View, view_of
from riskreg.risks.filters import UNRATED, RiskFilter
from riskreg.risks.matrices import current_matrix_id, matrices
from riskreg.risks.models import Risk
from riskreg.risks.queries import RiskPage, list_page, neighbours
from riskreg.risks.tops import ID_MAX
from riskreg.web.frame import address, chosen_team, known_teams
from riskreg.web.left_out import leave_out
from riskreg.web.paging import Page, decode_cursor, encode_cursor
from riskreg.web.security import current_actor

FROM_CHARS_MAX = 2_000
FIRST_MAX = 10_000_000
_PLACE = ("after", "before", "at")

Tab = tuple[str, str, bool, int | None]


@dataclass(frozen=True, kw_only=True)
class Way:
    """The list a risk's page was opened from, and the risks beside it there."""

    back: str
    before: str | None
    after: str | None


def asked_view(args: Mapping[str, Any] | None = None, team: Branch | None = None) -> View:
    """The view that query values ask for, in the chosen team and below."""
    asked = _with_rank(request.args.to_dict() if args is None else args)
    criteria = RiskFilter.from_args(asked)
    if args is None:
        for name, value in criteria.left_out(asked):
            leave_out(str(labels.FILTER[name]), value)
    team = team or chosen_team()
    criteria = replace(criteria, team=team.slug if team else "")
    return view_of(current_actor, criteria, known=known_teams())


def _with_rank(args: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values with a band that is given by its word as the rank it has on the current matrix."""
    word = str(args.get("band", "")).strip().casefold()
    if not word or word.isdigit():
        return args
    known = matrices()
    bands = known[current_matrix_id(known)].bands
    ranks = {band.label.casefold(): str(band.rank) for band in bands} | {UNRATED: UNRATED}
    return {**args, "band": ranks[word]} if word in ranks else args


def asked_page(view: View, total: int) -> tuple[RiskPage, Page]:
    """The rows at the place in the address, and the links to those beside them."""
    length = len(order_columns(view.criteria.order))
    after_key = cursor("after", length)
    before_key = None if after_key else cursor("before", length)
    found = list_page(view, after_key=after_key, before_key=before_key)
    first = _first() if after_key or before_key else 1
    return found, Page(
        rows=found.rows,
        total=total,
        first=first,
        prev_url=_beside(view, found, first, back=True) if found.more_before else None,
        next_url=_beside(view, found, first, back=False) if found.more_after else None,
    )


def tabs(view: View, active: str) -> list[Tab]:
    """The register's views, with the same filters."""
    args = view.criteria.to_args()
    for name in ("likelihood", "impact", "tier"):
        args.pop(name, None)
    words = {
        "index": _("List"),
        "matrix": _("Matrix"),
        "quadrant": _("Quadrant"),
        "top": _("The ten"),
    }
    if current_actor.may_somewhere(Permission.RISK_EDIT):
        words["due"] = _("Due")
    query = f"?{urlencode(args)}" if args else ""
    return [
        (label, address(f"risks.{name}") + query, name == active, None)
        for name, label in words.items()
    ]


def list_url(view: View, **changes: Any) -> str:
    """The list with this view's filter and some fields of it changed."""
    args = replace(view.criteria, **changes).to_args()
    return f"{address('risks.index')}?{urlencode(args)}" if args else address("risks.index")


def other_page(endpoint: str, **values: Any) -> str | None:
    """The address of another feature's page; None where that feature is not installed."""
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **values)


def asked_way(risk: Risk) -> Way | None:
    """The list in ?from= and the risks beside this one in it; None without a list."""
    text = request.args.get("from", "")
    if not text or len(text) > FROM_CHARS_MAX:
        return None
    args: dict[str, Any] = dict(parse_qsl(text))
    criteria = RiskFilter.from_args(args)
    view = view_of(current_actor, criteria, known=known_teams())
    found = neighbours(view, risk)
    kept = urlencode(criteria.to_args())
    return Way(
        back=f"{address('risks.index')}?{kept}",
        before=_beside_risk(found.before, kept),
        after=_beside_risk(found.after, kept),
    )


def _beside_risk(number: int | None, kept: str) -> str | None:
    return None if number is None else f"/risks/R-{number}?from={quote(kept)}"


def cursor(name: str, length: int) -> list[Any] | None:
    """The sort key in the address; None when it is no key that a row could have."""
    values = decode_cursor(request.args.get(name), length)
    if not values:
        return None
    *numbers, day, number = values
    try:
        date.fromisoformat(day)
    except (TypeError, ValueError):
        return None
    whole = all(isinstance(value, int) and abs(value) <= UNKNOWN_LAST for value in numbers)
    return values if whole and isinstance(number, int) and 0 < number <= ID_MAX else None


def _first() -> int:
    raw = request.args.get("at", "1")
    return min(int(raw), FIRST_MAX) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 1


def _beside(view: View, found: RiskPage, first: int, *, back: bool) -> str:
    order = view.criteria.order
    row = found.rows[0 if back else -1]
    args = {name: value for name, value in request.args.items(multi=True) if name not in _PLACE}
    args |= view.criteria.to_args()
    args["before" if back else "after"] = encode_cursor(row.key(order))
    args["at"] = str(max(1, first - 50) if back else first + len(found.rows))
    columns = [("column", value) for value in request.args.getlist("column")]
    args.pop("column", None)
    return f"{address('risks.index')}?{urlencode([*args.items(), *columns])}"
