"""Writes of the organisation: teams, people, roles, systems."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from riskreg.audit.plain import plain
from riskreg.audit.services import changed, record
from riskreg.db import db
from riskreg.errors import Conflict, Forbidden, Invalid, Stale
from riskreg.lib.dates import local_day, now
from riskreg.lib.text import slugify
from riskreg.org.access import require
from riskreg.org.dependencies import set_needs
from riskreg.org.guessable import is_guessable
from riskreg.org.history import remember_team
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, System, Team, UserSession
from riskreg.org.passwords import (
    MAX_LENGTH,
    MIN_LENGTH,
    MIN_LENGTH_WITH_SECOND_FACTOR,
    hash_password,
)
from riskreg.org.permissions import Actor, Permission
from riskreg.org.places import refuse_merged, take_turn
from riskreg.org.second_factors import has_second_factor

RESERVED_KEYS = frozenset({"new"})  # addresses of pages
RELATIONS = ("team", "operators", "needs")
RANK = {Role.VIEWER: 0, Role.ENGINEER: 1, Role.MANAGER: 2, Role.ADMIN: 3}


def create_team(actor: Actor, *, name: str, parent: Team | None, slug: str | None = None) -> Team:
    """A new team under `parent`; the first is the root. Raises Conflict for a taken slug."""
    if parent is None and db.session.scalar(select(Team.id).where(Team.parent_id.is_(None))):
        raise Invalid(_("Say under which team the new one belongs."), field="parent")
    if parent is not None:
        take_turn(parent)
        _demand(actor, Permission.TEAM_EDIT, parent)
        refuse_merged(parent)
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
    if not actor.may_somewhere(Permission.PERSON_EDIT):
        raise Forbidden(_("Only an administrator of a team adds people."))
    email = email.strip().lower()
    if db.session.scalar(select(Person.id).where(Person.email == email)):
        raise Conflict(
            _("There is a person with the e-mail %(email)s already.", email=email), field="email"
        )
    person = Person(name=name, email=email, created_at=now(), **(values or {}))
    if password is not None:
        person.password_hash = hash_password(checked_password(password, name, email))
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
    if not holds(actor, team, role):
        raise Forbidden(_("You cannot give a role that is higher than your own."))
    grant = db.session.scalar(
        select(Grant).where(Grant.person_id == person.id, Grant.team_id == team.id)
    )
    old = grant.role if grant else None
    if old == role:
        assert grant is not None
        return grant
    if old is not None and not holds(actor, team, old):
        raise Forbidden(_("You cannot change a role that is higher than your own."))
    if old == Role.ADMIN:
        refuse_last_administrator(person, without=team)
    if grant is None:
        grant = Grant(person=person, team=team, role=role, created_at=now())
        db.session.add(grant)
    grant.role = role
    _renew_sessions(person)
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
    if not holds(actor, team, grant.role):
        raise Forbidden(_("You cannot take away a role that is higher than your own."))
    refuse_last_administrator(person, without=team)
    db.session.delete(grant)
    _renew_sessions(person)
    db.session.flush()
    record(
        actor=actor,
        action="role.revoke",
        subject=person,
        changes={f"role on {team.slug}": [grant.role, None]},
    )


def _renew_sessions(person: Person) -> None:
    """Each session of a person whose roles changed goes on under another token."""
    sessions = update(UserSession).where(UserSession.person_id == person.id)
    # Nobody holds one as an object here, and to look through all objects takes its time.
    unlooked = sessions.execution_options(synchronize_session=False)
    db.session.execute(unlooked.values(must_renew=True))


def set_password(actor: Actor, person: Person, password: str) -> None:
    """Store a new password; raises Invalid for one that is too short, too long or guessable.

    Beside a second factor a shorter one is enough.
    """
    low = MIN_LENGTH_WITH_SECOND_FACTOR if has_second_factor(person.id) else MIN_LENGTH
    checked_password(password, person.name, person.email, low=low)
    person.password_hash = hash_password(password)
    person.has_short_password = len(password) < MIN_LENGTH
    record(actor=actor, action="person.password", subject=person)


def checked_password(password: str, *about: str, low: int = MIN_LENGTH) -> str:
    """The password, if it is long enough and not one that is tried first; no other rules.

    `about` is what else is known of the person: a name is no password.
    """
    if not low <= len(password) <= MAX_LENGTH:
        raise Invalid(
            _(
                "A password has %(low)s to %(high)s characters; a sentence is fine.",
                low=low,
                high=MAX_LENGTH,
            ),
            field="password",
        )
    organisation = db.session.scalar(select(Team.name).where(Team.parent_id.is_(None))) or ""
    if is_guessable(password, about=(*about, organisation)):
        raise Invalid(
            _(
                "This password is one of those that are tried first: common words, names, years "
                "or keys side by side. Take a sentence of your own."
            ),
            field="password",
        )
    return password


def create_system(
    actor: Actor, *, team: Team, key: str, name: str, values: Mapping[str, Any]
) -> System:
    """A new system of a team; `values` may say what it `needs`. Raises Conflict for a taken key."""
    _demand(actor, Permission.SYSTEM_EDIT, team)
    if key in RESERVED_KEYS or db.session.scalar(select(System.id).where(System.key == key)):
        raise Conflict(_("There is a system with the key %(key)s already.", key=key), field="key")
    values = dict(values)
    needs = values.pop("needs", {})
    system = System(team=team, key=key, name=name, created_at=now(), **{"operators": [], **values})
    db.session.add(system)
    db.session.flush()
    changes: dict[str, list[Any]] = {"key": [None, key], "name": [None, name]}
    changes |= {"team": [None, team.slug], **set_needs(actor, system, needs)}
    record(actor=actor, action="system.create", subject=system, changes=changes)
    return system


def update_system(
    actor: Actor, system: System, values: Mapping[str, Any], *, version: int | None = None
) -> System:
    """Change fields of a system, its team, operators and what it `needs`; the trail says which.

    `version` is the one the person saw; raises Stale when it is not the stored one.
    """
    require(actor, Permission.SYSTEM_EDIT, system, view=Permission.SYSTEM_VIEW)
    if version is not None and version != system.version:
        raise _stale_system(system, values)
    values = dict(values)
    changes: dict[str, list[Any]] = {}
    team: Team = values.pop("team", system.team)
    if team is not system.team:
        _demand(actor, Permission.SYSTEM_EDIT, team)
        changes["team"] = [system.team.slug, team.slug]
        remember_team(system, system.team, on=local_day(now(), actor.timezone))
        system.team = team
    operators, needs = values.pop("operators", None), values.pop("needs", None)
    changes |= changed(system, values)
    if needs is not None:
        changes |= set_needs(actor, system, needs)
    if operators is not None:
        changes |= _set_operators(system, operators)
    if changes:
        db.session.flush()
        record(actor=actor, action="system.update", subject=system, changes=changes)
    return system


def rename_team(actor: Actor, team: Team, name: str, *, version: int | None = None) -> Team:
    """Give a team another name; its address stays."""
    require(actor, Permission.TEAM_EDIT, team, view=Permission.TEAM_VIEW)
    if version is not None and version != team.version:
        raise Stale(
            _("Somebody else renamed this team in the meantime. Nothing was saved."),
            theirs={"name": team.name},
            yours={"name": name},
        )
    changes = changed(team, {"name": name})
    if changes:
        db.session.flush()
        record(actor=actor, action="team.update", subject=team, changes=changes)
    return team


def _set_operators(system: System, operators: Sequence[Person]) -> dict[str, list[Any]]:
    old, new = sorted(p.name for p in system.operators), sorted(p.name for p in operators)
    if old == new:
        return {}
    system.operators = list(operators)
    return {"operators": [old, new]}


def _stale_system(system: System, values: Mapping[str, Any]) -> Stale:
    shown = {name: str(plain(new)) for name, new in values.items() if name not in RELATIONS}
    theirs = {name: str(plain(getattr(system, name))) for name in shown}
    return Stale(
        _("Somebody else changed this system while you were working on it. Nothing was saved."),
        theirs={name: theirs[name] for name in shown if theirs[name] != shown[name]},
        yours={name: shown[name] for name in shown if theirs[name] != shown[name]},
    )


def refuse_last_administrator(person: Person, *, without: Team | None = None) -> None:
    """Somebody must be left who can give roles at the top."""
    held = [grant for grant in person.grants if grant.team.parent_id is None]
    if not any(grant.role == Role.ADMIN for grant in held):
        return
    if without is not None and without.parent_id is not None:
        return
    # Two who end each other take turns; the second looks when the first is done.
    top = select(Team.id).where(Team.parent_id.is_(None))
    db.session.execute(top.with_for_update(key_share=True))
    others = select(Grant.id).join(Grant.person).join(Grant.team)
    others = others.where(
        Grant.role == Role.ADMIN,
        Team.parent_id.is_(None),
        Person.is_active,
        Person.id != person.id,
    )
    if db.session.scalar(others.limit(1)) is None:
        raise Conflict(
            _("%(name)s is the last administrator; make somebody else one first.", name=person.name)
        )


def _demand(actor: Actor, permission: Permission, team: Team) -> None:
    if not actor.may(permission, team.path):
        raise Forbidden(_("Your role on %(team)s does not allow this.", team=team.name))


def holds(actor: Actor, team: Team, role: Role) -> bool:
    """Whether the actor gives roles on the team and holds at least this one there."""
    return actor.may(Permission.PERSON_EDIT, team.path) and any(
        team.path.startswith(path) and RANK[held] >= RANK[role] for path, held in actor.grants
    )
