"""The report of an import: the fixed keys that scripts rely on, and what its page shows beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskreg.imports.cells import text_of
from riskreg.imports.kinds import SourceTable
from riskreg.imports.outcome import Act, Outcome
from riskreg.imports.remarks import gathered, spread
from riskreg.imports.understand import Understood

KEYS = (
    *("kind", "rows", "created", "updated", "unchanged", "skipped"),
    *("warnings", "errors", "mapping"),
)
REMARKS = ("warnings", "errors")
SAMPLES, SAMPLE_CHARS_MAX = 3, 60


def report_of(found: Understood, outcome: Outcome) -> dict[str, Any]:
    """Return the report with its fixed keys, in their order."""
    facts = {
        **found.as_report(),
        **{act.value: outcome.counts[act] for act in Act},
        "skipped": outcome.skipped,
        "warnings": [note.as_json() for note in outcome.warnings],
        "errors": [note.as_json() for note in outcome.errors],
    }
    return {key: facts[key] for key in KEYS}


def refusal_report(kind: str, message: str) -> dict[str, Any]:
    """Return the same report for a file that was not read at all: no rows, and one error."""
    counts = dict.fromkeys(KEYS, 0)
    error = {"line": None, "column": "", "message": message}
    return {**counts, "kind": kind, "warnings": [], "errors": [error], "mapping": {}}


def kept_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as it is kept and shown: what is said of many lines stands there once."""
    return {**report, **{name: gathered(report[name]) for name in REMARKS}}


def given_report(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept report with its fixed keys again, a remark for each line."""
    facts = {**kept, **{name: spread(kept[name]) for name in REMARKS if name in kept}}
    return {key: facts[key] for key in KEYS if key in facts}


def page_facts(
    tables: Sequence[SourceTable], found: Understood, outcome: Outcome
) -> dict[str, Any]:
    """Return what the page shows of the reading: plain values only."""
    return {
        "recognised": dict(found.recognised),
        "sheets": [table.name for table in tables] if len(tables) > 1 else [],
        "sheet": found.table.name,
        "scales": {name: list(sentences) for name, sentences in found.scales.items()},
        "columns": [
            {
                "name": match.column,
                "field": match.field,
                "certainty": match.certainty,
                "why": match.why.value,
                "samples": _samples(found.table, match.column),
            }
            for match in found.mapping.matches
        ],
        "first_rows": [dict(row) for row in outcome.first_rows],
    }


def _samples(table: SourceTable, column: str) -> list[str]:
    texts: dict[str, None] = {}
    for cell in table.column(column):
        text = " ".join(text_of(cell).split())
        if text:
            texts.setdefault(_short(text))
        if len(texts) == SAMPLES:
            break
    return list(texts)


def _short(text: str) -> str:
    return text if len(text) <= SAMPLE_CHARS_MAX else f"{text[: SAMPLE_CHARS_MAX - 1]}…"
