"""Lists of teams, of people and of systems: a table with one of them a line.

riskreg's own exports, and whatever has the same columns under a like name. An empty cell says
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from riskreg.imports.cells import fold, text_of
from riskreg.imports.kinds import Cell, ImportRefused, Note, Row, Sheet
from riskreg.imports.organisation.entries import Entries, PersonEntry, Ref, SystemEntry, TeamEntry
from riskreg.imports.reading import known_formats
from riskreg.imports.texts import gettext as _
from riskreg.lib.text import clean_line, clean_text, slugify
from riskreg.org.forms import EMAIL, TIERS, parse_slo
from riskreg.org.kinds import DataClass, Hours, Role, Strength
from riskreg.risks.values import is_web_address

Entry = TypeVar("Entry")
TEAMS, PEOPLE, SYSTEMS = "teams", "people", "systems"
# Folded column names and the field they are; the first that is there counts.
ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    TEAMS: {
        "slug": ("slug", "team", "key", "id"),
        "name": ("name", "team name", "display name"),
        "parent": ("parent", "parent team", "below", "part of"),
    },
    PEOPLE: {
        "email": ("email", "e mail", "mail", "e mail address", "email address"),
        "name": ("name", "display name", "full name"),
        "title": ("title", "job title", "position"),
        "home": ("home team", "home", "team", "department"),
        "roles": ("roles", "role"),
    },
    SYSTEMS: {
        "key": ("slug", "key", "system", "id"),
        "name": ("name", "system name", "display name"),
        "team": ("team", "owner", "owner team", "owned by"),
        "description": ("description", "what it does"),
        "tier": ("tier", "criticality tier"),
        "slo": ("slo target percent", "slo", "objective", "availability"),
        "hours": ("hours", "runtime hours", "runs"),
        "pages": ("pages", "pages people"),
        "data_class": ("data class", "data", "classification"),
        "repository_url": ("repository url", "repository", "repo"),
        "runbook_url": ("runbook url", "runbook"),
        "dashboard_url": ("dashboard url", "dashboard"),
        "operators": ("operators", "operated by", "people able to operate it"),
        "hard": ("stops without", "depends on", "dependencies"),
        "soft": ("does less without", "soft dependencies"),
    },
}
# What tells which list it is, asked in this order.
MARKS = (
    (PEOPLE, frozenset({"email", "e mail", "mail", "e mail address", "email address"})),
    (SYSTEMS, frozenset({"tier", "hours", "data class", "operators", "stops without"})),
    (TEAMS, frozenset({"parent", "parent team"})),
)
SEPARATOR = re.compile(r"[;,\n]")
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
_MISTAKEN = (ValueError, KeyError)


def kind_of(sheet: Sheet) -> str | None:
    """Which list a table is, by its columns; None where it is none of them."""
    names = {fold(text_of(cell)) for cell in sheet.rows[0].cells} if sheet.rows else set()
    return next((kind for kind, marks in MARKS if marks & names), None)


def first_sheet(data: bytes, file_name: str) -> Sheet:
    """The table of a file. Raises ImportRefused."""
    chosen = next(known for known in known_formats() if known.recognises(data, file_name))
    sheets = [sheet for sheet in chosen.read(data, file_name) if sheet.rows]
    if not sheets:
        raise ImportRefused(_("There is no table in the file. Nothing was stored."))
    return sheets[0]


def read(sheet: Sheet, kind: str) -> Entries:
    """Everything the table tells. Raises ImportRefused when a column is missing."""
    return _List(sheet, kind).entries()


class _List:
    """Reads a table line by line; what cannot be meant is an error of that line and column."""

    def __init__(self, sheet: Sheet, kind: str) -> None:
        self._kind, self._rows, self._sheet = kind, sheet.rows[1:], sheet
        self._columns = [text_of(cell) for cell in sheet.rows[0].cells]
        folded = [fold(name) for name in self._columns]
        self._at = {
            field: next(folded.index(name) for name in names if name in folded)
            for field, names in ALIASES[kind].items()
            if set(names) & set(folded)
        }
        self._errors: list[Note] = []
        self._row: Row | None = None

    def entries(self) -> Entries:
        """Every line as what it tells of."""
        self._demand_columns()
        teams = self._each(TEAMS, self._team)
        people = self._each(PEOPLE, self._person)
        systems = self._each(SYSTEMS, self._system)
        return Entries(
            kind=self._kind,
            rows=len(self._rows),
            teams=teams,
            people=people,
            systems=systems,
            errors=tuple(self._errors),
            mapping={self._columns[at]: name for name, at in self._at.items()},
            recognised=self._sheet.recognised,
        )

    def _each(self, kind: str, make: Callable[[], Entry]) -> tuple[Entry, ...]:
        """What every line tells of, if this is a list of that kind."""
        found = []
        for row in self._rows if kind == self._kind else ():
            self._row = row
            found.append(make())
        return tuple(found)

    def _demand_columns(self) -> None:
        wanted = {TEAMS: "slug", PEOPLE: "email", SYSTEMS: "key"}[self._kind]
        if not {wanted, "name"} & set(self._at) or (wanted == "email" and wanted not in self._at):
            raise ImportRefused(
                _(
                    "There is no column “%(column)s”. The columns are: %(columns)s. Nothing was "
                    "stored.",
                    column=wanted,
                    columns=", ".join(self._columns[:12]),
                )
            )

    def _team(self) -> TeamEntry:
        name = self._text("name")
        return TeamEntry(
            line=self._line,
            slug=self._slug("slug", name),
            name=name,
            parent=next(iter(self._refs("parent")), None),
        )

    def _person(self) -> PersonEntry:
        email = self._text("email").lower()
        if re.fullmatch(EMAIL, email) is None:
            self._refuse("email", _("“%(text)s” is no e-mail address.", text=email[:60]))
        return PersonEntry(
            line=self._line,
            email=email,
            name=self._text("name"),
            title=self._text("title"),
            home=next(iter(self._refs("home")), None),
            roles=tuple(self._roles()),
        )

    def _system(self) -> SystemEntry:
        name = self._text("name")
        needs = [(how, ref) for how in Strength for ref in self._refs(how.value)]
        return SystemEntry(
            line=self._line,
            key=self._slug("key", name),
            name=name,
            team=next(iter(self._refs("team")), None),
            values=self._values(),
            operators=tuple(self._refs("operators")),
            needs=tuple(needs),
        )

    def _values(self) -> dict[str, Any]:
        """The columns of a system that the line states."""
        readers: Mapping[str, tuple[str, Callable[[str], Any]]] = {
            "description": ("description", clean_text),
            "tier": ("tier", _tier),
            "slo": ("slo_target_milli", parse_slo),
            "hours": ("hours", lambda text: Hours(text.lower())),
            "pages": ("pages", _yes_or_no),
            "data_class": ("data_class", lambda text: DataClass(text.lower())),
            **{name: (name, _web) for name in ("repository_url", "runbook_url", "dashboard_url")},
        }
        found = {}
        for field, (column, reader) in readers.items():
            text = self._text(field, is_long=field == "description")
            if text:
                try:
                    found[column] = reader(text)
                except _MISTAKEN:
                    message = _("“%(text)s” cannot be meant here.", text=text[:60])
                    self._refuse(field, message)
        return found

    def _roles(self) -> list[tuple[Role, Ref]]:
        """As riskreg exports them: "engineer payments"."""
        found = []
        for part in self._parts("roles"):
            word, _blank, slug = part.partition(" ")
            if word.lower() in set(Role) and slug.strip():
                found.append((Role(word.lower()), self._ref("roles", slug.strip())))
            else:
                message = _(
                    "“%(text)s” is no role and team, such as “engineer payments”.", text=part
                )
                self._refuse("roles", message)
        return found

    def _refs(self, field: str) -> list[Ref]:
        return [self._ref(field, part) for part in self._parts(field)]

    def _ref(self, field: str, text: str) -> Ref:
        name = text.lower() if "@" in text else slugify(text)
        return Ref(name=name, line=self._line, column=self._column(field), text=text)

    def _parts(self, field: str) -> list[str]:
        cell = self._cell(field)
        parts = cell if isinstance(cell, tuple) else SEPARATOR.split(text_of(cell))
        return [part.strip() for part in parts if part.strip()]

    def _slug(self, field: str, name: str) -> str:
        text = self._text(field) or name
        if not text:
            self._refuse(field, _("This line names nothing."))
        return slugify(text, max_chars=80)

    def _text(self, field: str, *, is_long: bool = False) -> str:
        text = text_of(self._cell(field))
        return text.strip() if is_long else clean_line(text)

    def _cell(self, field: str) -> Cell:
        at = self._at.get(field)
        assert self._row is not None
        return self._row.cells[at] if at is not None and at < len(self._row.cells) else None

    @property
    def _line(self) -> int:
        assert self._row is not None
        return self._row.line

    def _column(self, field: str) -> str:
        return self._columns[self._at[field]] if field in self._at else ""

    def _refuse(self, field: str, message: str) -> None:
        self._errors.append(Note(line=self._line, column=self._column(field), message=message))


def _tier(text: str) -> int:
    number = int(float(text))
    if number not in TIERS:
        raise ValueError(text)
    return number


def _yes_or_no(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(text)
    return text.lower() in YES


def _web(text: str) -> str:
    if not is_web_address(text):
        raise ValueError(text)
    return text
