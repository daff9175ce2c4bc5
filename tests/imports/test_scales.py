"""Words and numbers on any scale to the five levels of the default matrix."""

from decimal import Decimal

import pytest

from riskreg.imports.fields import Axis
from riskreg.imports.kinds import Cell
from riskreg.imports.number_scales import relative_level
from riskreg.imports.scales import Scale, ScaleHints, scale_of
from riskreg.metrics.default_matrix import DEFAULT_MATRIX


def scale(axis: Axis, cells: list[Cell], hints: ScaleHints | None = None) -> Scale:
    levels = DEFAULT_MATRIX.likelihoods if axis is Axis.LIKELIHOOD else DEFAULT_MATRIX.impacts
    return scale_of(axis, cells, levels, hints or ScaleHints())


def levels(axis: Axis, cells: list[Cell], hints: ScaleHints | None = None) -> list[int | None]:
    found = scale(axis, cells, hints)
    return [found.read(cell).level for cell in cells]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
        (["2", "4"], [2, 4]),
        ([0, 1, 2, 3, 4], [1, 2, 3, 4, 5]),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        ([0, 25, 50, 75, 100], [1, 2, 3, 4, 5]),
        (["3 - Possible", "5 - Almost certain"], [3, 5]),
        (["Possible (3)", "Rare (1)"], [3, 1]),
        (["--", None, "n/a", 4], [None, None, None, 4]),
    ],
)
def test_numbers_keep_their_place_on_the_scale(
    cells: list[Cell], expected: list[int | None]
) -> None:
    assert levels(Axis.LIKELIHOOD, cells) == expected


def test_stated_ends_go_before_the_values() -> None:
    assert levels(Axis.IMPACT, [1, 2, 3], ScaleHints(ends=(1, 3))) == [1, 3, 5]
    assert levels(Axis.IMPACT, [1, 2, 3, 4], ScaleHints(ends=(1, 4))) == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("axis", "cells", "expected"),
    [
        (Axis.LIKELIHOOD, ["Rare", "unlikely", "POSSIBLE", "Likely", "Almost certain"], 5),
        (Axis.LIKELIHOOD, ["remote", "unlikely", "credible", "likely", "almost certain"], 5),
        (Axis.LIKELIHOOD, ["très rare", "peu probable", "possible", "probable", "certain"], 5),
        (Axis.LIKELIHOOD, ["selten", "unwahrscheinlich", "möglich", "wahrscheinlich", "sicher"], 5),
        (Axis.LIKELIHOOD, ["very low", "low", "medium", "high", "very high"], 5),
        (Axis.IMPACT, ["Negligible", "Minor", "Moderate", "Major", "Severe"], 5),
        (Axis.IMPACT, ["insignificant", "minor", "moderate", "major", "catastrophic"], 5),
        (Axis.IMPACT, ["négligeable", "mineur", "modéré", "majeur", "critique"], 5),
        (Axis.IMPACT, ["unbedeutend", "gering", "mittel", "groß", "katastrophal"], 5),
        (Axis.IMPACT, ["minor", "significant", "serious", "critical", "catastrophic"], 5),
    ],
)
def test_words_of_five_levels_are_taken_level_by_level(
    axis: Axis, cells: list[Cell], expected: int
) -> None:
    assert levels(axis, cells) == list(range(1, expected + 1))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["low", "medium", "high"], [1, 3, 5]),
        (["faible", "moyenne", "élevée"], [1, 3, 5]),
        (["low", "medium", "high", "critical"], [1, 2, 4, 5]),
        (["minor", "significant", "important", "critical"], [1, 2, 4, 5]),
    ],
)
def test_smaller_scales_are_placed_by_position(cells: list[Cell], expected: list[int]) -> None:
    found = scale(Axis.IMPACT, cells)
    assert [found.read(cell).level for cell in cells] == expected
    assert "placed by their position" in found.sentences[0]


def test_chances_are_placed_by_the_midpoints_and_the_borders_are_told() -> None:
    cells: list[Cell] = ["0%", "2%", "10 %", "30%", "60%", "99%", "100%"]
    assert levels(Axis.LIKELIHOOD, cells) == [1, 1, 2, 3, 4, 5, 5]
    assert "up to 4.4 %: Rare, up to 16 %: Unlikely" in scale(Axis.LIKELIHOOD, cells).sentences[0]


def test_shares_and_ranges_are_chances_too() -> None:
    assert levels(Axis.LIKELIHOOD, [0.02, 0.3, 1, 0.99]) == [1, 3, 5, 5]
    assert levels(Axis.LIKELIHOOD, ["10-30%", "20 % – 40 %", "<5%"]) == [3, 3, 2]


def test_money_is_placed_by_magnitude_and_the_borders_are_told() -> None:
    cells: list[Cell] = ["0 CHF", "1,000 CHF", "9,000 CHF", "120,000 CHF", "100,000,000 CHF"]
    found = scale(Axis.IMPACT, cells)
    assert [found.read(cell).level for cell in cells] == [1, 1, 1, 3, 5]
    assert "up to 10,000 CHF: Negligible" in found.sentences[0]


def test_large_numbers_of_impact_are_amounts() -> None:
    assert levels(Axis.IMPACT, [1_000, 50_000, 10_000_000]) == [1, 3, 5]


@pytest.mark.parametrize(
    ("axis", "cells", "cell", "reason"),
    [
        (Axis.LIKELIHOOD, [1, 5, 0], 0, "0 is not on the scale 1 to 5"),
        (Axis.LIKELIHOOD, ["Rare", "whenever"], "whenever", "“whenever” is on no scale"),
        (Axis.LIKELIHOOD, ["20%", "120%"], "120%", "not a chance from 0 to 100 %;"),
        (Axis.LIKELIHOOD, [1_000, 2_000], 1_000, "on no scale"),
        (Axis.IMPACT, ["5 CHF", "7 EUR"], "5 CHF", "mixes currencies (CHF, EUR)"),
        (Axis.IMPACT, ["5 CHF", "5 CHF"], "5 CHF", "only one amount"),
        (Axis.IMPACT, [1, 2, "big bang"], "big bang", "on no scale"),
    ],
)
def test_what_fits_no_scale_stays_unrated_with_a_reason(
    axis: Axis, cells: list[Cell], cell: Cell, reason: str
) -> None:
    reading = scale(axis, cells).read(cell)
    assert reading.level is None
    assert reason in reading.problem


def test_between_two_levels_is_rounded_with_a_warning() -> None:
    reading = scale(Axis.IMPACT, [1, 2.5, 5]).read(2.5)
    assert reading.level == 3
    assert "lies between two levels" in reading.problem


def test_a_gain_has_a_factor_but_no_level() -> None:
    reading = scale(Axis.IMPACT, ["-5 CHF", "10 CHF", "900 CHF"]).read("-5 CHF")
    assert (reading.level, reading.factor, reading.problem) == (None, Decimal(-5), "")


@pytest.mark.parametrize("size", range(2, 8))
@pytest.mark.parametrize("top", range(2, 11))
def test_positions_keep_the_ends_and_the_order(size: int, top: int) -> None:
    found = [relative_level(Decimal(step), (1, top), size) for step in range(1, top + 1)]
    assert found[0] == 1
    assert found[-1] == size
    assert found == sorted(found)
