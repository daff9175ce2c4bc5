"""Somebody else's signed-in browsers, for who manages them: where they are, and ending one."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.org.account import rows_of
from riskreg.org.accounts import end_session_of, may_manage
from riskreg.org.cookies import settings
from riskreg.org.models import Person
from riskreg.org.permissions import Actor, Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import person_by_id
from riskreg.web.panels import Panel, add_panel
from riskreg.web.security import current_actor, requires

bp = Blueprint("sessions", __name__)


@bp.post("/admin/people/<int:person_id>/sessions/<int:number>/end")
@requires(Permission.PERSON_EDIT)
@proven_lately("people.show")
def take(person_id: int, number: int) -> ResponseReturnValue:
    """End one of theirs; the next click in that browser leads to signing in."""
    person = person_by_id(person_id)
    end_session_of(current_actor, person, number)
    flash(_("%(name)s is signed out there.", name=person.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


def person_panel(actor: Actor, person: Person) -> Panel | None:
    """On a person's page: where they are signed in; one's own are on one's own page."""
    if person.id == actor.person_id or not may_manage(actor, person):
        return None
    rows = rows_of(person.id, here=None, idle_minutes=settings().session_idle_minutes)
    if not rows:
        return None
    context = {"rows": rows, "person": person}
    title = _("Where they are signed in")
    return Panel(title=title, template="org/_person_sessions.html", context=context)


add_panel("person", person_panel, order=40)
