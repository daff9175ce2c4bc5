"""Pages for those who manage people: who there is, which roles they hold, and getting them in."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.org import labels
from riskreg.org.accounts import (
    activate_person,
    deactivate_person,
    invite_person,
    mail_link,
    may_manage,
    reset_password,
    take_second_factor,
)
from riskreg.org.cookies import demand_passwords, settings
from riskreg.org.forms import PersonForm, RoleForm
from riskreg.org.kinds import Entrance, LinkKind, Notice, Role
from riskreg.org.letters import tell
from riskreg.org.limits import Limit, count_use
from riskreg.org.models import Person
from riskreg.org.one_time_links import open_link_of
from riskreg.org.permissions import Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import count_people, list_people, person_by_id, team_for, teams_for
from riskreg.org.second_factors import has_second_factor
from riskreg.org.services import grant_role, holds, revoke_role
from riskreg.web.frame import chosen_team
from riskreg.web.paging import PAGE_SIZE, numbered_page
from riskreg.web.panels import panels
from riskreg.web.security import current_actor, requires

bp = Blueprint("people", __name__, url_prefix="/admin/people")


@bp.get("")
@requires(Permission.PERSON_EDIT)
def index() -> ResponseReturnValue:
    """People with their roles, a page at a time."""
    text = request.args.get("q", "").replace("\x00", "").strip()[:100]
    active = {"active": True, "locked": False}.get(request.args.get("state", "active"))

    def rows_from(offset: int) -> Sequence[Person]:
        return list_people(text=text, active=active, offset=offset, size=PAGE_SIZE)

    return render_template(
        "org/people.html",
        page=numbered_page(count_people(text=text, active=active), rows_from),
        text=text,
        chosen_state=request.args.get("state", "active"),
        labels=labels,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
@proven_lately("people.index")
def new() -> ResponseReturnValue:
    """Add a person: invite them by mail, or be shown their one-time password, once."""
    here = chosen_team()
    form = PersonForm(request.form, team=here.slug if here else None, entrance=_entrances()[0])
    form.offer(teams_for(current_actor, Permission.PERSON_EDIT), entrances=_entrances())
    if request.method == "GET":
        return render_template("org/new_person.html", form=form)
    if not form.validate():
        return render_template("org/new_person.html", form=form), 422
    count_use(Limit.PERSON, current_actor.person_id)
    try:
        person, password = invite_person(
            current_actor,
            name=form.name.data or "",
            email=form.email.data or "",
            title=form.title.data or "",
            team=team_for(current_actor, form.team.data),
            role=Role(form.role.data),
            entrance=Entrance(form.entrance.data),
        )
    except (Conflict, Invalid) as error:
        db.session.rollback()
        form[error.field or "email"].errors = [error.message]
        return render_template("org/new_person.html", form=form), 422
    if password is not None:
        return render_template("org/password_once.html", person=person, password=password)
    if form.entrance.data == Entrance.MAIL:
        flash(_("An invitation to %(email)s is on its way.", email=person.email))
    return redirect(url_for("people.show", person_id=person.id), 303)


@bp.get("/<int:person_id>")
@requires(Permission.PERSON_EDIT)
def show(person_id: int) -> ResponseReturnValue:
    """One person: roles, and whether they can sign in."""
    return _page(person_by_id(person_id))


@bp.post("/<int:person_id>/roles")
@requires(Permission.PERSON_EDIT)
@proven_lately("people.show")
def give(person_id: int) -> ResponseReturnValue:
    """Give a role on a team, instead of the one held there."""
    person = person_by_id(person_id)
    form = RoleForm(request.form).offer(teams_for(current_actor, Permission.PERSON_EDIT))
    if not form.validate():
        return _page(person, form), 422
    team = team_for(current_actor, form.team.data)
    grant_role(current_actor, person, team, Role(form.role.data))
    flash(_("%(name)s has the role on %(team)s.", name=person.name, team=team.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


@bp.post("/<int:person_id>/roles/<slug>/end")
@requires(Permission.PERSON_EDIT)
@proven_lately("people.show")
def take(person_id: int, slug: str) -> ResponseReturnValue:
    """Take a role away."""
    person, team = person_by_id(person_id), team_for(current_actor, slug)
    revoke_role(current_actor, person, team)
    flash(_("%(name)s has no role on %(team)s any more.", name=person.name, team=team.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


@bp.post("/<int:person_id>/deactivation")
@requires(Permission.PERSON_EDIT)
def deactivate(person_id: int) -> ResponseReturnValue:
    """Lock a person out."""
    person = person_by_id(person_id)
    deactivate_person(current_actor, person)
    flash(_("%(name)s is locked out and signed out everywhere.", name=person.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


@bp.post("/<int:person_id>/activation")
@requires(Permission.PERSON_EDIT)
def activate(person_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    person = person_by_id(person_id)
    activate_person(current_actor, person)
    flash(_("%(name)s can sign in again.", name=person.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


@bp.post("/<int:person_id>/password")
@requires(Permission.PERSON_EDIT)
@proven_lately("people.show")
def password(person_id: int) -> ResponseReturnValue:
    """Make a new one-time password and show it, once."""
    demand_passwords()
    count_use(Limit.RESET, person_id)
    person = person_by_id(person_id)
    made = reset_password(current_actor, person)
    tell(person, Notice.PASSWORD, settings=settings())
    return render_template("org/password_once.html", person=person, password=made)


@bp.post("/<int:person_id>/link")
@requires(Permission.PERSON_EDIT)
@proven_lately("people.show")
def link(person_id: int) -> ResponseReturnValue:
    """Mail them a link to choose a password."""
    demand_passwords()
    count_use(Limit.RESET, person_id)
    person = person_by_id(person_id)
    kind = mail_link(current_actor, person, has_mail=_has_mail())
    flash(
        _("An invitation to %(email)s is on its way.", email=person.email)
        if kind is LinkKind.INVITATION
        else _("A link for a new password is on its way to %(email)s.", email=person.email)
    )
    return redirect(url_for("people.show", person_id=person_id), 303)


@bp.post("/<int:person_id>/second-factor/end")
@requires(Permission.PERSON_EDIT)
@proven_lately("people.show")
def end_second_factor(person_id: int) -> ResponseReturnValue:
    """Take away a second factor that was lost."""
    person = person_by_id(person_id)
    take_second_factor(current_actor, person)
    tell(person, Notice.SECOND_FACTOR, settings=settings())
    flash(_("%(name)s signs in without a second factor until they set one up.", name=person.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


def _page(person: Person, form: RoleForm | None = None) -> str:
    manageable = teams_for(current_actor, Permission.PERSON_EDIT)
    grants = sorted(person.grants, key=lambda grant: (grant.team.depth, grant.team.name))
    rows: list[tuple[Any, bool]] = [
        (grant, holds(current_actor, grant.team, Role(grant.role))) for grant in grants
    ]
    return render_template(
        "org/person.html",
        person=person,
        rows=rows,
        form=form or RoleForm(role=Role.ENGINEER).offer(manageable),
        may_manage=may_manage(current_actor, person),
        has_second_factor=has_second_factor(person.id),
        has_mail=_has_mail(),
        link=open_link_of(person.id),
        is_self=person.id == current_actor.person_id,
        panels=panels("person", current_actor, person),
        labels=labels,
    )


def _entrances() -> list[Entrance]:
    """How a new person can get in here; the first is what is proposed."""
    takes_passwords = settings().takes_passwords
    can = {
        Entrance.PROVIDER: settings().provider is not None,
        Entrance.MAIL: takes_passwords and _has_mail(),
        Entrance.PASSWORD: takes_passwords,
    }
    return [entrance for entrance in can if can[entrance]]


def _has_mail() -> bool:
    return settings().mail is not None
