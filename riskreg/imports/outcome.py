"""What a run over the register found and did, and how its first rows look when they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from riskreg.imports.kinds import Note
from riskreg.metrics.matrix import Matrix
from riskreg.risks import labels
from riskreg.risks.kinds import Tier
from riskreg.risks.matrices import matrix_of
from riskreg.risks.models import Risk
from riskreg.risks.scoring import rating_of
from riskreg.risks.values import COLUMNS, RATINGS
from riskreg.risks.words import band_label, effort_words, rating_band, rating_words

ROWS_SHOWN = 20


class Act(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Counts, remarks and the first rows of a run; with `errors` nothing may be kept of it."""

    counts: Mapping[Act, int]
    skipped: int
    warnings: tuple[Note, ...]
    errors: tuple[Note, ...]
    first_rows: tuple[Mapping[str, Any], ...]

    @property
    def has_changes(self) -> bool:
        """Whether the register is another one after the run."""
        return not self.errors and self.counts[Act.CREATED] + self.counts[Act.UPDATED] > 0


@dataclass(kw_only=True)
class Tally:
    """Counts rows by what became of them, and describes the first ones."""

    counts: dict[Act, int] = field(default_factory=lambda: dict.fromkeys(Act, 0))
    first_rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def shows_more(self) -> bool:
        """Whether further rows are described."""
        return len(self.first_rows) < ROWS_SHOWN

    def add(self, act: Act, line: int, risk: Risk, before: Mapping[str, Any] | None = None) -> None:
        """Count a row; `before` is the stored risk's `snapshot`."""
        self.counts[act] += 1
        if self.shows_more:
            changed = _differing(before, snapshot(risk)) if before is not None else []
            shown = as_shown(matrix_of(risk.matrix), risk)
            self.first_rows.append({"line": line, "act": act.value, "changed": changed, **shown})


def snapshot(risk: Risk) -> dict[str, Any]:
    """What an import can change of a risk."""
    plain = {name: getattr(risk, name) for name in (*COLUMNS, "status")}
    ratings = {name: rating_of(risk, Tier(name)) for name in RATINGS}
    lists = {"tags": [entry.tag for entry in risk.tags], "links": [link.url for link in risk.links]}
    return {**plain, **ratings, **lists, "team": risk.team_id, "knowers": list(risk.knowers)}


def as_shown(matrix: Matrix, risk: Risk) -> dict[str, Any]:
    """The words of a risk for one line of a table; plain values only."""
    target = rating_of(risk, Tier.TARGET)
    target_rank = rating_band(matrix, target)
    return {
        "ref": risk.ref if risk.id > 0 else "",
        "title": risk.title,
        "kind": risk.kind.value,
        "status": risk.status.value,
        "team": risk.team.name,
        "owner": risk.owner.name if risk.owner else "",
        "band_rank": risk.band_rank,
        "band": band_label(matrix, risk.band_rank),
        "rating": rating_words(matrix, rating_of(risk, Tier.CURRENT)),
        "target_rank": target_rank,
        "target_band": band_label(matrix, target_rank),
        "effort": effort_words(risk.effort_days, risk.effort_size),
        "identified_on": risk.identified_on.isoformat(),
    }


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = [name for name in after if before[name] != after[name]]
    return [str(labels.FIELD[name]) for name in names if name in labels.FIELD]
