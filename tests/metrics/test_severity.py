"""Band, score, exposure, gain and value of a rating."""

import pytest

from riskreg.metrics.severity import (
    DEFAULT_MATRIX,
    Rating,
    Scores,
    band,
    exposure_milli,
    gain_milli,
    product_score,
    scores,
    value_rate,
)

UNRATED = (None, Rating(), Rating(likelihood=3), Rating(impact=3))


def rated(likelihood: int, impact: int) -> Rating:
    return Rating(likelihood=likelihood, impact=impact)


@pytest.mark.parametrize(
    ("likelihood", "impact", "key", "score", "exposure"),
    [
        (1, 1, "low", 1, 20),
        (3, 3, "medium", 9, 7_500),
        (5, 1, "medium", 5, 4_000),
        (1, 5, "medium", 5, 12_500),
        (4, 4, "high", 16, 125_000),
        (4, 5, "critical", 20, 625_000),
        (5, 4, "critical", 20, 500_000),
        (5, 5, "critical", 25, 2_500_000),
    ],
)
def test_a_rating_on_the_default(
    likelihood: int, impact: int, *, key: str, score: int, exposure: int
) -> None:
    rating = rated(likelihood, impact)
    found = band(DEFAULT_MATRIX, rating)
    assert found is not None
    assert found.key == key
    assert product_score(rating) == score
    assert exposure_milli(DEFAULT_MATRIX, rating) == exposure
    assert rating.is_rated


@pytest.mark.parametrize("rating", UNRATED)
def test_not_rated_is_neither_zero_nor_the_maximum(rating: Rating | None) -> None:
    assert band(DEFAULT_MATRIX, rating) is None
    assert product_score(rating) is None
    assert exposure_milli(DEFAULT_MATRIX, rating) is None
    assert gain_milli(DEFAULT_MATRIX, rating, rated(1, 1)) is None
    assert rating is None or not rating.is_rated


@pytest.mark.parametrize("rating", [rated(6, 1), rated(1, 0), Rating(likelihood=9)])
def test_a_level_that_does_not_exist_is_never_clamped(rating: Rating) -> None:
    with pytest.raises(ValueError, match="the scale has 1 to 5"):
        band(DEFAULT_MATRIX, rating)


@pytest.mark.parametrize("target", UNRATED)
def test_without_a_target_all_exposure_counts(target: Rating | None) -> None:
    assert gain_milli(DEFAULT_MATRIX, rated(4, 4), target) == 125_000


def test_gain_is_what_the_target_removes() -> None:
    assert gain_milli(DEFAULT_MATRIX, rated(4, 4), rated(2, 4)) == 112_500
    assert gain_milli(DEFAULT_MATRIX, rated(2, 4), rated(4, 4)) == -112_500


@pytest.mark.parametrize(
    ("gain", "effort", "rate"),
    [
        (125_000, 25, 5_000_000),
        (1, 3, 333),
        (-5, 3, 0),
        (None, 3, None),
        (5, None, None),
    ],
)
def test_value_rate(gain: int | None, effort: int | None, rate: int | None) -> None:
    assert value_rate(gain, effort) == rate


def test_refuses_work_without_effort() -> None:
    with pytest.raises(ValueError, match="at least one person-day"):
        value_rate(5, 0)


def test_all_scores_at_once() -> None:
    found = scores(DEFAULT_MATRIX, rated(4, 4), target=rated(2, 4), effort_days=10)
    assert found == Scores(
        band_rank=3,
        target_band_rank=2,
        score=16,
        exposure_milli=125_000,
        gain_milli=112_500,
        value_rate=11_250_000,
    )
    assert scores(DEFAULT_MATRIX, None) == Scores(
        band_rank=None,
        target_band_rank=None,
        score=None,
        exposure_milli=None,
        gain_milli=None,
        value_rate=None,
    )
