"""Which risks of the register the rows of a file are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, select

from riskreg.db import db
from riskreg.imports.cells import fold
from riskreg.imports.keys import text_key
from riskreg.imports.kinds import RiskRow
from riskreg.imports.remarks import Remarks
from riskreg.imports.texts import gettext as _
from riskreg.org.access import team_ids, visible
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.models import Risk

IDS_AT_ONCE = 500
LIKENESS_MIN = 0.5
_REF = re.compile(r"[Rr]-(\d{1,9})")


class Known(NamedTuple):
    """What tells a stored risk from others."""

    id: int
    team_id: int
    title: str
    identified_on: date


class Existing:
    """The stored risks that the rows of one file may be, read in few statements.

    Rows of our own export are known by their reference, if title or day of identification fit;
    all others by their key, in their team, or with the same title below the team imported into.
    Two registers may both count from R01: an id whose title differs a lot is the stored risk only
    if most ids of the file fit their titles. Else the row is a risk of its own, with its title in
    its key; nothing is written over somebody else's risk.
    """

    def __init__(self, actor: Actor, team: Team, rows: Sequence[RiskRow], remarks: Remarks) -> None:
        self._remarks = remarks
        below = team_ids(actor, Permission.RISK_EDIT, below=team)
        self._below = None if below is None else frozenset(below)
        editable = team_ids(actor, Permission.RISK_EDIT)
        self._editable = None if editable is None else frozenset(editable)
        self._by_key: dict[str, list[Known]] = {}
        self._filed = filed = visible(actor, Permission.RISK_EDIT, Risk.team_id)
        keys = (key for row in rows for key in (row.key, _titled_key(row)))
        for key, known in _read(Risk.import_key, keys, filed):
            self._by_key.setdefault(key, []).append(known)
        self._is_same_register = self._most_ids_fit(rows)
        seen = visible(actor, Permission.RISK_VIEW, Risk.team_id)
        numbers = (number for row in rows if (number := _number(row)) is not None)
        self._by_id = dict(_read(Risk.id, numbers, seen))
        self._line_by_id: dict[int, int] = {}
        self._own_keys: dict[int, str] = {}

    def skips(self, row: RiskRow) -> bool:
        """Whether the row is a risk that the actor may look at but not change; warns if so."""
        known = self._by_reference(row)
        if known is None or self._editable is None or known.team_id in self._editable:
            return False
        message = _(
            "R-%(number)s belongs to a team where you may not change risks; the row was skipped.",
            number=known.id,
        )
        self._remarks.warn(row.line, "", message)
        return True

    def id_of(self, row: RiskRow, team: Team) -> int | None:
        """The id of the stored risk; None for a new one. Each risk is given to one row only."""
        known = self._by_reference(row) or self._keyed(row, team)
        if known is None:
            return None
        first_line = self._line_by_id.setdefault(known.id, row.line)
        if first_line != row.line:
            message = _(
                "This is R-%(number)s, as line %(line)s is.", number=known.id, line=first_line
            )
            self._remarks.refuse(row.line, "", message)
        return known.id

    def key_of(self, row: RiskRow) -> str:
        """The key under which a new risk is kept."""
        return self._own_keys.get(row.line, row.key)

    def _by_reference(self, row: RiskRow) -> Known | None:
        """Our own risk; another installation's export has the same numbers for other risks."""
        known = self._by_id.get(_number(row) or 0)
        if known is None:
            return None
        same_day = row.identified_on is not None and row.identified_on == known.identified_on
        return known if same_day or is_like(known.title, row.title) else None

    def _keyed(self, row: RiskRow, team: Team) -> Known | None:
        own = self._in_team(_titled_key(row), row, team)
        if own is not None:
            return own
        known = self._in_team(row.key, row, team)
        if known is None or is_like(known.title, row.title):
            return known
        facts = {"number": known.id, "title": known.title[:80]}
        if self._is_same_register and not self._has_namesakes(row.key, team):
            message = _(
                "By its id this is R-%(number)s, “%(title)s”, but the title differs a lot. If it "
                "is another risk, give it another id.",
                **facts,
            )
            self._remarks.warn(row.line, "", message)
            return known
        message = _(
            "R-%(number)s, “%(title)s”, has this id too, but by its title it is another risk; "
            "both are kept.",
            **facts,
        )
        self._remarks.warn(row.line, "", message)
        self._own_keys[row.line] = _titled_key(row)
        return None

    def _in_team(self, key: str, row: RiskRow, team: Team) -> Known | None:
        candidates = self._by_key.get(key, [])
        for known in candidates:
            if known.team_id == team.id:
                return known
        moved = [
            known
            for known in candidates
            if self._is_below(known) and fold(known.title) == fold(row.title)
        ]
        return moved[0] if len(moved) == 1 else None

    def _most_ids_fit(self, rows: Sequence[RiskRow]) -> bool:
        fits = [
            any(is_like(known.title, row.title) for known in self._by_key[row.key])
            for row in rows
            if row.key in self._by_key
        ]
        return sum(fits) * 2 > len(fits)

    def _has_namesakes(self, key: str, team: Team) -> bool:
        """Whether risks of another register with the same id are kept in the team already."""
        same_id = Risk.import_key.startswith(f"{key}:text:", autoescape=True)
        known = exists().where(self._filed, Risk.team_id == team.id, same_id)
        return bool(db.session.scalar(select(known)))

    def _is_below(self, known: Known) -> bool:
        return self._below is None or known.team_id in self._below


def is_like(one: str, other: str) -> bool:
    """Whether two titles may be those of the same risk."""
    one, other = fold(one), fold(other)
    if one == other or not one or not other:
        return True
    return difflib.SequenceMatcher(None, one, other).ratio() >= LIKENESS_MIN


def _titled_key(row: RiskRow) -> str:
    """The key of a row whose id alone does not tell it from a stored risk."""
    is_plain_id = row.key.startswith("id:") and "#" not in row.key
    return f"{row.key}:{text_key(row.title)}" if is_plain_id else row.key


def _number(row: RiskRow) -> int | None:
    match = _REF.fullmatch(row.ref)
    return int(match[1]) if match else None


def _read(
    column: Any, values: Iterable[Any], condition: ColumnElement[bool]
) -> Iterator[tuple[Any, Known]]:
    """(value, risk) of every risk whose column has one of the values."""
    wanted = iter(values)
    columns = (column, Risk.id, Risk.team_id, Risk.title, Risk.identified_on)
    while portion := list(islice(wanted, IDS_AT_ONCE)):
        query = select(*columns).where(column.in_(portion), condition).order_by(Risk.id)
        for value, *known in db.session.execute(query):
            yield value, Known(*known)
