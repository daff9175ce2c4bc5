"""Effort as people write it, and its sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.units import (
    EFFORT_DAYS,
    EFFORT_DAYS_MAX,
    EffortSize,
    UnitError,
    UnitFault,
    effort_size,
    format_days,
    format_percent,
    parse_effort,
    size_days,
)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("10", 10),
        ("3 d", 3),
        ("3d", 3),
        ("1 day", 1),
        ("3 person-days", 3),
        ("3 Man days", 3),
        ("2w", 10),
        ("2 weeks", 10),
        ("1.5 w", 8),
        ("0,5 d", 1),
        ("2 months", 40),
        ("16h", 2),
        ("17 hrs.", 3),
        ("1,200.0 d", 1200),
        ("10\u00a0d", 10),
        ("m", 25),
        ("XL", 150),
        ("Extra  Small", 3),
        ("medium", 25),
    ],
)
def test_reads_effort(text: str, days: int) -> None:
    assert parse_effort(text) == days


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", UnitFault.EMPTY),
        ("  ", UnitFault.EMPTY),
        ("soon", UnitFault.NOT_A_NUMBER),
        ("3-5 d", UnitFault.NOT_A_NUMBER),
        ("3 x 5", UnitFault.NOT_A_NUMBER),
        ("1.2.3 d", UnitFault.NOT_A_NUMBER),
        ("9" * 70, UnitFault.NOT_A_NUMBER),
        ("3 sprints", UnitFault.UNKNOWN_UNIT),
        ("3 m", UnitFault.UNKNOWN_UNIT),
        ("1.500 d", UnitFault.AMBIGUOUS),
        ("0", UnitFault.TOO_SMALL),
        ("-4 d", UnitFault.TOO_SMALL),
        ("99999 weeks", UnitFault.TOO_LARGE),
    ],
)
def test_refuses_what_it_would_have_to_guess(text: str, fault: UnitFault) -> None:
    with pytest.raises(UnitError) as caught:
        parse_effort(text)
    assert caught.value.fault is fault
    assert caught.value.text == text


def test_a_decimal_mark_settles_what_can_be_read_twice() -> None:
    assert parse_effort("1.500 d", decimal_mark=",") == 1500
    assert parse_effort("1.500 d", decimal_mark=".") == 2


@given(st.integers(min_value=1, max_value=EFFORT_DAYS_MAX))
def test_reads_back_what_it_shows(days: int) -> None:
    assert parse_effort(format_days(days)) == days


def test_unknown_effort_is_a_dash() -> None:
    assert format_days(None) == "\u2013"
    assert effort_size(None) is None


@pytest.mark.parametrize(
    ("days", "size"),
    [(1, "XS"), (5, "XS"), (6, "S"), (15, "S"), (16, "M"), (39, "L"), (95, "XL"), (9999, "XL")],
)
def test_nearest_size(days: int, size: str) -> None:
    assert effort_size(days) == size


def test_a_size_gives_its_own_days() -> None:
    for size in EffortSize:
        assert effort_size(size_days(size)) is size
        assert parse_effort(size, EFFORT_DAYS) == size_days(size)


def test_sizes_can_be_others() -> None:
    sizes: dict[str, int] = {EffortSize.S: 2, EffortSize.L: 8}
    assert parse_effort("L", sizes) == 8
    assert effort_size(4, sizes) is EffortSize.S


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, None),
        (0.0, "0\u00a0%"),
        (0.279, "27\u00a0%"),
        (0.29, "29\u00a0%"),
        (0.999, "99\u00a0%"),
        (1.0, "100\u00a0%"),
    ],
)
def test_a_share_is_rounded_down(share: float | None, text: str | None) -> None:
    assert format_percent(share) == text
