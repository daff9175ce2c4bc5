"""Reads of single sign-on."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from riskreg.db import db
from riskreg.errors import Forbidden
from riskreg.lib.hashing import digest
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import root_team
from riskreg.sso.models import Admission, GroupRule, OutsideAccount


def account_at(issuer: str, person_id: int | None) -> OutsideAccount | None:
    """The account of a person at a provider."""
    return db.session.scalar(
        select(OutsideAccount).where(
            OutsideAccount.issuer == issuer, OutsideAccount.person_id == person_id
        )
    )


def account_of(issuer: str, subject: str) -> OutsideAccount | None:
    """The account that a provider names so."""
    return db.session.scalar(
        select(OutsideAccount).where(
            OutsideAccount.issuer == issuer, OutsideAccount.subject == subject
        )
    )


def person_with_email(email: str) -> Person | None:
    """Who signs in with this e-mail."""
    return db.session.scalar(select(Person).where(Person.email == email))


def admission() -> Admission | None:
    """Who is let in beside those whose accounts are connected; None is nobody."""
    return db.session.scalar(select(Admission).order_by(Admission.id).limit(1))


def group_rules() -> Sequence[GroupRule]:
    """All rules, by group and team."""
    query = select(GroupRule).options(joinedload(GroupRule.team))
    return db.session.scalars(query.order_by(GroupRule.group_name, GroupRule.id)).all()


def rules_mark(rules: Iterable[GroupRule]) -> str:
    """A short mark of all rules: who changes one says with it which ones they saw."""
    return digest(sorted([rule.id, rule.role] for rule in rules))[:16]


def demand_root(actor: Actor) -> Team:
    """The root team; raises Forbidden for all but its administrators."""
    root = root_team()
    if root is None or not actor.may(Permission.SIGN_IN_EDIT, root.path):
        raise Forbidden(_("Only an administrator of the whole organisation sees to this."))
    return root


def team_of(rule: GroupRule) -> Team:
    """The team whose role the rule gives: the one that has its things now."""
    team = rule.team
    while team.merged_into is not None:
        team = team.merged_into
    return team
