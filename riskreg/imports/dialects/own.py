"""riskreg's own export, as CSV, XLSX or JSON."""

from __future__ import annotations

from riskreg.imports.fields import RISK_FIELDS
from riskreg.imports.kinds import Dialect

# Worked out by riskreg, so never read back.
_DERIVED = (
    "band, band rank, target band, inherent band, score, exposure, exposure milli, gain, "
    "gain milli, value rate, exposure days a year, gain days a year, value per day, "
    "rank, matrix, team name, system name, owner name, created at, "
    "updated at, closed at, reviewed on, version, url, effort, current likelihood label, "
    "current impact label, target likelihood label, target impact label, "
    "inherent likelihood label, inherent impact label, size, accepted, realised at"
)

DIALECT = Dialect(
    name="riskreg",
    label="riskreg",
    signatures=(frozenset({"ref", "title", "kind", "current likelihood", "current impact"}),),
    aliases={
        **{name.strip(): "" for name in _DERIVED.split(",")},
        **{field.name.replace("_", " "): field.name for field in RISK_FIELDS},
        "effort": "",
        "effort size": "effort",
        "stated score": "current_score",
    },
    # What it disagreed with was told when it first came in.
    score_is_product=False,
    is_literal=True,
)
