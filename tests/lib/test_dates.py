"""The clock, local days, months, weeks and relative days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib import dates
from riskreg.lib.dates import DayUnit

DAYS = st.dates(min_value=date(1980, 1, 1), max_value=date(2080, 1, 1))
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "America/Havana",
        "Pacific/Apia",
        "Asia/Kathmandu",
    ]
)


def test_now_is_aware_and_utc() -> None:
    assert dates.now().utcoffset() == timedelta(0)


@time_machine.travel(datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
def test_today_depends_on_the_zone() -> None:
    assert dates.today() == date(2026, 3, 1)
    assert dates.today("Europe/Berlin") == date(2026, 3, 2)


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "Europe/Berlin\x00"])
def test_refuses_an_unknown_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        dates.zone(name)


def test_local_day_of_an_instant() -> None:
    instant = datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert dates.local_day(instant, "America/New_York") == date(2025, 12, 31)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_first_and_the_last_day_there_is_have_both_ends(zone: str) -> None:
    for day in (date.min, date.max):
        assert dates.day_start(day, zone) < dates.day_end(day, zone)


def test_refuses_an_instant_without_zone() -> None:
    naive = datetime(2026, 1, 1, 2, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="needs a time zone"):
        dates.local_day(naive, "UTC")


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 28), "Europe/Berlin", 24),
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2018, 11, 4), "America/Sao_Paulo", 23),  # midnight was skipped
        (date(2025, 11, 2), "America/Havana", 25),  # midnight came twice
        (date(2011, 12, 30), "Pacific/Apia", 0),  # the day was skipped
    ],
)
def test_length_of_a_local_day(day: date, zone: str, hours: int) -> None:
    assert dates.day_end(day, zone) - dates.day_start(day, zone) == timedelta(hours=hours)


@given(day=DAYS, zone=ZONES)
def test_days_follow_each_other_without_gap(day: date, zone: str) -> None:
    assert dates.day_end(day, zone) == dates.day_start(dates.add_days(day, 1), zone)
    assert dates.day_start(day, zone) <= dates.day_end(day, zone)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
        (date(2026, 3, 31), 0, date(2026, 3, 31)),
    ],
)
def test_adds_months(day: date, months: int, expected: date) -> None:
    assert dates.add_months(day, months) == expected


def test_quarter_back_and_month_start() -> None:
    assert dates.quarter_back(date(2026, 5, 31)) == date(2026, 2, 28)
    assert dates.month_start(date(2026, 5, 31)) == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 1, 28), "2026-W05"),
        (date(2025, 12, 29), "2026-W01"),
        (date(2027, 1, 1), "2026-W53"),
    ],
)
def test_iso_week(day: date, label: str) -> None:
    assert dates.iso_week(day) == label
    assert dates.iso_week(dates.week_start(day)) == label
    assert dates.week_start(day).weekday() == 0


@pytest.mark.parametrize(
    ("days", "unit", "n"),
    [
        (0, DayUnit.TODAY, 0),
        (1, DayUnit.TOMORROW, 1),
        (-1, DayUnit.YESTERDAY, -1),
        (5, DayUnit.DAYS, 5),
        (-13, DayUnit.DAYS, -13),
        (14, DayUnit.WEEKS, 2),
        (-59, DayUnit.WEEKS, -8),
        (60, DayUnit.MONTHS, 2),
        (-365, DayUnit.MONTHS, -12),
        (730, DayUnit.YEARS, 2),
        (-3653, DayUnit.YEARS, -10),
    ],
)
def test_relative_day(days: int, unit: DayUnit, n: int) -> None:
    today = date(2026, 7, 1)
    assert dates.relative_day(dates.add_days(today, days), today) == (unit, n)


def test_the_clock_can_be_told_to_stand_and_goes_on_afterwards() -> None:
    instant = datetime(2025, 3, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    with dates.clock_at(instant):
        assert dates.now() == instant
        assert dates.now().tzinfo is UTC
    assert dates.now() > instant


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("2026-11-23T14:05:00+00:00", datetime(2026, 11, 23, 14, 5, tzinfo=UTC)),
        ("2026-13-01", None),
        ("2026-11-23 and later", None),
        ("2026-W48-1", None),
        ("20261123", None),
    ],
)
def test_reads_a_day_or_an_instant_and_leaves_other_texts(
    text: str, moment: date | datetime | None
) -> None:
    assert dates.parse_moment(text) == moment
