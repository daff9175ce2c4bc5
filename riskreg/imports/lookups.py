"""People, systems and teams by the words a file has for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from sqlalchemy import select, union_all

from riskreg.db import db
from riskreg.imports.cells import fold
from riskreg.imports.kinds import RiskRow
from riskreg.imports.remarks import Remarks
from riskreg.imports.texts import gettext as _
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import systems_for, teams_for

Found = TypeVar("Found", Person, System, Team)


class Words(Generic[Found]):
    """Rows by the word that is theirs alone, else by a name that only one of them has."""

    def __init__(self, exact: Mapping[str, Found], named: Iterable[Found]) -> None:
        self._exact: dict[str, Found] = {word.casefold(): row for word, row in exact.items()}
        by_name: dict[str, list[Found]] = {}
        for row in named:
            by_name.setdefault(fold(row.name), []).append(row)
        self._by_name: dict[str, Found] = {
            name: rows[0] for name, rows in by_name.items() if name and not rows[1:]
        }

    def get(self, text: str) -> Found | None:
        """The row that a text names."""
        return self._exact.get(text.casefold()) or self._by_name.get(fold(text))


def known_names() -> frozenset[str]:
    """The folded names of people and systems: at these, a list with commas may be split."""
    columns = (Person.name, Person.email, System.name, System.key)
    return frozenset(map(fold, db.session.scalars(union_all(*map(select, columns)))))


class Lookups:
    """Everything an actor may refer to, read once; what is not found is warned about.

    People are known by e-mail or by a full name that only one of them has, systems and teams by
    key or slug, or by such a name. `column_of` names the column of a field in warnings.
    """

    def __init__(self, actor: Actor, remarks: Remarks, column_of: Mapping[str, str]) -> None:
        self._remarks, self._column_of = remarks, column_of
        people = list(db.session.scalars(select(Person).order_by(Person.id)))
        systems, teams = systems_for(actor), teams_for(actor, Permission.RISK_EDIT)
        active = [person for person in people if person.is_active]
        self._people = Words({person.email: person for person in people}, active)
        self._systems = Words({system.key: system for system in systems}, systems)
        self._teams = Words({team.slug: team for team in teams}, teams)

    def team(self, row: RiskRow) -> Team | None:
        """The team that a row names; None when it names none to file in, with a warning."""
        if not row.team:
            return None
        found = self._teams.get(row.team)
        if found is None:
            message = _(
                "“%(text)s” is no team in which you may file risks; it was left out.",
                text=row.team[:60],
            )
            self._warn(row, "team", message)
        return found

    def system(self, row: RiskRow, stored: System | None) -> System | None:
        """The system of a row; the stored one is known whatever the actor may see."""
        if stored is not None and row.system in {stored.key, stored.name}:
            return stored
        found = self._systems.get(row.system)
        if found is None:
            message = _(
                "riskreg knows no system “%(text)s”; the risk has none.", text=row.system[:60]
            )
            self._warn(row, "system", message)
        return found

    def owner(self, row: RiskRow, stored: Person | None) -> Person | None:
        """The owner of a row; the stored one may have left."""
        if stored is not None and row.owner in {stored.email, stored.name}:
            return stored
        found = self._people.get(row.owner)
        if found is None or not found.is_active:
            message = _(
                "riskreg knows nobody called “%(text)s”; the risk has no owner.",
                text=row.owner[:60],
            )
            self._warn(row, "owner", message)
            return None
        return found

    def knowers(self, row: RiskRow) -> tuple[list[Person], list[str]]:
        """The knowledge holders of a row, and the words that name nobody."""
        found = {text: self._people.get(text) for text in row.knowers}
        missing = [text for text, person in found.items() if person is None]
        for text in missing:
            message = _("riskreg knows nobody called “%(text)s”.", text=text[:60])
            self._warn(row, "knowers", message)
        return [person for person in found.values() if person is not None], missing

    def _warn(self, row: RiskRow, field: str, message: str) -> None:
        self._remarks.warn(row.line, self._column_of.get(field, ""), message)
