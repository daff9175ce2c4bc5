"""Columns to fields: guessed with a certainty that is shown, and corrected by a person."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from riskreg.imports.cells import fold
from riskreg.imports.fields import FIELD_BY_ALIAS, FIELDS_BY_NAME
from riskreg.imports.kinds import Dialect, ImportRefused, Note, SourceTable
from riskreg.imports.rating_headers import RatingHeader, rating_header
from riskreg.imports.recognise import dialect_of
from riskreg.imports.texts import gettext as _
from riskreg.imports.tiers import field_of, tiers_of, with_stages
from riskreg.imports.values import fitted_to_values

NOT_READ = ""


class Why(StrEnum):
    """What a match rests on."""

    TOOL = "tool"
    NAME = "name"
    RATING = "rating"
    POSITION = "position"
    SIMILAR = "similar"
    VALUES = "values"
    PERSON = "person"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The field of a column ("" = not read) and how certain that is, in percent."""

    column: str
    field: str
    certainty: int
    why: Why


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """The field of every column, in the order of the columns."""

    dialect: Dialect
    matches: tuple[Match, ...]
    notes: tuple[Note, ...] = ()

    @cached_property
    def _columns(self) -> dict[str, list[int]]:
        columns: dict[str, list[int]] = {}
        for at, match in enumerate(self.matches):
            columns.setdefault(match.field, []).append(at)
        return columns

    def columns_of(self, field: str) -> list[int]:
        """Return the positions of the columns that feed a field, in order."""
        return self._columns.get(field, [])

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the file speaks about."""
        return frozenset(match.field for match in self.matches) - {NOT_READ}

    def as_dict(self) -> dict[str, str]:
        """Return {column: field} as it is saved, shown and given back as corrections."""
        return {match.column: match.field for match in self.matches}


# Exact names stand above what a rating's words suggest, and both above likeness.
_CERTAINTY_TOOL, _CERTAINTY_NAME = 100, 95
_LIKENESS_MIN, _LIKENESS_LETTERS_MIN, _LIKENESS_CERTAINTY = 0.87, 5, 85
_REPEAT = re.compile(r"(.*?) \((\d{1,2})\)")
_CUSTOM_FIELD = re.compile(r"custom field \((.*)\)", re.IGNORECASE)


def mapping_of(
    table: SourceTable,
    *,
    dialect: Dialect | None = None,
    corrections: Mapping[str, str | None] | None = None,
) -> ColumnMapping:
    """Return the mapping of a table; `corrections` ({column: field or ""}) override the guess.

    A correction for a column that the table lacks is noted, so that a saved mapping may know more
    columns than one file has. Raises ImportRefused when a correction names no field.
    """
    dialect = dialect or dialect_of(table.columns)
    matches = _guesses(table.columns, dialect)
    matches = _one_column_each(matches)
    matches = [
        match if field == match.field else replace(match, field=field, certainty=70, why=Why.VALUES)
        for match, field in zip(matches, _fitted(table, matches), strict=True)
    ]
    matches = _corrected(matches, _checked(corrections or {}))
    return ColumnMapping(
        dialect=dialect,
        matches=tuple(matches),
        notes=_unused(corrections or {}, table.columns),
    )


def _guesses(columns: Sequence[str], dialect: Dialect) -> list[Match]:
    names, repeats = zip(*(_base_name(column, columns) for column in columns), strict=True)
    certain = [_exact(name, dialect) for name in names]
    ratings = [
        None if field is not None else rating_header(name)
        for field, name in zip(certain, names, strict=True)
    ]
    staged = _staged(ratings, repeats)
    tiers = tiers_of([header for header in staged if header is not None])
    matches = []
    for column, name, exact, header in zip(columns, names, certain, staged, strict=True):
        if exact is not None:
            matches.append(replace(exact, column=column))
        elif header is not None:
            why = Why.RATING if header.certainty != 60 else Why.POSITION
            field = field_of(header, tiers)
            matches.append(Match(column=column, field=field, certainty=header.certainty, why=why))
        else:
            matches.append(_similar(column, name))
    return matches


def _base_name(column: str, columns: Sequence[str]) -> tuple[str, int]:
    """The name without what was added to keep columns apart, and how many came before."""
    inner = _CUSTOM_FIELD.fullmatch(column)
    if inner:
        return inner[1], 0
    match = _REPEAT.fullmatch(column)
    if match and match[1] in columns:
        return match[1], int(match[2]) - 1
    return column, 0


def _exact(name: str, dialect: Dialect) -> Match | None:
    folded = fold(name)
    if folded in dialect.aliases:
        field, certainty, why = dialect.aliases[folded], _CERTAINTY_TOOL, Why.TOOL
    elif folded in FIELD_BY_ALIAS:
        field, certainty, why = FIELD_BY_ALIAS[folded], _CERTAINTY_NAME, Why.NAME
    else:
        return None
    return Match(column=name, field=field, certainty=certainty, why=why)


def _staged(
    ratings: Sequence[RatingHeader | None], repeats: Sequence[int]
) -> list[RatingHeader | None]:
    at = [index for index, header in enumerate(ratings) if header is not None]
    staged = with_stages(
        [header for header in ratings if header is not None], [repeats[index] for index in at]
    )
    result: list[RatingHeader | None] = [None] * len(ratings)
    for index, header in zip(at, staged, strict=True):
        result[index] = header
    return result


def _similar(column: str, name: str) -> Match:
    """The most similar known name, if it is very similar."""
    folded = fold(name)
    best, likeness = "", 0.0
    if len(folded) >= _LIKENESS_LETTERS_MIN:
        for alias in difflib.get_close_matches(folded, FIELD_BY_ALIAS, n=1, cutoff=_LIKENESS_MIN):
            best = FIELD_BY_ALIAS[alias]
            likeness = difflib.SequenceMatcher(None, folded, alias).ratio()
    if not best:
        return Match(column=column, field=NOT_READ, certainty=0, why=Why.NOTHING)
    certainty = int(likeness * _LIKENESS_CERTAINTY)
    return Match(column=column, field=best, certainty=certainty, why=Why.SIMILAR)


def _one_column_each(matches: Sequence[Match]) -> list[Match]:
    """Keep the most certain column of each field, the first of equals; some fields take several.

    Likeness never adds a second column.
    """
    best: dict[str, int] = {}
    for at, match in enumerate(matches):
        leader = best.setdefault(match.field, at)
        if match.certainty > matches[leader].certainty:
            best[match.field] = at
    return [
        match
        if match.field == NOT_READ
        or best[match.field] == at
        or (FIELDS_BY_NAME[match.field].many and match.why is not Why.SIMILAR)
        else replace(match, field=NOT_READ, certainty=0, why=Why.NOTHING)
        for at, match in enumerate(matches)
    ]


def _fitted(table: SourceTable, matches: Sequence[Match]) -> list[str]:
    is_known_tool = [match.why is Why.TOOL for match in matches]
    return fitted_to_values(table, [match.field for match in matches], is_known_tool)


def _checked(corrections: Mapping[str, str | None]) -> dict[str, str | None]:
    for column, field in corrections.items():
        if field and field not in FIELDS_BY_NAME:
            raise ImportRefused(
                _(
                    "The mapping sends the column “%(column)s” to “%(field)s”, which is no field. "
                    "Fields are: %(fields)s. Nothing was stored.",
                    column=column,
                    field=field,
                    fields=", ".join(FIELDS_BY_NAME),
                )
            )
    return dict(corrections)


def _corrected(matches: Sequence[Match], corrections: Mapping[str, str | None]) -> list[Match]:
    """Apply what a person said; a column that was guessed for the same field gives way.

    None takes a column's field away but keeps its text, "" leaves the column out altogether.
    """
    columns = {match.column for match in matches}
    taken = {field for column, field in corrections.items() if column in columns}
    result = []
    for match in matches:
        if match.column in corrections:
            field = corrections[match.column]
            certainty = 0 if field is None else 100
            result.append(
                replace(match, field=field or NOT_READ, certainty=certainty, why=Why.PERSON)
            )
        elif match.field in taken and not FIELDS_BY_NAME[match.field or "title"].many:
            result.append(replace(match, field=NOT_READ, certainty=0, why=Why.NOTHING))
        else:
            result.append(match)
    return result


def _unused(corrections: Mapping[str, str | None], columns: Sequence[str]) -> tuple[Note, ...]:
    return tuple(
        Note(
            line=None,
            column=column,
            message=_("The mapping names this column, but the file does not have it."),
        )
        for column in corrections
        if column not in columns
    )
