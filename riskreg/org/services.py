"""Writes of the organisation: teams, people, roles, systems."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Forbidden, Invalid
from riskreg.lib.dates import now
from riskreg.lib.text import slugify
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, System, Team
from riskreg.org.passwords import MAX_LENGTH, MIN_LENGTH, hash_password
from riskreg.org.permissions import Actor, Permission

RANK = {Role.VIEWER: 0, Role.ENGINEER: 1, Role.MANAGER: 2, Role.ADMIN: 3}


def create_team(actor: Actor, *, name: str, parent: Team | None, slug: str | None = None) -> Team:
    """A new team under `parent`; the first is the root. Raises Conflict for a taken slug."""
    if parent is None and db.session.scalar(select(Team.id).where(Team.parent_id.is_(None))):
        raise Invalid(_("Say under which team the new one belongs."), field="parent")
    if parent is not None:
        _demand(actor, Permission.TEAM_EDIT, parent)
    slug = slug or slugify(name)
    if db.session.scalar(select(Team.id).where(Team.slug == slug)):
        raise Conflict(_("There is a team called %(slug)s already.", slug=slug), field="name")
    team = Team(
        slug=slug,
        name=name,
        parent=parent,
        depth=0 if parent is None else parent.depth + 1,
        path=f"new-{slug}",
        created_at=now(),
    )
    db.session.add(team)
    db.session.flush()
    team.path = f"{parent.path if parent else '/'}{team.id}/"
    db.session.flush()
    record(actor=actor, action="team.create", subject=team, changes={"name": [None, name]})
    return team


def create_person(
    actor: Actor,
    *,
    name: str,
    email: str,
    password: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> Person:
    """A new person without any role. Raises Conflict for a known e-mail, Invalid for a password."""
    email = email.strip().lower()
    if db.session.scalar(select(Person.id).where(Person.email == email)):
        raise Conflict(
            _("There is a person with the e-mail %(email)s already.", email=email), field="email"
        )
    person = Person(name=name, email=email, created_at=now(), **(values or {}))
    if password is not None:
        person.password_hash = hash_password(checked_password(password))
    db.session.add(person)
    db.session.flush()
    record(
        actor=actor,
        action="person.create",
        subject=person,
        changes={"name": [None, name], "email": [None, email]},
    )
    return person


def grant_role(actor: Actor, person: Person, team: Team, role: Role) -> Grant:
    """Give a role on a team and all below, instead of the one there; never more than one holds."""
    if not _holds(actor, team, role):
        raise Forbidden(_("You cannot give a role that is higher than your own."))
    grant = db.session.scalar(
        select(Grant).where(Grant.person_id == person.id, Grant.team_id == team.id)
    )
    old = grant.role if grant else None
    if grant is None:
        grant = Grant(person=person, team=team, role=role, created_at=now())
        db.session.add(grant)
    grant.role = role
    db.session.flush()
    record(
        actor=actor,
        action="role.grant",
        subject=person,
        changes={f"role on {team.slug}": [old, role]},
    )
    return grant


def revoke_role(actor: Actor, person: Person, team: Team) -> None:
    """Take away the role held on a team; does nothing where there is none."""
    grant = db.session.scalar(
        select(Grant).where(Grant.person_id == person.id, Grant.team_id == team.id)
    )
    if grant is None:
        return
    if not _holds(actor, team, grant.role):
        raise Forbidden(_("You cannot take away a role that is higher than your own."))
    db.session.delete(grant)
    db.session.flush()
    record(
        actor=actor,
        action="role.revoke",
        subject=person,
        changes={f"role on {team.slug}": [grant.role, None]},
    )


def set_password(actor: Actor, person: Person, password: str) -> None:
    """Store a new password; raises Invalid when it is too short or too long."""
    person.password_hash = hash_password(checked_password(password))
    record(actor=actor, action="person.password", subject=person)


def checked_password(password: str) -> str:
    """The password, if its length is right; no rules on what it is made of."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(
            _(
                "A password has %(low)s to %(high)s characters; a sentence is fine.",
                low=MIN_LENGTH,
                high=MAX_LENGTH,
            ),
            field="password",
        )
    return password


def create_system(
    actor: Actor, *, team: Team, key: str, name: str, values: Mapping[str, Any]
) -> System:
    """A new system of a team. Raises Conflict when the key is taken."""
    _demand(actor, Permission.SYSTEM_EDIT, team)
    if db.session.scalar(select(System.id).where(System.key == key)):
        raise Conflict(_("There is a system with the key %(key)s already.", key=key), field="key")
    system = System(team=team, key=key, name=name, created_at=now(), **values)
    db.session.add(system)
    db.session.flush()
    record(
        actor=actor,
        action="system.create",
        subject=system,
        changes={"key": [None, key], "name": [None, name], "team": [None, team.slug]},
    )
    return system


def update_system(actor: Actor, system: System, values: Mapping[str, Any]) -> System:
    """Change fields of a system; the trail says which."""
    _demand(actor, Permission.SYSTEM_EDIT, system.team)
    changes = changed(system, values)
    if changes:
        db.session.flush()
        record(actor=actor, action="system.update", subject=system, changes=changes)
    return system


def _demand(actor: Actor, permission: Permission, team: Team) -> None:
    if not actor.may(permission, team.path):
        raise Forbidden(_("Your role on %(team)s does not allow this.", team=team.name))


def _holds(actor: Actor, team: Team, role: Role) -> bool:
    return actor.may(Permission.PERSON_EDIT, team.path) and any(
        team.path.startswith(path) and RANK[held] >= RANK[role] for path, held in actor.grants
    )
