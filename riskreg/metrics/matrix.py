"""The matrix: two scales of levels, the bands, and the grid that joins them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIZE_MIN, SIZE_MAX = 2, 7
BANDS_MAX = 7
# Together these keep value_rate inside a signed 64-bit integer on every database.
EVENTS_MILLI_MAX = 1_000_000
COST_MAX = 1_000_000_000
REVIEW_DAYS_MAX = 3_660


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """One step of a scale, anchored for both kinds of risk.

    `midpoint` is in thousandths of an event a year on the likelihood scale and in the
    organisation's cost unit (by default person-days of disruption) on the impact scale.
    """

    position: int
    label: str
    security: str
    operational: str
    midpoint: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A group of cells that are treated alike; rank 1 is the mildest."""

    rank: int
    key: str
    label: str
    review_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rating:
    """A pair of levels, counted from 1; None on either side means not rated."""

    likelihood: int | None = None
    impact: int | None = None

    @property
    def is_rated(self) -> bool:
        """Whether both sides are known."""
        return self.likelihood is not None and self.impact is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """Two scales, the bands, and the grid that joins them.

    `grid[impact - 1][likelihood - 1]` is the rank of a cell's band. Raises ValueError with
    one sentence that names the fault when the parts do not fit together.
    """

    likelihoods: tuple[Level, ...]
    impacts: tuple[Level, ...]
    bands: tuple[Band, ...]
    grid: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        _check_scale("likelihood", self.likelihoods, EVENTS_MILLI_MAX)
        _check_scale("impact", self.impacts, COST_MAX)
        _check_bands(self.bands)
        _check_grid(self.grid, len(self.impacts), len(self.likelihoods), len(self.bands))

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> Matrix:
        """Build a matrix from the JSON form that `to_definition` writes.

        Raises ValueError naming the missing or ill-typed part.
        """
        return cls(
            likelihoods=_levels(definition, "likelihoods"),
            impacts=_levels(definition, "impacts"),
            bands=tuple(
                Band(
                    rank=rank,
                    key=_text(entry, "key"),
                    label=_text(entry, "label"),
                    review_days=_integer(entry.get("review_days"), "review_days"),
                )
                for rank, entry in enumerate(_entries(definition, "bands"), start=1)
            ),
            grid=_grid(definition),
        )

    def to_definition(self) -> dict[str, Any]:
        """Return the matrix as plain JSON values, lowest level and mildest band first."""
        return {
            "likelihoods": [_level_entry(level) for level in self.likelihoods],
            "impacts": [_level_entry(level) for level in self.impacts],
            "bands": [
                {"key": band.key, "label": band.label, "review_days": band.review_days}
                for band in self.bands
            ],
            "grid": [list(row) for row in self.grid],
        }

    def band_of_rank(self, rank: int | None) -> Band | None:
        """Return the band with this rank; None for None. Raises ValueError when unknown."""
        if rank is None:
            return None
        if not 1 <= rank <= len(self.bands):
            raise ValueError(f"The matrix has no band {rank}; it has 1 to {len(self.bands)}.")
        return self.bands[rank - 1]

    @property
    def is_monotone(self) -> bool:
        """Whether a higher level never leads to a milder band."""
        across = all(list(row) == sorted(row) for row in self.grid)
        up = all(list(column) == sorted(column) for column in zip(*self.grid, strict=True))
        return across and up


def _check_scale(name: str, scale: tuple[Level, ...], largest: int) -> None:
    if not SIZE_MIN <= len(scale) <= SIZE_MAX:
        raise ValueError(f"The {name} scale needs {SIZE_MIN} to {SIZE_MAX} levels.")
    if [level.position for level in scale] != list(range(1, len(scale) + 1)):
        raise ValueError(f"The {name} levels must be numbered 1 to {len(scale)} in order.")
    midpoints = [level.midpoint for level in scale]
    if midpoints != sorted(midpoints) or not 0 <= midpoints[0] <= midpoints[-1] <= largest:
        raise ValueError(f"The {name} midpoints must rise, between 0 and {largest}.")
    if not all(level.label.strip() for level in scale):
        raise ValueError(f"Every {name} level needs a label.")


def _check_bands(bands: tuple[Band, ...]) -> None:
    if not 1 <= len(bands) <= BANDS_MAX:
        raise ValueError(f"A matrix needs 1 to {BANDS_MAX} bands.")
    if [entry.rank for entry in bands] != list(range(1, len(bands) + 1)):
        raise ValueError(f"The bands must be ranked 1 to {len(bands)} in order.")
    if len({entry.key for entry in bands}) != len(bands):
        raise ValueError("Two bands have the same key.")
    if not all(1 <= entry.review_days <= REVIEW_DAYS_MAX for entry in bands):
        raise ValueError(f"A band's review_days must lie between 1 and {REVIEW_DAYS_MAX}.")


def _check_grid(grid: tuple[tuple[int, ...], ...], rows: int, columns: int, ranks: int) -> None:
    if len(grid) != rows or any(len(row) != columns for row in grid):
        raise ValueError(
            f"The grid needs {rows} rows (one for each impact level) "
            f"of {columns} cells (one for each likelihood level)."
        )
    for row in grid:
        for rank in row:
            if not 1 <= rank <= ranks:
                raise ValueError(f"The grid names band {rank}; there are bands 1 to {ranks}.")


def _levels(definition: Mapping[str, Any], key: str) -> tuple[Level, ...]:
    return tuple(
        Level(
            position=position,
            label=_text(entry, "label"),
            security=_text(entry, "security"),
            operational=_text(entry, "operational"),
            midpoint=_integer(entry.get("midpoint"), "midpoint"),
        )
        for position, entry in enumerate(_entries(definition, key), start=1)
    )


def _entries(definition: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    entries = definition.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ValueError(f"A matrix needs {key} as a list of entries.")
    return entries


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if isinstance(value, str):
        return value
    raise ValueError(f"An entry of the matrix has no text for {key}.")


def _integer(value: object, key: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"An entry of the matrix has no whole number for {key}.")


def _grid(definition: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    rows = definition.get("grid")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValueError("A matrix needs a grid as a list of rows.")
    return tuple(tuple(_integer(rank, "grid") for rank in row) for row in rows)


def _level_entry(level: Level) -> dict[str, Any]:
    return {
        "label": level.label,
        "security": level.security,
        "operational": level.operational,
        "midpoint": level.midpoint,
    }
