"""Carry teams, people and systems into the register: what a preview tries and an import does.

Nothing is ever taken away: no team, role, operator or dependency that the file does not name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.db import db
from riskreg.errors import Forbidden, Invalid, RiskregError
from riskreg.imports.kinds import Note
from riskreg.imports.organisation.entries import Entries, PersonEntry, Ref, SystemEntry, TeamEntry
from riskreg.imports.outcome import ROWS_SHOWN, Act, Outcome
from riskreg.imports.remarks import Remarks
from riskreg.imports.run import Progress, Source
from riskreg.imports.texts import gettext as _
from riskreg.org.access import can
from riskreg.org.accounts import update_person
from riskreg.org.dependencies import needs_of
from riskreg.org.kinds import Role, Strength
from riskreg.org.models import Grant, Person, System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.places import move_team
from riskreg.org.services import (
    create_person,
    create_system,
    create_team,
    grant_role,
    rename_team,
    update_system,
)

PROGRESS_EVERY = 100
NAME_CHARS_MAX, TITLE_CHARS_MAX, EMAIL_CHARS_MAX = 200, 120, 254


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the person decides beside the file: the role of members, None for none."""

    member_role: Role | None = Role.VIEWER


@dataclass(kw_only=True)
class Told:
    """What became of one entry."""

    line: int
    name: str
    ref: str
    act: Act
    changed: list[str]

    def as_row(self) -> dict[str, Any]:
        """As pages show it."""
        return {**asdict(self), "act": self.act.value}


class OrganisationRun:
    """One file into the register, in the caller's transaction.

    Errors are gathered; whoever calls rolls back when there are any.
    """

    def __init__(self, actor: Actor, entries: Entries, source: Source, policy: Policy) -> None:
        self._actor, self._entries, self._source, self._policy = actor, entries, source, policy
        self._remarks = Remarks()
        self._told: list[Told] = []
        self._told_of: dict[str, Told] = {}  # a system's key: what was told of it
        self._named = {entry.slug for entry in entries.teams}
        self._teams = {team.slug: team for team in _all_teams()}
        self._people = {person.email: person for person in _all_people()}
        self._systems = {system.key: system for system in _all_systems()}

    def go(self, progress: Progress | None = None) -> Outcome:
        """All of it, in an order in which what is named is there."""
        found = self._entries
        ordered: list[tuple[Any, Callable[[Any], None]]] = [
            *[(entry, self._team) for entry in self._from_the_top()],
            *[(entry, self._person) for entry in found.people],
            *[(entry, self._system) for entry in found.systems],
            *[(entry, self._connect) for entry in found.systems],
        ]
        for number, (entry, take) in enumerate(ordered):
            with self._guarded(entry.line):
                take(entry)
            if progress is not None and number % PROGRESS_EVERY == 0:
                progress(number, len(ordered))
        acts = Counter(each.act for each in self._told)
        return Outcome(
            counts={act: acts[act] for act in Act},
            skipped=found.skipped,
            warnings=tuple(sorted((*found.warnings, *self._remarks.warnings), key=_line_of)),
            errors=tuple(sorted((*found.errors, *self._remarks.errors), key=_line_of)),
            first_rows=tuple(each.as_row() for each in self._told[:ROWS_SHOWN]),
        )

    # --- Teams ---

    def _from_the_top(self) -> list[TeamEntry]:
        """Every team after the one above it; those of a circle are refused."""
        waiting = {entry.slug: entry for entry in self._entries.teams}
        for entry in self._entries.teams:
            if waiting[entry.slug] is not entry:
                self._remarks.warn(entry.line, "", _("This team is in the file again; left out."))
        ordered: list[TeamEntry] = []
        while waiting:
            ready = [each for each in waiting.values() if _parent(each) not in waiting]
            if not ready:
                for each in waiting.values():
                    self._remarks.refuse(each.line, "parent", _("This team is below itself."))
                break
            ordered += ready
            done = {each.slug for each in ready}
            waiting = {slug: each for slug, each in waiting.items() if slug not in done}
        return ordered

    def _team(self, entry: TeamEntry) -> None:
        _demand_length(entry.name, NAME_CHARS_MAX, "name")
        parent = self._find(self._teams, entry.parent)
        for below in entry.below:
            if below.name not in self._named:
                self._find(self._teams, below)
        team = self._teams.get(entry.slug)
        if team is None:
            made = create_team(
                self._actor,
                name=entry.name or entry.slug,
                parent=parent or self._source.team,
                slug=entry.slug,
            )
            self._teams[entry.slug] = made
            self._tell(entry.line, made.name, made.slug)
            return
        self._demand_seen(team)
        if team.merged_into is not None:
            names = {"name": team.name, "into": team.merged_into.name}
            message = _(
                "%(name)s was merged into %(into)s; what the file says of it stays.", **names
            )
            self._remarks.warn(entry.line, "", message)
            self._tell(entry.line, team.name, team.slug, [])
            return
        changed = []
        if entry.name and entry.name != team.name:
            rename_team(self._actor, team, entry.name)
            changed.append("name")
        if parent is not None and parent.id != team.parent_id and parent is not team:
            move_team(self._actor, team, parent)
            changed.append("parent")
        self._tell(entry.line, team.name, team.slug, changed)

    # --- People ---

    def _person(self, entry: PersonEntry) -> None:
        for text, limit, field in (
            (entry.name, NAME_CHARS_MAX, "name"),
            (entry.title, TITLE_CHARS_MAX, "title"),
            (entry.email, EMAIL_CHARS_MAX, "email"),
        ):
            _demand_length(text, limit, field)
        groups = [
            team
            for each in entry.member_of
            if (team := self._find(self._teams, each)) and team.slug == each.name
        ]  # those of a merged team got what is theirs when it was merged
        home = self._find(self._teams, entry.home) or next(iter(groups), None)
        if home is not None and not can(self._actor, Permission.PERSON_EDIT, home):
            raise Forbidden(_("You do not manage the people of %(team)s.", team=home.name))
        person = self._people.get(entry.email)
        changed: list[str] | None = None
        if person is None:
            person = create_person(
                self._actor,
                name=entry.name or entry.email,
                email=entry.email,
                values={"title": entry.title, "home_team": home},
            )
            self._people[entry.email] = person
        else:
            changed = self._update_person(entry, person, home)
        given = self._give_roles(entry, person, groups)
        self._tell(
            entry.line, person.name, person.email, None if changed is None else changed + given
        )

    def _update_person(self, entry: PersonEntry, person: Person, home: Team | None) -> list[str]:
        """A home that the file only concludes from a group does not change the one known."""
        if not person.is_active:
            self._remarks.warn(entry.line, "", _("%(name)s is locked out.", name=person.name))
        values: dict[str, Any] = {"name": entry.name, "title": entry.title}
        if home is not None and (entry.home is not None or person.home_team_id is None):
            values["home_team"] = home
        stated = {name: value for name, value in values.items() if value}
        return list(update_person(self._actor, person, stated))

    def _give_roles(self, entry: PersonEntry, person: Person, groups: list[Team]) -> list[str]:
        """The roles stated; members of a team get the one chosen, if they have none there."""
        given = [
            (role, team) for role, ref in entry.roles if (team := self._find(self._teams, ref))
        ]
        held = {grant.team_id: grant.role for grant in person.grants}
        covered = [grant.team.path for grant in person.grants]
        covered += [team.path for _role, team in given]
        if self._policy.member_role is not None:
            for team in sorted(groups, key=lambda team: team.depth):
                if not team.path.startswith(tuple(covered)):
                    given.append((self._policy.member_role, team))
                    covered.append(team.path)
        missing = [(role, team) for role, team in given if held.get(team.id) != role]
        for role, team in missing:
            grant_role(self._actor, person, team, role)
        return ["roles"] if missing else []

    # --- Systems ---

    def _system(self, entry: SystemEntry) -> None:
        _demand_length(entry.name, NAME_CHARS_MAX, "name")
        team = self._find(self._teams, entry.team)
        operators = [each for ref in entry.operators if (each := self._find(self._people, ref))]
        system = self._systems.get(entry.key)
        if system is None:
            made = create_system(
                self._actor,
                team=team or self._source.team,
                key=entry.key,
                name=entry.name or entry.key,
                values={**entry.values, "operators": operators},
            )
            self._systems[entry.key] = made
            self._told_of[entry.key] = self._tell(entry.line, made.name, made.key)
            return
        self._demand_seen(system)
        values = {**entry.values, "name": entry.name or system.name, "team": team or system.team}
        values = {name: new for name, new in values.items() if getattr(system, name) != new}
        if not set(operators) <= set(system.operators):
            values["operators"] = [*dict.fromkeys((*system.operators, *operators))]
        if values:
            update_system(self._actor, system, values)
        told = self._tell(entry.line, system.name, system.key, list(values))
        self._told_of[entry.key] = told

    def _connect(self, entry: SystemEntry) -> None:
        """What it needs, once all are there; how strongly is kept where the file does not say."""
        system = self._systems.get(entry.key)
        if system is None or not entry.needs or entry.key not in self._told_of:
            return
        known = needs_of(system)
        by_id = {each.id: each for each in self._systems.values()}
        wanted = {by_id[number]: how for number, how in known.items() if number in by_id}
        for how, ref in entry.needs:
            other = self._find(self._systems, ref)
            if other is not None and other is not system:
                wanted[other] = how or known.get(other.id, Strength.HARD)
        if {each.id: how for each, how in wanted.items()} != known:
            update_system(self._actor, system, {"needs": wanted})
            told = self._told_of[entry.key]
            if told.act is not Act.CREATED:
                told.act, told.changed = Act.UPDATED, [*told.changed, "needs"]

    # --- What is common ---

    def _find(self, known: Mapping[str, Any], ref: Ref | None) -> Any:
        """What is named, in the file or in the register; a warning where it is in neither."""
        if ref is None:
            return None
        found = known.get(ref.name)
        while isinstance(found, Team) and found.merged_into is not None:
            found = found.merged_into
        if found is None or not self._sees(found):
            message = _("“%(text)s” is neither in the file nor in riskreg.", text=ref.text[:80])
            self._remarks.warn(ref.line, ref.column, message)
            return None
        return found

    def _sees(self, row: Any) -> bool:
        if isinstance(row, Person):
            return True
        view = Permission.TEAM_VIEW if isinstance(row, Team) else Permission.SYSTEM_VIEW
        return can(self._actor, view, row)

    @contextmanager
    def _guarded(self, line: int) -> Iterator[None]:
        try:
            yield
        except RiskregError as error:
            self._remarks.refuse(line, error.field or "", error.message)

    def _demand_seen(self, row: Any) -> None:
        """What one may not see is not compared with, so that nothing is learned of it."""
        if not self._sees(row):
            raise Forbidden(_("This name is taken elsewhere, where you may not look."))

    def _tell(self, line: int, name: str, ref: str, changed: list[str] | None = None) -> Told:
        """Say what became of an entry; None: it is new."""
        act = Act.CREATED if changed is None else Act.UPDATED if changed else Act.UNCHANGED
        told = Told(line=line, name=name, ref=ref, act=act, changed=changed or [])
        self._told.append(told)
        return told


def _parent(entry: TeamEntry) -> str | None:
    return entry.parent.name if entry.parent else None


def _line_of(note: Note) -> int:
    return note.line or 0


def _demand_length(text: str, limit: int, field: str) -> None:
    if len(text) > limit:
        message = _("This has more than %(limit)s characters.", limit=limit)
        raise Invalid(message, field=field)


def _all_teams() -> Sequence[Team]:
    return db.session.scalars(select(Team).options(joinedload(Team.parent))).all()


def _all_people() -> Sequence[Person]:
    query = select(Person).options(selectinload(Person.grants).joinedload(Grant.team))
    return db.session.scalars(query).all()


def _all_systems() -> Sequence[System]:
    query = select(System).options(joinedload(System.team), selectinload(System.operators))
    return db.session.scalars(query).all()
