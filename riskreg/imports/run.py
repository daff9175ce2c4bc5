"""A run over the register: what a preview tries and an import does, the same code for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.db import db
from riskreg.errors import Invalid, RiskregError
from riskreg.imports.conclusions import close_reason_of
from riskreg.imports.drafts import Drafts, Values
from riskreg.imports.existing import Existing
from riskreg.imports.kinds import RiskRow
from riskreg.imports.lookups import Lookups
from riskreg.imports.outcome import Act, Outcome, Tally, snapshot
from riskreg.imports.plans import Plans
from riskreg.imports.remarks import Remarks
from riskreg.imports.texts import gettext as _
from riskreg.imports.understand import Understood
from riskreg.org.models import Team
from riskreg.org.permissions import Actor
from riskreg.risks.kinds import CloseReason, Status, Tier
from riskreg.risks.matrices import current_matrix, matrix_of
from riskreg.risks.models import Risk
from riskreg.risks.scoring import rating_of
from riskreg.risks.services import NewRisk, close_risk, create_risks, reopen_risk, update_risk
from riskreg.risks.values import RATINGS, checked_values

ROWS_AT_ONCE = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the rows come from and go to: the team for rows that name none, the file's name."""

    team: Team
    file_name: str
    is_trial: bool = False


@dataclass(kw_only=True)
class _Draft:
    """A row on its way into the register; `risk` None until a new one is stored."""

    row: RiskRow
    team: Team
    names_team: bool
    risk: Risk | None
    values: Values


class Run:
    """Carries the rows of a file into the register, in the caller's transaction.

    Nothing is written any more once an error is known; whoever calls must then roll back, and
    always after a trial.
    """

    def __init__(self, actor: Actor, found: Understood, source: Source) -> None:
        self._actor, self._found, self._source = actor, found, source
        self._why = _("Imported from %(file)s.", file=source.file_name)
        self._matrix = matrix_of(current_matrix())
        self._columns = _first_columns(found)
        self._remarks = remarks = Remarks()
        self._lookups = Lookups(actor, remarks, self._columns)
        self._existing = Existing(actor, source.team, found.rows, remarks)
        self._drafts = Drafts(self._lookups, remarks, self._columns)
        self._plans = Plans(
            actor, remarks, column=self._columns.get("actions", ""), source=source.file_name
        )
        self._tally = Tally()
        self._skipped = found.skipped

    def go(self, progress: Progress | None = None) -> Outcome:
        """Take every row; `progress(done, total)` is told how far it is."""
        rows = self._found.rows
        self._remarks.errors += self._found.errors
        for start in range(0, len(rows), ROWS_AT_ONCE):
            if progress:
                progress(start, len(rows))
            self._take(rows[start : start + ROWS_AT_ONCE])
        errors = tuple(sorted(self._remarks.errors, key=lambda note: note.line or 0))
        return Outcome(
            counts=dict.fromkeys(Act, 0) if errors else self._tally.counts,
            skipped=self._skipped,
            warnings=(*self._found.readings, *self._found.warnings, *self._remarks.warnings),
            errors=errors,
            first_rows=tuple(self._tally.first_rows),
        )

    def _take(self, rows: Sequence[RiskRow]) -> None:
        drafts = [draft for draft in self._drafted(rows) if self._is_valid(draft)]
        if self._remarks.errors:
            return
        new = [draft for draft in drafts if draft.risk is None]
        stored = [(draft, draft.risk) for draft in drafts if draft.risk is not None]
        acts = self._file(new)
        for draft, risk in stored:
            try:
                acts[draft.row.line] = self._change(draft, risk)
            except RiskregError as error:
                self._remarks.refuse(
                    draft.row.line, self._columns.get(error.field or "", ""), error.message
                )
        for draft in drafts:
            if draft.row.line in acts and draft.risk is not None:
                act, before = acts[draft.row.line]
                self._tally.add(act, draft.row.line, draft.risk, before)

    def _drafted(self, rows: Sequence[RiskRow]) -> Iterator[_Draft]:
        """The rows with the stored risks that they are, and the values they bring."""
        kept = [row for row in rows if not self._existing.skips(row)]
        self._skipped += len(rows) - len(kept)
        named = [self._lookups.team(row) for row in kept]
        teams = [team or self._source.team for team in named]
        ids = [self._existing.id_of(row, team) for row, team in zip(kept, teams, strict=True)]
        risks = _risks([number for number in ids if number is not None])
        self._plans.load(risks)
        for row, team, name, number in zip(kept, teams, named, ids, strict=True):
            risk = risks.get(number) if number is not None else None
            values = self._drafts.values(row, risk, self._plans.planned(row, risk))
            yield _Draft(row=row, team=team, names_team=name is not None, risk=risk, values=values)

    def _is_valid(self, draft: _Draft) -> bool:
        try:
            matrix = matrix_of(draft.risk.matrix) if draft.risk else self._matrix
            checked_values(draft.values, matrix)
        except Invalid as error:
            column = self._columns.get(error.field or "", "")
            self._remarks.refuse(draft.row.line, column, error.message)
            return False
        return True

    def _file(self, drafts: Sequence[_Draft]) -> dict[int, tuple[Act, Any]]:
        new = [self._new_risk(draft) for draft in drafts]
        risks = create_risks(self._actor, new, why=self._why, is_trial=self._source.is_trial)
        actions = []
        for draft, risk in zip(drafts, risks, strict=True):
            draft.risk = risk
            actions += self._plans.missing(draft.row, risk)
        self._plans.promise(actions, is_trial=self._source.is_trial)
        return {draft.row.line: (Act.CREATED, None) for draft in drafts}

    def _new_risk(self, draft: _Draft) -> NewRisk:
        row = draft.row
        reason, note = self._closing(row) if row.status is Status.CLOSED else (None, "")
        values = {**draft.values, "import_key": self._existing.key_of(row)}
        return NewRisk(team=draft.team, values=values, close_reason=reason, close_note=note)

    def _change(self, draft: _Draft, risk: Risk) -> tuple[Act, Any]:
        row, values, version = draft.row, draft.values, risk.version
        before = snapshot(risk) if self._tally.shows_more else None
        if row.status is Status.OPEN and risk.status is Status.CLOSED:
            reopen_risk(self._actor, risk, why=self._why)
        if risk.status is Status.CLOSED:
            self._leave_ratings(row, risk, values)
        if draft.names_team:
            values = {**values, "team": draft.team}
        update_risk(self._actor, risk, values, why=self._why)
        if row.status is Status.CLOSED and risk.status is Status.OPEN:
            reason, note = self._closing(row)
            close_risk(self._actor, risk, reason=reason, note=note)
        actions = self._plans.missing(row, risk)
        self._plans.promise(actions, is_trial=self._source.is_trial)
        is_moved = self._plans.reschedule(row, risk)
        is_changed = risk.version != version or bool(actions) or is_moved
        return (Act.UPDATED if is_changed else Act.UNCHANGED), before

    def _leave_ratings(self, row: RiskRow, risk: Risk, values: Values) -> None:
        """A closed risk is not rated again."""
        values.pop("review_due_on", None)
        tiers = [name for name in RATINGS if name in values]
        if any(values[name] != rating_of(risk, Tier(name)) for name in tiers):
            message = _("%(ref)s is closed; its rating was left as it is.", ref=risk.ref)
            self._remarks.warn(row.line, self._columns.get("current_impact", ""), message)
        for name in tiers:
            del values[name]

    def _closing(self, row: RiskRow) -> tuple[CloseReason, str]:
        """The reason for closing that a row states, and a word on it."""
        reason = close_reason_of(row.close_reason)
        if reason is None:
            column = self._columns.get("close_reason") or self._columns.get("status", "")
            message = _("No reason for closing that riskreg knows; “gone” was entered.")
            self._remarks.warn(row.line, column, message)
        words = ": ".join(filter(None, (self._why.rstrip("."), row.close_reason)))
        return reason or CloseReason.GONE, words


def _first_columns(found: Understood) -> dict[str, str]:
    """The first column of each field, and of what the values of several fields are called."""
    first: dict[str, str] = {}
    for match in found.mapping.matches:
        if match.field:
            first.setdefault(match.field, match.column)
    for tier in Tier:
        first.setdefault(tier.value, first.get(f"{tier}_likelihood", ""))
    first.setdefault("stated_score", first.get("current_score", ""))
    return first


def _risks(ids: Sequence[int]) -> dict[int, Risk]:
    """Stored risks by their id, with all that an import compares."""
    query = (
        select(Risk)
        .where(Risk.id.in_(ids))
        .options(
            joinedload(Risk.owner),
            joinedload(Risk.system),
            joinedload(Risk.team),
            joinedload(Risk.matrix),
            selectinload(Risk.tags),
            selectinload(Risk.knowers),
            selectinload(Risk.links),
        )
    )
    return {risk.id: risk for risk in db.session.scalars(query)} if ids else {}
