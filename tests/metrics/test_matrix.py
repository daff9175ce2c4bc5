"""The matrix: its parts fit together, and its JSON form keeps everything."""

from typing import Any

import pytest

from riskreg.metrics.matrix import BANDS_MAX, COST_MAX, EVENTS_MILLI_MAX, Matrix
from riskreg.metrics.ranking import UNKNOWN_LAST
from riskreg.metrics.severity import DEFAULT_MATRIX, Rating, exposure_milli, value_rate


def definition(**changes: Any) -> dict[str, Any]:
    """A small valid definition with some parts replaced."""
    level = {"label": "x", "security": "s", "operational": "o"}
    return {
        "likelihoods": [{**level, "midpoint": 10}, {**level, "midpoint": 20}],
        "impacts": [{**level, "midpoint": each} for each in (1, 2, 3)],
        "bands": [
            {"key": "low", "label": "Low", "review_days": 365},
            {"key": "high", "label": "High", "review_days": 30},
        ],
        "grid": [[1, 1], [1, 2], [2, 2]],
        **changes,
    }


def test_reads_a_definition() -> None:
    matrix = Matrix.from_definition(definition())
    assert [level.position for level in matrix.impacts] == [1, 2, 3]
    assert [(band.rank, band.key) for band in matrix.bands] == [(1, "low"), (2, "high")]
    assert matrix.to_definition() == definition()


def test_the_default_survives_its_json_form() -> None:
    assert Matrix.from_definition(DEFAULT_MATRIX.to_definition()) == DEFAULT_MATRIX


LEVEL = {"label": "x", "security": "s", "operational": "o", "midpoint": 1}
BAND = {"key": "low", "label": "Low", "review_days": 30}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"likelihoods": [LEVEL]}, "likelihood scale needs 2 to 7"),
        ({"impacts": [LEVEL] * 8}, "impact scale needs 2 to 7"),
        ({"impacts": None}, "needs impacts as a list"),
        ({"impacts": ["x"]}, "needs impacts as a list"),
        ({"impacts": [{**LEVEL, "label": " "}] * 3}, "needs a label"),
        ({"impacts": [{**LEVEL, "midpoint": "1"}] * 3}, "no whole number for midpoint"),
        ({"impacts": [{**LEVEL, "midpoint": True}] * 3}, "no whole number for midpoint"),
        ({"impacts": [{**LEVEL, "security": None}] * 3}, "no text for security"),
        ({"impacts": [{**LEVEL, "midpoint": -1}] * 3}, "must rise, between 0"),
        ({"impacts": [LEVEL, {**LEVEL, "midpoint": 0}, LEVEL]}, "must rise"),
        ({"likelihoods": [{**LEVEL, "midpoint": EVENTS_MILLI_MAX + 1}] * 2}, "must rise"),
        ({"bands": []}, "needs 1 to 7 bands"),
        ({"bands": [BAND] * (BANDS_MAX + 1)}, "needs 1 to 7 bands"),
        ({"bands": [BAND, BAND]}, "same key"),
        ({"bands": [{**BAND, "review_days": 0}]}, "review_days must lie"),
        ({"grid": [[1, 1], [1, 2]]}, "needs 3 rows"),
        ({"grid": [[1, 1], [1, 2], [1]]}, "of 2 cells"),
        ({"grid": [[1, 1], [1, 2], [1, 3]]}, "names band 3"),
        ({"grid": [[1, 1], [1, 2], [1, "2"]]}, "no whole number for grid"),
        ({"grid": "1"}, "grid as a list of rows"),
        ({"grid": [1, 2, 3]}, "grid as a list of rows"),
    ],
)
def test_refuses_parts_that_do_not_fit(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Matrix.from_definition(definition(**changes))


def test_refuses_levels_and_bands_out_of_order() -> None:
    matrix = DEFAULT_MATRIX
    parts = {"impacts": matrix.impacts, "bands": matrix.bands, "grid": matrix.grid}
    with pytest.raises(ValueError, match="numbered 1 to 5"):
        Matrix(likelihoods=matrix.likelihoods[::-1], **parts)  # type: ignore[arg-type]  # a mix
    with pytest.raises(ValueError, match="ranked 1 to 4"):
        Matrix(
            likelihoods=matrix.likelihoods,
            impacts=matrix.impacts,
            bands=matrix.bands[::-1],
            grid=matrix.grid,
        )


def test_band_of_rank() -> None:
    found = DEFAULT_MATRIX.band_of_rank(4)
    assert found is not None
    assert found.key == "critical"
    assert DEFAULT_MATRIX.band_of_rank(1) == DEFAULT_MATRIX.bands[0]
    assert DEFAULT_MATRIX.band_of_rank(None) is None
    for rank in (0, 5):
        with pytest.raises(ValueError, match=f"no band {rank}"):
            DEFAULT_MATRIX.band_of_rank(rank)


def test_the_smallest_parts_are_allowed() -> None:
    nothing = [{**LEVEL, "midpoint": 0}] * 2
    daily = [{**BAND, "review_days": 1}]
    matrix = Matrix.from_definition(
        {"likelihoods": nothing, "impacts": nothing, "bands": daily, "grid": [[1, 1], [1, 1]]}
    )
    assert exposure_milli(matrix, Rating(likelihood=2, impact=2)) == 0


@pytest.mark.parametrize(
    ("grid", "monotone"),
    [
        ([[1, 1], [1, 2], [2, 2]], True),
        ([[2, 1], [2, 2], [2, 2]], False),
        ([[1, 2], [1, 1], [2, 2]], False),
    ],
)
def test_monotone(grid: list[list[int]], monotone: bool) -> None:
    assert Matrix.from_definition(definition(grid=grid)).is_monotone is monotone


def test_the_default_reads_well() -> None:
    matrix = DEFAULT_MATRIX
    assert matrix.is_monotone
    assert [level.midpoint for level in matrix.likelihoods] == [20, 100, 300, 1000, 4000]
    assert [level.midpoint for level in matrix.impacts] == [1, 5, 25, 125, 625]
    assert [(band.label, band.review_days) for band in matrix.bands] == [
        *(("Low", 365), ("Medium", 180), ("High", 90), ("Critical", 30))
    ]
    for level in (*matrix.likelihoods, *matrix.impacts):
        assert level.security.endswith(".")
        assert level.operational.endswith(".")
        assert level.security != level.operational


def test_the_default_bands_follow_exposure() -> None:
    thresholds = (2_500, 25_000, 400_000)
    for impact, row in enumerate(DEFAULT_MATRIX.grid, start=1):
        for likelihood, rank in enumerate(row, start=1):
            exposure = exposure_milli(DEFAULT_MATRIX, Rating(likelihood=likelihood, impact=impact))
            assert exposure is not None
            assert rank == 1 + sum(exposure >= threshold for threshold in thresholds)


def test_the_largest_matrix_keeps_every_figure_below_unknown() -> None:
    largest = value_rate(EVENTS_MILLI_MAX * COST_MAX, 1)
    assert largest is not None
    assert largest < UNKNOWN_LAST
