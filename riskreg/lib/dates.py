"""The only clock, and arithmetic on days, weeks and months."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ONE_DAY = timedelta(days=1)
FIRST_INSTANT, LAST_INSTANT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
# Up to this many days a distance is told in days, then in weeks, months and years.
DAYS_SHOWN, WEEKS_SHOWN, MONTHS_SHOWN = 13, 59, 729
DAYS_A_MONTH, DAYS_A_YEAR = 30.4369, 365.2425

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)

_told: ContextVar[datetime | None] = ContextVar("riskreg_clock", default=None)


class DayUnit(StrEnum):
    """How a distance between days is told."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    YESTERDAY = "yesterday"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class RelativeDay(NamedTuple):
    """A distance in one unit; `n` is positive in the future and negative in the past."""

    unit: DayUnit
    n: int


def now() -> datetime:
    """Return this instant, aware, in UTC. Nothing else in riskreg reads the clock."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def clock_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand at an instant: the demo writes its history with it, act by act."""
    token = _told.set(require_aware(instant).astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)


def today(zone_name: str = "UTC") -> date:
    """Return the calendar day it is now in a zone. Raises ValueError for an unknown zone."""
    return now().astimezone(zone(zone_name)).date()


def zone(zone_name: str) -> ZoneInfo:
    """Return the IANA zone of this name. Raises ValueError naming it when there is none."""
    try:
        return ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone called {zone_name!r}.") from error


def parse_moment(text: str) -> date | datetime | None:
    """Return the day (2026-11-23) or instant (2026-11-23T14:05…) that a text is, else None.

    Other forms of ISO 8601 (week dates, days without dashes) are texts like any other.
    """
    kind = date if _DAY.fullmatch(text) else datetime if _INSTANT.match(text) else None
    try:
        return kind.fromisoformat(text) if kind else None
    except ValueError:
        return None


def local_day(instant: datetime, zone_name: str) -> date:
    """Return the calendar day of an aware instant in a zone."""
    return require_aware(instant).astimezone(zone(zone_name)).date()


def day_start(day: date, zone_name: str) -> datetime:
    """Return the instant (UTC) at which a local day begins.

    Where the clocks skip midnight this is the moment of the change; where midnight comes
    twice it is the first. At both ends of the calendar it is the last instant there is.
    """
    try:
        return datetime.combine(day, time.min, zone(zone_name)).astimezone(UTC)
    except OverflowError:
        return FIRST_INSTANT if day.year == date.min.year else LAST_INSTANT


def day_end(day: date, zone_name: str) -> datetime:
    """Return the instant (UTC) at which the next local day begins; the day is [start, end)."""
    if day == date.max:
        return LAST_INSTANT
    return day_start(day + ONE_DAY, zone_name)


def require_aware(instant: datetime) -> datetime:
    """Return the instant unchanged. Raises ValueError when it has no offset."""
    if instant.utcoffset() is None:
        raise ValueError("An instant needs a time zone.")
    return instant


def add_days(day: date, days: int) -> date:
    """Return the day so many days later (earlier when negative)."""
    return day + timedelta(days=days)


def days_between(start: date, end: date) -> int:
    """Return the days from start to end; negative when end is earlier."""
    return (end - start).days


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later (earlier when negative).

    A day the month does not have becomes its last: 31 January and one month is 28 or 29
    February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def quarter_back(day: date) -> date:
    """Return the same day three months earlier."""
    return add_months(day, -3)


def month_start(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def week_start(day: date) -> date:
    """Return the Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def iso_week(day: date) -> str:
    """Return the ISO week as a label, such as 2026-W05; the year is the week's own."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def relative_day(day: date, today: date) -> RelativeDay:
    """Return how far a day is from today, rounded to the unit a person would use.

    Days up to 13, weeks up to 59 days, months up to two years, then years. The number is
    signed; TODAY has 0, TOMORROW 1 and YESTERDAY -1.
    """
    days = days_between(today, day)
    if -1 <= days <= 1:
        return RelativeDay((DayUnit.YESTERDAY, DayUnit.TODAY, DayUnit.TOMORROW)[days + 1], days)
    if abs(days) <= DAYS_SHOWN:
        return RelativeDay(DayUnit.DAYS, days)
    if abs(days) <= WEEKS_SHOWN:
        return RelativeDay(DayUnit.WEEKS, round(days / 7))
    if abs(days) <= MONTHS_SHOWN:
        return RelativeDay(DayUnit.MONTHS, round(days / DAYS_A_MONTH))
    return RelativeDay(DayUnit.YEARS, round(days / DAYS_A_YEAR))
