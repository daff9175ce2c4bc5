"""Pages of tokens: one's own, a new one that is shown once, and ending one."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from riskreg.db import db
from riskreg.errors import Conflict, Invalid
from riskreg.lib.dates import local_day, now
from riskreg.org import labels
from riskreg.org.accounts import demand_over, may_manage
from riskreg.org.cookies import settings
from riskreg.org.forms import TokenForm
from riskreg.org.kinds import Notice, Scope
from riskreg.org.letters import tell
from riskreg.org.models import ApiToken, Person
from riskreg.org.permissions import Actor, Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import person_by_id, team_for, teams_for
from riskreg.org.tokens import create_token, end_token, is_live, tokens_of
from riskreg.web.frame import chosen_team
from riskreg.web.jinja import day
from riskreg.web.panels import Panel, add_panel
from riskreg.web.security import current_actor, requires

bp = Blueprint("tokens", __name__)
LASTING = (7, 30, 90, 180, 365)  # days


@bp.get("/me/tokens")
@requires(Permission.SELF)
def index() -> str:
    """One's own tokens."""
    return render_template("org/tokens.html", rows=_rows(current_actor.person_id), labels=labels)


@bp.route("/me/tokens/new", methods=["GET", "POST"])
@requires(Permission.SELF)
@proven_lately("tokens.new")
def new() -> ResponseReturnValue:
    """Make one; its words are on the page that answers, and nowhere else."""
    form = _offered(TokenForm(request.form))
    if request.method == "GET":
        here = chosen_team()
        form = _offered(TokenForm(team=here.slug if here else None))
        return render_template("org/new_token.html", form=form)
    if not form.validate():
        return render_template("org/new_token.html", form=form), 422
    person = person_by_id(current_actor.person_id)
    try:
        token, words = create_token(
            current_actor,
            person=person,
            team=team_for(current_actor, form.team.data),
            name=form.name.data or "",
            scope=Scope(form.scope.data),
            days=int(form.days.data),
            form_key=form.form_key.data or None,
        )
    except (Conflict, Invalid) as error:
        db.session.rollback()
        name = error.field or "name"
        form[name if name in form else "name"].errors = [error.message]
        return render_template("org/new_token.html", form=form), 422
    tell(person, Notice.TOKEN, settings=settings())
    return render_template("org/token_once.html", token=token, words=words, labels=labels)


@bp.post("/me/tokens/<int:token_id>/end")
@requires(Permission.SELF)
def end(token_id: int) -> ResponseReturnValue:
    """End one of one's own; the next request with it is refused."""
    person = person_by_id(current_actor.person_id)
    token = end_token(current_actor, person, token_id)
    flash(_("The token %(name)s is ended.", name=token.name))
    return redirect(url_for("tokens.index"), 303)


@bp.post("/admin/people/<int:person_id>/tokens/<int:token_id>/end")
@requires(Permission.PERSON_EDIT)
def take(person_id: int, token_id: int) -> ResponseReturnValue:
    """End a token of somebody one manages."""
    person = person_by_id(person_id)
    demand_over(current_actor, person)
    token = end_token(current_actor, person, token_id)
    flash(_("The token %(name)s is ended.", name=token.name))
    return redirect(url_for("people.show", person_id=person_id), 303)


def person_panel(actor: Actor, person: Person) -> Panel | None:
    """On a person's page, for who manages them: what programs act for them with."""
    rows = _rows(person.id) if may_manage(actor, person) else []
    if not rows:
        return None
    context = {"rows": rows, "person": person, "labels": labels}
    return Panel(title=_("Tokens"), template="org/_person_tokens.html", context=context)


add_panel("person", person_panel)


def _rows(person_id: int) -> Sequence[tuple[ApiToken, bool]]:
    """Each token, and whether it counts."""
    return [(token, is_live(token)) for token in tokens_of(person_id)]


def _offered(form: TokenForm) -> TokenForm:
    today = local_day(now(), current_actor.timezone)
    lasting = [
        (days, _("%(n)s days, to %(day)s", n=days, day=day(today + timedelta(days=days))))
        for days in LASTING
    ]
    return form.offer(teams_for(current_actor), lasting)
