"""Which sections make which pack, and what its cover says."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.discovery import discover
from riskreg.metrics.reviews import Readiness
from riskreg.org.permissions import Permission
from riskreg.packs import sections
from riskreg.packs.kinds import Frozen, PackKind, Recipe, Section
from riskreg.packs.words import format_share
from riskreg.postmortems.queries import incident_for
from riskreg.reviews.labels import READINESS
from riskreg.reviews.queries import review_for
from riskreg.risks.queries import risk_for

SECTIONS: dict[str, Section] = {section.key: section for section in discover(sections, "SECTION")}


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
        )
        if shown
        else _("No open risk is rated yet."),
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
    return {
        "title": _("Risk %(ref)s", ref=risk["ref"]),
        "figure": None,
        "figure_label": "",
        "sentence": risk["title"],
    }


def _review_cover(data: Frozen) -> dict[str, Any]:
    review = data["review_result"]
    return {
        "title": _("Operability review %(ref)s", ref=review["ref"]),
        "figure": format_share(review["score_share"]),
        "figure_label": _("of the statements that apply are met"),
        "sentence": f"{review['system']}: {READINESS[Readiness(review['readiness'])]}.",
    }


def _postmortem_cover(data: Frozen) -> dict[str, Any]:
    incident = data["incident"]
    return {
        "title": _("Post-mortem %(ref)s", ref=incident["ref"]),
        "figure": _("Sev %(n)s", n=incident["severity"]),
        "figure_label": ", ".join(incident["systems"]),
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
            "%(open)s open risks, %(ready)s of %(systems)s systems shown to be ready, "
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
            kind=PackKind.LEADERSHIP,
            title=lambda: _("Leadership pack"),
            about=lambda: _("How we sleep, where we stand, the ten, readiness, overdue promises."),
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
            needs=Permission.RISK_VIEW,
        ),
        Recipe(
            kind=PackKind.TOP_TEN,
            title=lambda: _("Top ten risks"),
            about=lambda: _("The ten to act on first, the next ten and why not, the heat map."),
            sections=("the_ten", "changes", "next_ten", "heat_map", "definitions"),
            cover=_ten_cover,
            needs=Permission.RISK_VIEW,
            takes_filters=True,
        ),
        Recipe(
            kind=PackKind.REGISTER,
            title=lambda: _("Risk register"),
            about=lambda: _("The heat map, then every risk in order."),
            sections=("heat_map", "register", "definitions"),
            cover=_register_cover,
            needs=Permission.RISK_VIEW,
            takes_filters=True,
        ),
        Recipe(
            kind=PackKind.RISK,
            title=lambda: _("One risk"),
            about=lambda: _("Its scenario, ratings, plan, history and actions."),
            sections=("one_risk", "definitions"),
            cover=_risk_cover,
            needs=Permission.RISK_VIEW,
            subject=risk_for,
        ),
        Recipe(
            kind=PackKind.REVIEW,
            title=lambda: _("Operability review"),
            about=lambda: _("Its result, what is open, every answer with its evidence."),
            sections=("review_result", "review_answers"),
            cover=_review_cover,
            needs=Permission.REVIEW_VIEW,
            subject=review_for,
        ),
        Recipe(
            kind=PackKind.POSTMORTEM,
            title=lambda: _("Post-mortem"),
            about=lambda: _("What happened, what we learned, what was promised."),
            sections=("incident", "lessons"),
            cover=_postmortem_cover,
            needs=Permission.INCIDENT_VIEW,
            subject=incident_for,
        ),
    )
}
