"""Writes of single sign-on: whose account it is, letting people in, roles from groups."""

from collections.abc import Mapping

import structlog
from flask_babel import LazyString
from flask_babel import gettext as _

from riskreg.audit.services import changed, record
from riskreg.db import db, take_turn
from riskreg.errors import Conflict, Forbidden, NotFound, Stale
from riskreg.lib.dates import now
from riskreg.org.account import end_all_sessions
from riskreg.org.accounts import demand_over
from riskreg.org.kinds import Role
from riskreg.org.labels import ROLE
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Actor
from riskreg.org.services import RANK, create_person, grant_role, revoke_role
from riskreg.settings import Provider
from riskreg.sso.models import Admission, GroupRule, OutsideAccount
from riskreg.sso.protocol import Identity
from riskreg.sso.queries import (
    account_at,
    account_of,
    admission,
    demand_root,
    group_rules,
    person_with_email,
    rules_mark,
    team_of,
)

# What the provider says is done in its name.
PROVIDER_ACTOR = Actor(person_id=None, name="single sign-on", grants=(("/", Role.ADMIN),))

log = structlog.get_logger()


def person_signing_in(identity: Identity, provider: Provider) -> Person:
    """Whose account it is, with the roles of their groups; raises Forbidden where it is nobody's.

    An account that is not connected yet is, where an administrator allowed it, connected with the
    person who has its e-mail, or gets a new person.
    """
    account = account_of(identity.issuer, identity.subject)
    if account is not None:
        person = account.person
    else:
        person = _person_by_email(identity, provider) or _new_person(identity, provider)
        connect(PROVIDER_ACTOR, person, identity)
    if not person.is_active:
        raise Forbidden(_("You are locked out here. An administrator can let you in again."))
    _follow_groups(person, identity)
    return person


def connect(actor: Actor, person: Person, identity: Identity) -> None:
    """Let the account sign in as the person; raises Conflict where either has another already."""
    account = account_of(identity.issuer, identity.subject)
    if account is not None and account.person_id == person.id:
        return
    if account is not None:
        raise Conflict(_("This account is connected with somebody else here."))
    if account_at(identity.issuer, person.id) is not None:
        # An e-mail may have a new owner there; what the old one had is not theirs.
        raise Conflict(_("%(name)s is connected with another account.", name=person.name))
    account = OutsideAccount(
        issuer=identity.issuer, subject=identity.subject, person_id=person.id, created_at=now()
    )
    db.session.add(account)
    db.session.flush()
    changes = {"account": [None, f"{identity.issuer} {identity.subject}"]}
    record(actor=actor, action="person.connect", subject=person, changes=changes)


def disconnect(actor: Actor, person: Person, *, issuer: str) -> None:
    """Let the account no longer sign in as the person, whose sessions end if another does it."""
    account, is_own = account_at(issuer, person.id), actor.person_id == person.id
    if not is_own:
        demand_over(actor, person)
    if account is None:
        return
    if is_own and person.password_hash is None:
        raise Conflict(_("You have no password here, so this is your only way in."))
    if not is_own:
        end_all_sessions(person)
    changes = {"account": [f"{account.issuer} {account.subject}", None]}
    db.session.delete(account)
    db.session.flush()
    record(actor=actor, action="person.disconnect", subject=person, changes=changes)


def change_admission(actor: Actor, values: Mapping[str, bool], *, version: int | None) -> None:
    """Say who is let in beside those whose accounts are connected."""
    demand_root(actor)
    row = admission()
    if row is None:
        row = Admission(connects_by_email=False, admits_new=False)
        db.session.add(row)
        db.session.flush()
    elif row.version != version:
        raise Stale(
            _("Somebody else changed this in the meantime. Nothing was saved."),
            theirs=_switches({name: getattr(row, name) for name in values}),
            yours=_switches(values),
        )
    changes = changed(row, values)
    if changes:
        db.session.flush()
        record(actor=actor, action="admission.update", subject=row, changes=changes)


def map_group(
    actor: Actor, group_name: str, team: Team, role: Role, *, base: str | None = None
) -> None:
    """From now on the group has the role on the team, instead of the one it had there.

    `base` is the `rules_mark` of the list that the person saw; raises Stale for another one.
    """
    demand_root(actor)
    _demand_same_rules(base, group_name, team, ROLE[role])
    rule = next(
        (each for each in group_rules() if (each.group_name, each.team) == (group_name, team)), None
    )
    old = rule.role if rule is not None else None
    if rule is None:
        rule = GroupRule(group_name=group_name, team=team, role=role, created_at=now())
        db.session.add(rule)
    rule.role = role
    db.session.flush()
    if old != role:
        changes = {f"role of {group_name} on {team.slug}": [old, role]}
        record(actor=actor, action="group.map", subject=rule, changes=changes)


def unmap_group(actor: Actor, rule_id: int, *, base: str | None = None) -> None:
    """The group has no role there any more; people keep theirs until they sign in again.

    `base` as in `map_group`.
    """
    demand_root(actor)
    rule = db.session.get(GroupRule, rule_id)
    if rule is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    _demand_same_rules(base, rule.group_name, rule.team, None)
    changes = {f"role of {rule.group_name} on {rule.team.slug}": [rule.role, None]}
    record(actor=actor, action="group.unmap", subject=rule, changes=changes)
    db.session.delete(rule)
    db.session.flush()


def _switches(values: Mapping[str, bool]) -> dict[str, str]:
    names = {
        "connects_by_email": _("Connect an account with the person who has its e-mail"),
        "admits_new": _("Make a person for an account that nobody here has"),
    }
    return {str(names[name]): str(_("on") if on else _("off")) for name, on in values.items()}


def _demand_same_rules(
    base: str | None, group_name: str, team: Team, wanted: LazyString | None
) -> None:
    """Who changes a rule has to have seen all of them; two who do so at once take turns."""
    take_turn("group rules")
    rules = group_rules()
    if base is None or base == rules_mark(rules):
        return
    held = [each.role for each in rules if (each.group_name, each.team) == (group_name, team)]
    none = str(_("no role"))
    name = str(_("%(group)s on %(team)s", group=group_name, team=team.name))
    raise Stale(
        _("Somebody else changed what groups give in the meantime. Nothing was saved."),
        theirs={name: str(ROLE[held[0]]) if held else none},
        yours={name: str(wanted) if wanted else none},
    )


def _person_by_email(identity: Identity, provider: Provider) -> Person | None:
    rules = admission()
    if rules is None or not rules.connects_by_email or not _answers_for(provider, identity):
        return None
    return person_with_email(identity.email)


def _new_person(identity: Identity, provider: Provider) -> Person:
    rules, roles = admission(), _roles_of(identity)
    given = {team: role for team, role in roles.items() if role is not None}
    if rules is None or not rules.admits_new or not given or not _answers_for(provider, identity):
        raise _stranger()
    if person_with_email(identity.email) is not None:
        raise _stranger()
    home = min(given, key=lambda team: (team.depth, team.id))
    return create_person(
        PROVIDER_ACTOR,
        name=identity.name or identity.email,
        email=identity.email,
        values={"home_team_id": home.id},
    )


def _answers_for(provider: Provider, identity: Identity) -> bool:
    """Whether the provider checked the e-mail, and is the one that gives such e-mails out."""
    _name, _at, domain = identity.email.rpartition("@")
    return identity.email_is_verified and domain in provider.domains


def _stranger() -> Forbidden:
    return Forbidden(
        _(
            "You are signed in there, but no account here is connected with yours. "
            "Ask an administrator of your organisation."
        )
    )


def _roles_of(identity: Identity) -> dict[Team, Role | None]:
    """For each team that a rule names, the highest role that the groups give; None where none."""
    roles: dict[Team, Role | None] = {}
    for rule in group_rules():
        team = team_of(rule)
        held = roles.setdefault(team, None)
        if rule.group_name not in (identity.groups or ()):
            continue
        if held is None or RANK[rule.role] > RANK[held]:
            roles[team] = rule.role
    return roles


def _follow_groups(person: Person, identity: Identity) -> None:
    """On teams that a rule names the groups decide; where nothing was said of groups, all stays."""
    if identity.groups is None:
        return
    for team, role in _roles_of(identity).items():
        try:
            if role is None:
                revoke_role(PROVIDER_ACTOR, person, team)
            else:
                grant_role(PROVIDER_ACTOR, person, team, role)
        except Conflict as error:  # the last administrator stays one
            log.warning("group_not_followed", team=team.slug, error=error.message)
