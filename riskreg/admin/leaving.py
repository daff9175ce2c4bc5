"""The page that hands over what is in somebody's name, and its card on the person's page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from riskreg.admin.handover import (
    Sort,
    TeamHoldings,
    by_team,
    hand_over,
    holdings_of,
    reviews_begun,
    secrets_of,
)
from riskreg.org.models import Person
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import people_by_id, person_by_id
from riskreg.web.panels import Panel, add_panel
from riskreg.web.security import current_actor, requires

bp = Blueprint("leaving", __name__)
FOLDERS = {
    Sort.RISK: "/risks/",
    Sort.ACTION: "/actions/",
    Sort.POSTMORTEM: "/incidents/",
    Sort.REVIEW: "/reviews/",
    Sort.SYSTEM: "/systems/",
}
SORTS = {
    Sort.RISK: _l("Risk"),
    Sort.ACTION: _l("Action"),
    Sort.POSTMORTEM: _l("Post-mortem"),
    Sort.REVIEW: _l("Nobody else reads it"),
    Sort.SYSTEM: _l("Only they can operate it"),
}


@bp.get("/admin/people/<int:person_id>/handover")
@requires(Permission.PERSON_EDIT)
def new(person_id: int) -> str:
    """Everything open in a person's name, team by team."""
    person = person_by_id(person_id)
    return render_template(
        "admin/handover.html",
        person=person,
        groups=by_team(holdings_of(current_actor, person), person),
        reviews=reviews_begun(current_actor, person),
        secrets=secrets_of(current_actor, person),
        folders=FOLDERS,
        sorts=SORTS,
    )


@bp.post("/admin/people/<int:person_id>/handover")
@requires(Permission.PERSON_EDIT)
def create(person_id: int) -> ResponseReturnValue:
    """Give what was chosen to those who were chosen."""
    person = person_by_id(person_id)
    groups = by_team(holdings_of(current_actor, person), person)
    number = hand_over(
        current_actor, person, keys=request.form.getlist("item"), takers=_takers(groups)
    )
    flash(
        ngettext("%(num)s thing was handed over.", "%(num)s things were handed over.", number)
        if number
        else _("Nothing was chosen, or nobody to take it; nothing was handed over."),
        "message" if number else "warn",
    )
    return redirect(url_for("leaving.new", person_id=person_id), 303)


def handover_panel(actor: Actor, person: Person) -> Panel | None:
    """How much is open in their name, on the person's page."""
    holdings = holdings_of(actor, person)
    if not holdings:
        return None
    counts = {sort: sum(each.sort is sort for each in holdings) for sort in Sort}
    context = {"counts": counts, "total": len(holdings), "person": person}
    return Panel(
        title=_("Open in their name"), template="admin/_handover_panel.html", context=context
    )


def _takers(groups: list[TeamHoldings]) -> dict[int, Person]:
    """By team, who was chosen in the form."""
    sent = {group.team.id: request.form.get(f"to-{group.team.id}", "") for group in groups}
    numbers = {
        team: int(text)
        for team, text in sent.items()
        if text.isascii() and text.isdigit() and len(text) < 10
    }
    known = people_by_id(numbers.values())
    return {team: known[number] for team, number in numbers.items() if number in known}


add_panel("person", handover_panel, order=10)
