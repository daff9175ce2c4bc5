"""One's own account as its page shows it: the roles held, the signed-in browsers, the password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import gettext as _
from sqlalchemy import update

from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.lib.dates import now
from riskreg.org.labels import ROLE, ROLE_MEANING
from riskreg.org.models import OneTimeLink, Person, Team, UserSession
from riskreg.org.passwords import password_matches
from riskreg.org.permissions import Actor
from riskreg.org.services import set_password
from riskreg.org.sessions import live_sessions

# What a browser calls itself, and the word for it; the first that fits counts.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, kw_only=True)
class RoleRow:
    """A role held on a team."""

    team: Team
    label: LazyString
    meaning: LazyString


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """A signed-in browser in words."""

    id: int
    browser: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_here: bool


def role_rows(person: Person) -> Sequence[RoleRow]:
    """The roles of a person, those on the widest teams first."""
    grants = sorted(person.grants, key=lambda grant: (grant.team.depth, grant.team.name))
    return [
        RoleRow(team=grant.team, label=ROLE[grant.role], meaning=ROLE_MEANING[grant.role])
        for grant in grants
    ]


def session_rows(actor: Actor, *, idle_minutes: int) -> Sequence[SessionRow]:
    """The actor's own live sessions, the one in use marked."""
    assert actor.person_id is not None
    return rows_of(actor.person_id, here=actor.session_id, idle_minutes=idle_minutes)


def rows_of(person_id: int, *, here: int | None, idle_minutes: int) -> Sequence[SessionRow]:
    """A person's live sessions; `here` is the id of the one in use."""
    return [
        SessionRow(
            id=row.id,
            browser=browser_of(row.device),
            address=row.address,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_here=row.id == here,
        )
        for row in live_sessions(person_id, idle_minutes=idle_minutes)
    ]


def change_password(actor: Actor, person: Person, *, current: str, new: str) -> None:
    """Set one's own new password and end every other session of one's own.

    Raises Invalid when the current password is wrong or the new one is too short.
    """
    if not password_matches(person.password_hash, current):
        raise Invalid(_("This is not your current password."), field="current")
    set_password(actor, person, new)
    end_all_sessions(person, keep=actor.session_id)


def end_all_sessions(person: Person, *, keep: int | None = None) -> None:
    """End every session of a person but the one to keep, and every link mailed to them."""
    others = update(UserSession).where(
        UserSession.person_id == person.id, UserSession.revoked_at.is_(None)
    )
    if keep is not None:
        others = others.where(UserSession.id != keep)
    db.session.execute(others.values(revoked_at=now()))
    open_links = update(OneTimeLink).where(
        OneTimeLink.person_id == person.id, OneTimeLink.used_at.is_(None)
    )
    db.session.execute(open_links.values(used_at=now()))


def browser_of(user_agent: str) -> str:
    """A browser and where it runs, as "Firefox on Linux"; else what it calls itself."""
    browser = next((word for mark, word in BROWSERS if mark in user_agent), "")
    device = next((word for mark, word in DEVICES if mark in user_agent), "")
    if browser and device:
        return str(_("%(browser)s on %(device)s", browser=browser, device=device))
    return browser or device or user_agent[:60] or str(_("An unnamed program"))
