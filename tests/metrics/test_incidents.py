"""How long the phases of an incident took, and which times contradict each other."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.metrics.incidents import (
    NOT_BEFORE,
    TIMES,
    Disorder,
    Phase,
    disorders,
    durations,
    ended_at,
)

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
instants = st.none() | st.integers(0, 500).map(lambda n: START + timedelta(minutes=n))


def _after(**minutes: int | None) -> dict[str, datetime | None]:
    return {
        name: None if value is None else START + timedelta(minutes=value)
        for name, value in minutes.items()
    }


def _lengths(times: dict[str, datetime | None]) -> dict[Phase, timedelta | None]:
    return {each.phase: each.length for each in durations(times)}


def test_phases_of_a_complete_incident() -> None:
    times = _after(
        impact_start_at=0,
        detected_at=4,
        paged_at=5,
        acknowledged_at=8,
        mitigated_at=50,
        resolved_at=120,
    )
    minutes = {Phase.DETECT: 4, Phase.ACKNOWLEDGE: 3, Phase.MITIGATE: 50, Phase.RESOLVE: 120}
    assert _lengths(times) == {phase: timedelta(minutes=n) for phase, n in minutes.items()}


def test_without_a_page_answering_counts_from_the_detection() -> None:
    times = _after(impact_start_at=0, detected_at=4, acknowledged_at=9)
    found = {each.phase: each for each in durations(times)}
    assert found[Phase.ACKNOWLEDGE].start == "detected_at"
    assert found[Phase.ACKNOWLEDGE].length == timedelta(minutes=5)


def test_what_is_unknown_has_no_length() -> None:
    assert set(_lengths(_after(impact_start_at=0)).values()) == {None}


def test_clocks_that_change_do_not_change_a_length() -> None:
    """At 03:00 on 29 March 2026 Berlin has had one hour less than its clocks say."""
    times: dict[str, datetime | None] = {
        "impact_start_at": datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN).astimezone(UTC),
        "resolved_at": datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN).astimezone(UTC),
    }
    assert _lengths(times)[Phase.RESOLVE] == timedelta(hours=1)


def test_the_hour_that_comes_twice_counts_twice() -> None:
    times: dict[str, datetime | None] = {
        "impact_start_at": datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=0).astimezone(UTC),
        "resolved_at": datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1).astimezone(UTC),
    }
    assert _lengths(times)[Phase.RESOLVE] == timedelta(hours=1)
    assert disorders(times) == []


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"impact_start_at": 0, "detected_at": -1}, [("detected_at", "impact_start_at")]),
        (
            {"impact_start_at": 0, "detected_at": 5, "paged_at": 4},
            [("paged_at", "detected_at")],
        ),
        (
            {"impact_start_at": 0, "paged_at": 6, "acknowledged_at": 5},
            [("acknowledged_at", "paged_at")],
        ),
        (
            {"impact_start_at": 0, "mitigated_at": 9, "resolved_at": 8},
            [("resolved_at", "mitigated_at")],
        ),
        ({"impact_start_at": 0, "detected_at": 10, "mitigated_at": 5}, []),
        ({"impact_start_at": 0, "detected_at": 0, "resolved_at": 0}, []),
        ({"detected_at": 3, "resolved_at": 1}, []),
    ],
)
def test_times_that_come_too_early(times: dict[str, int], expected: list[tuple[str, str]]) -> None:
    found = disorders(_after(**times))
    assert found == [Disorder(time=time, before=before) for time, before in expected]


@given(st.fixed_dictionaries(dict.fromkeys(TIMES, instants)))
def test_times_in_order_have_no_negative_phase(times: dict[str, datetime | None]) -> None:
    if not disorders(times):
        lengths = [each.length for each in durations(times) if each.length is not None]
        assert all(length >= timedelta(0) for length in lengths)


def test_it_ended_when_resolved_else_mitigated() -> None:
    assert ended_at(_after(mitigated_at=5, resolved_at=9)) == START + timedelta(minutes=9)
    assert ended_at(_after(mitigated_at=5, resolved_at=None)) == START + timedelta(minutes=5)
    assert ended_at({}) is None


def test_every_limit_is_a_known_time() -> None:
    assert {*NOT_BEFORE, *(name for names in NOT_BEFORE.values() for name in names)} == set(TIMES)
