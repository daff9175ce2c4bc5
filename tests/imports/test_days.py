"""Dates as people write them."""

from datetime import date

import pytest

from riskreg.imports.days import DayOrder, day, day_order

LAST_OF_MARCH = date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31",
        "2026/3/31",
        "2026-03-31T10:00:00Z",
        "2026-03-31 10:00",
        "31.03.2026",
        "31.3.26",
        "31/03/2026",
        "3/31/2026",
        "31/Mar/26 12:00 AM",
        "31 March 2026",
        "31. März 2026",
        "31 mars 2026",
        "31st Mar. 2026",
        "March 31, 2026",
        "Mar 31 2026",
    ],
)
def test_reads_what_can_mean_only_one_day(text: str) -> None:
    assert day(text, None).day == LAST_OF_MARCH


def test_takes_days_as_they_are() -> None:
    assert day(LAST_OF_MARCH, None).day == LAST_OF_MARCH


def test_asks_for_the_order_only_where_it_matters() -> None:
    assert day("02/03/2026", None).needs_order
    assert day("02/03/2026", DayOrder.DMY).day == date(2026, 3, 2)
    assert day("02/03/2026", DayOrder.MDY).day == date(2026, 2, 3)
    assert day("02.03.2026", DayOrder.MDY).day == date(2026, 3, 2)


@pytest.mark.parametrize(
    "text", ["soon", "31/31/2026", "30.02.2026", "46112", "Q3 2026", "5 Mo 26"]
)
def test_anything_else_is_no_date(text: str) -> None:
    reading = day(text, DayOrder.DMY)
    assert reading.day is None
    assert not reading.needs_order


def test_two_digit_years_turn_at_seventy() -> None:
    assert day("31.12.69", None).day == date(2069, 12, 31)
    assert day("31.12.70", None).day == date(1970, 12, 31)


def test_one_cell_decides_for_its_column_and_two_may_contradict() -> None:
    assert day_order(["02/02/2026", "31/01/2026", None]) is DayOrder.DMY
    assert day_order(["02/02/2026", "01/31/2026"]) is DayOrder.MDY
    assert day_order(["02/02/2026", "03/04/2026"]) is None
    assert day_order(["31/01/2026", "01/31/2026"]) is None
