"""From what a clock on the wall showed to an instant, also when clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.postmortems.instants import from_wall, to_wall

BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
ZONES = [
    ZoneInfo(key)
    for key in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
]


@pytest.mark.parametrize(
    ("wall", "zone", "instants"),
    [
        ("2026-03-01T09:00", BERLIN, ["2026-03-01T08:00"]),
        ("2026-07-01T09:00", BERLIN, ["2026-07-01T07:00"]),
        ("2026-03-29T01:59", BERLIN, ["2026-03-29T00:59"]),
        ("2026-03-29T02:00", BERLIN, []),
        ("2026-03-29T02:59", BERLIN, []),
        ("2026-03-29T03:00", BERLIN, ["2026-03-29T01:00"]),
        ("2026-10-25T02:00", BERLIN, ["2026-10-25T00:00", "2026-10-25T01:00"]),
        ("2026-10-25T03:00", BERLIN, ["2026-10-25T02:00"]),
        # Lord Howe moves its clocks by half an hour.
        ("2026-04-05T01:45", LORD_HOWE, ["2026-04-04T14:45", "2026-04-04T15:15"]),
        ("2026-10-04T02:15", LORD_HOWE, []),
    ],
)
def test_what_a_clock_can_have_meant(wall: str, zone: ZoneInfo, instants: list[str]) -> None:
    expected = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in instants]
    assert from_wall(datetime.fromisoformat(wall), zone) == expected


@given(
    st.integers(0, 20 * 365 * 24 * 60).map(lambda n: datetime.fromtimestamp(n * 60 + 10**9, UTC)),
    st.sampled_from(ZONES),
)
def test_an_instant_is_among_those_its_clock_can_mean(instant: datetime, zone: ZoneInfo) -> None:
    assert instant in from_wall(to_wall(instant, zone).replace(fold=0), zone)
