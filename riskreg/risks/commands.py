"""riskreg top and riskreg plan suggest: the ten, and what to fund, in a terminal or as JSON."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskreg.metrics.plan import Suggestion
    from riskreg.metrics.ranking import Place
    from riskreg.risks.conditions import View
    from riskreg.risks.queries import RiskRow
    from riskreg.risks.tops import TopTen

CANDIDATES_MAX = 2_000


def add_commands(subparsers: Any) -> None:
    """Add the commands."""
    ten = subparsers.add_parser(
        "top",
        help="the ten of a team, the next ten and why not",
        epilog="Example: riskreg top --team warehouse --by value --format json",
    )
    ten.add_argument("--team", default="", metavar="SLUG", help="default: everybody")
    ten.add_argument("--by", default="severity", choices=["severity", "value"])
    ten.add_argument("--format", default="table", choices=["table", "json"])
    ten.set_defaults(run=run_top)

    plan = subparsers.add_parser(
        "plan", help="what to fund", epilog="Example: riskreg plan suggest --team x --capacity 120d"
    )
    actions = plan.add_subparsers(title="commands", metavar="COMMAND", required=True)
    suggest = actions.add_parser(
        "suggest",
        help="the risks whose work removes most under a capacity",
        epilog="Example: riskreg plan suggest --team warehouse --capacity 120d --items 10",
    )
    suggest.add_argument("--team", required=True, metavar="SLUG")
    suggest.add_argument("--capacity", required=True, metavar="DAYS", help="such as 120d or 6w")
    suggest.add_argument("--items", type=int, default=10, metavar="N", help="at most so many")
    suggest.add_argument("--format", default="table", choices=["table", "json"])
    suggest.set_defaults(run=run_suggest)


def run_top(chosen: argparse.Namespace) -> int:
    """Print the ten and the next ten."""
    from riskreg.metrics.ranking import Order
    from riskreg.risks.filters import RiskFilter
    from riskreg.risks.tops import top_ten

    found = top_ten(_view(RiskFilter(team=chosen.team, order=Order(chosen.by))))
    places = [_place(place, found) for place in found.top.places]
    following = [_place(place, found) for place in found.top.following]
    if chosen.format == "json":
        _print_json(
            {
                "data": places,
                "next": following,
                "needs_effort": [row.ref for row in found.needs_effort],
                "missing_kinds": [str(kind) for kind in found.top.missing_kinds],
                "unrated": found.unrated_count,
            }
        )
        return 0
    _print_table("The ten", places)
    if following:
        _print_table("The next ten, and why not", following, more="why_not")
    for kind in found.top.missing_kinds:
        _say(f"There is no {kind} risk among the ten.")
    return 0


def run_suggest(chosen: argparse.Namespace) -> int:
    """Print the suggested plan, beside the plain walk down the list."""
    from riskreg.errors import Invalid
    from riskreg.metrics.plan import Candidate, PlanError, Wishes, suggest
    from riskreg.metrics.ranking import Order
    from riskreg.risks.filters import RiskFilter
    from riskreg.risks.queries import all_rows

    if chosen.items < 1:
        raise Invalid("--items is at least 1.")
    criteria = RiskFilter(team=chosen.team, order=Order.VALUE, effort="known")
    rows = {row.id: row for row in all_rows(_view(criteria), limit=CANDIDATES_MAX)}
    if len(rows) == CANDIDATES_MAX:
        _say(f"Only the {CANDIDATES_MAX} risks of best value were considered.")
    wishes = Wishes(capacity_days=_days(chosen.capacity), items_max=chosen.items)
    try:
        found = suggest(
            [
                Candidate(id=row.id, gain_milli=row.gain_milli, effort_days=row.effort_days)
                for row in rows.values()
            ],
            wishes,
        )
    except PlanError as error:
        raise Invalid(str(error)) from error
    report = _report(found, rows)
    if chosen.format == "json":
        _print_json(report)
        return 0
    _print_table("Suggested", report["items"])
    _say(
        f"{report['effort_days']} of {report['capacity_days']} person-days, removing "
        f"{report['gain']} a year; the plain walk down the list removes {report['greedy_gain']}."
    )
    return 0


def _view(criteria: Any) -> "View":
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.queries import team_for
    from riskreg.risks.conditions import view_of

    if criteria.team:
        team_for(SYSTEM_ACTOR, criteria.team)  # an unknown one is an error, not an empty list
    return view_of(SYSTEM_ACTOR, criteria)


def _place(place: "Place", found: "TopTen") -> dict[str, Any]:
    return {
        "place": place.position,
        "ranks": [place.rank_from, place.rank_to],
        **_risk(found.rows[place.item.id]),
        "pin_reason": place.pin_reason,
        "why_not": str(place.why_not) if place.why_not else None,
    }


def _report(found: "Suggestion", rows: "dict[int, RiskRow]") -> dict[str, Any]:
    following = None
    if found.next is not None:
        following = {**_risk(rows[found.next.id]), "missing_days": found.next.missing_days}
    return {
        "capacity_days": found.capacity_days,
        "effort_days": found.effort_days,
        "gain": _amount(found.gain_milli),
        "greedy_gain": _amount(found.greedy_gain_milli),
        "proved": found.proved,
        "items": [_risk(rows[item]) for item in found.items],
        "next": following,
    }


def _risk(row: "RiskRow") -> dict[str, Any]:
    return {
        "ref": row.ref,
        "title": row.title,
        "kind": str(row.kind),
        "band": _band(row),
        "likelihood": row.current_likelihood,
        "impact": row.current_impact,
        "effort_days": row.effort_days,
        "exposure": _amount(row.exposure_milli),
        "gain": _amount(row.gain_milli),
        "value": None if row.value_rate is None else row.value_rate / 1_000_000,
        "team": row.team_slug,
        "owner": row.owner_name,
    }


def _band(row: "RiskRow") -> str | None:
    from riskreg.risks.matrices import matrices
    from riskreg.risks.words import band_label

    return band_label(matrices()[row.matrix_id], row.band_rank) if row.band_rank else None


def _amount(milli: int | None) -> float | int | None:
    """Person-days a year from thousandths; a whole number stays one."""
    if milli is None:
        return None
    return milli // 1000 if milli % 1000 == 0 else milli / 1000


def _days(text: str) -> int:
    from riskreg.errors import Invalid
    from riskreg.lib.units import UnitError, parse_effort

    try:
        return parse_effort(text)
    except UnitError as error:
        raise Invalid(f"--capacity {text}: write an amount of work such as 120d or 6w.") from error


def _print_json(value: Any) -> None:
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_table(title: str, rows: list[dict[str, Any]], *, more: str = "") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    names = ["place", "ref", "title", "band", "effort_days", "value", "team", more]
    shown = [name for name in names if name and (not rows or name in rows[0])]
    for name in shown:
        right = name in {"place", "effort_days", "value"}
        table.add_column(name.replace("_", " "), justify="right" if right else "left")
    for row in rows:
        table.add_row(*[escape(_cell(row[name])) for name in shown])
    Console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2g}" if value < 10 else f"{value:.0f}"
    return str(value)


def _say(text: str) -> None:
    import sys

    print(text, file=sys.stderr)
