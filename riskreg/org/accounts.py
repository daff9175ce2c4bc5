"""Writes about other people's accounts: one-time passwords, locking somebody out and letting in."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Forbidden, NotFound
from riskreg.lib.dates import now
from riskreg.org.account import end_all_sessions
from riskreg.org.kinds import Entrance, LinkKind, Role
from riskreg.org.models import Person, Team, UserSession
from riskreg.org.one_time_links import ask_for_link
from riskreg.org.permissions import Actor, Permission
from riskreg.org.second_factors import remove_second_factor
from riskreg.org.services import (
    create_person,
    grant_role,
    holds,
    refuse_last_administrator,
    set_password,
)
from riskreg.org.tokens import end_all_tokens

PASSWORD_BYTES = 15  # 20 characters


def invite_person(
    actor: Actor, *, name: str, email: str, title: str, team: Team, role: Role, entrance: Entrance
) -> tuple[Person, str | None]:
    """A new person with a first role, and their password where that is to be shown, once.

    Raises Conflict for a known e-mail and Forbidden for a role above the actor's own.
    """
    password = _one_time_password() if entrance is Entrance.PASSWORD else None
    values = {"title": title, "home_team_id": team.id}
    person = create_person(actor, name=name, email=email, password=password, values=values)
    grant_role(actor, person, team, role)
    if entrance is Entrance.MAIL:
        mail_link(actor, person, has_mail=True)
    return person, password


def mail_link(actor: Actor, person: Person, *, has_mail: bool) -> LinkKind:
    """Mail a person a link to choose a password: an invitation while they never had one."""
    demand_over(actor, person)
    if not has_mail:
        raise Conflict(_("riskreg sends no mail here."))
    if not person.is_active:
        raise Conflict(_("%(name)s is locked out. Let them in again first.", name=person.name))
    kind = LinkKind.RESET if person.password_hash else LinkKind.INVITATION
    record(actor=actor, action=f"person.mail-{kind}", subject=person)
    ask_for_link(person.email, kind=kind, asked_by=actor)
    return kind


def update_person(actor: Actor, person: Person, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Change name, title or `home_team`; returns what changed, and asks for no right if nothing."""
    home: Team | None = values.get("home_team", person.home_team)
    plain = {name: values[name] for name in ("name", "title") if name in values}
    if home is person.home_team and all(getattr(person, n) == new for n, new in plain.items()):
        return {}
    demand_over(actor, person)
    changes = changed(person, plain)
    if home is not person.home_team:
        old, person.home_team = person.home_team, home
        changes["home_team"] = [old and old.slug, home and home.slug]
    db.session.flush()
    record(actor=actor, action="person.update", subject=person, changes=changes)
    return changes


def reset_password(actor: Actor, person: Person) -> str:
    """A new one-time password in place of the old one; every session of the person ends."""
    demand_over(actor, person)
    password = _one_time_password()
    set_password(actor, person, password)
    end_all_sessions(person)
    db.session.flush()
    return password


def take_second_factor(actor: Actor, person: Person) -> None:
    """Take a lost second factor away; every session of the person ends, and they set up another."""
    demand_over(actor, person)
    if person.id == actor.person_id:
        raise Conflict(_("Your own second factor is turned off on your own page."))
    if remove_second_factor(actor, person):
        end_all_sessions(person)


def deactivate_person(actor: Actor, person: Person) -> None:
    """Lock a person out at once; what they wrote stays, with their name."""
    demand_over(actor, person)
    if person.id == actor.person_id:
        raise Conflict(_("You cannot lock yourself out."))
    refuse_last_administrator(person)
    _set_active(actor, person, is_active=False)
    end_all_sessions(person)
    end_all_tokens(actor, person)


def activate_person(actor: Actor, person: Person) -> None:
    """Let a person in again, with the roles they had."""
    demand_over(actor, person)
    _set_active(actor, person, is_active=True)


def end_session_of(actor: Actor, person: Person, session_id: int) -> None:
    """End one session of a person; raises NotFound for one that is not theirs."""
    demand_over(actor, person)
    session = db.session.get(UserSession, session_id)
    if session is None or session.person_id != person.id:
        raise NotFound(_("There is nothing here, or you may not see it."))
    if session.revoked_at is None:
        session.revoked_at = now()
        db.session.flush()
        record(actor=actor, action="person.end-session", subject=person, note=session.device)


def may_manage(actor: Actor, person: Person) -> bool:
    """Whether the actor may give roles wherever the person holds one, and as high."""
    if not actor.may_somewhere(Permission.PERSON_EDIT):
        return False
    return all(holds(actor, grant.team, Role(grant.role)) for grant in person.grants)


def demand_over(actor: Actor, person: Person) -> None:
    """Raise Forbidden where the actor may not manage the person."""
    if not may_manage(actor, person):
        raise Forbidden(
            _("%(name)s holds a role somewhere that you do not manage.", name=person.name)
        )


def _set_active(actor: Actor, person: Person, *, is_active: bool) -> None:
    if person.is_active == is_active:
        return
    person.is_active = is_active
    db.session.flush()
    verb = "activate" if is_active else "deactivate"
    changes = {"active": [not is_active, is_active]}
    record(actor=actor, action=f"person.{verb}", subject=person, changes=changes)


def _one_time_password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)
