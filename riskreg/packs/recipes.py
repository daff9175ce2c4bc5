"""Which sections make which pack."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.discovery import discover
from riskreg.packs import sections
from riskreg.packs.kinds import PackKind, Recipe, Section

SECTIONS: dict[str, Section] = {section.key: section for section in discover(sections, "SECTION")}

Frozen = Mapping[str, Any]


def _ten_cover(data: Frozen) -> dict[str, Any]:
    ten = data["the_ten"]
    shown = len(ten["rows"])
    return {
        "figure": str(shown),
        "figure_label": ngettext("risk to act on first", "risks to act on first", shown),
        "sentence": _(
            "Of %(total)s open risks these come first; together they take %(days)s person-days.",
            total=ten["total"],
            days=ten["effort"],
        ),
    }


def _register_cover(data: Frozen) -> dict[str, Any]:
    total = data["register"]["total"]
    return {
        "figure": str(total),
        "figure_label": ngettext("risk in this view", "risks in this view", total),
        "sentence": _("Security and operational risks on one scale, in the order to look at them."),
    }


def _risk_cover(data: Frozen) -> dict[str, Any]:
    risk = data["one_risk"]
    return {"figure": risk["ref"], "figure_label": "", "sentence": risk["title"]}


def _review_cover(data: Frozen) -> dict[str, Any]:
    review = data["review_result"]
    share = review["score_share"]
    return {
        "figure": None if share is None else f"{round(share * 100)} %",
        "figure_label": _("of the statements are met"),
        "sentence": _("%(ref)s of %(system)s.", ref=review["ref"], system=review["system"]),
    }


def _postmortem_cover(data: Frozen) -> dict[str, Any]:
    incident = data["incident"]
    return {
        "figure": f"Sev-{incident['severity']}",
        "figure_label": incident["ref"],
        "sentence": incident["title"],
    }


def _leadership_cover(data: Frozen) -> dict[str, Any]:
    sleep = data["sleep"]
    return {
        "figure": str(sleep["top_count"]),
        "figure_label": ngettext(
            "open risk is %(band)s",
            "open risks are %(band)s",
            sleep["top_count"],
            band=sleep["top_band"],
        ),
        "sentence": _(
            "%(open)s open risks, %(ready)s of %(systems)s systems shown ready, "
            "%(overdue)s promises overdue.",
            open=sleep["open"],
            ready=sleep["ready"],
            systems=sleep["systems"],
            overdue=sleep["overdue"],
        ),
    }


RECIPES: dict[PackKind, Recipe] = {
    recipe.kind: recipe
    for recipe in (
        Recipe(
            kind=PackKind.TOP_TEN,
            title=lambda: _("Top ten risks"),
            sections=("the_ten", "changes", "next_ten", "heat_map", "definitions"),
            cover=_ten_cover,
        ),
        Recipe(
            kind=PackKind.REGISTER,
            title=lambda: _("Risk register"),
            sections=("heat_map", "register", "definitions"),
            cover=_register_cover,
        ),
        Recipe(
            kind=PackKind.RISK,
            title=lambda: _("One risk"),
            sections=("one_risk", "definitions"),
            cover=_risk_cover,
            needs_ref=True,
        ),
        Recipe(
            kind=PackKind.REVIEW,
            title=lambda: _("Operability review"),
            sections=("review_result", "review_answers"),
            cover=_review_cover,
            needs_ref=True,
        ),
        Recipe(
            kind=PackKind.POSTMORTEM,
            title=lambda: _("Post-mortem"),
            sections=("incident", "lessons"),
            cover=_postmortem_cover,
            needs_ref=True,
        ),
        Recipe(
            kind=PackKind.LEADERSHIP,
            title=lambda: _("Leadership pack"),
            sections=(
                "sleep",
                "heat_map",
                "the_ten",
                "changes",
                "next_ten",
                "readiness",
                "overdue_actions",
                "definitions",
            ),
            cover=_leadership_cover,
        ),
    )
}
