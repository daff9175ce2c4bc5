"""Action items: dates, lateness, age, groups."""

from datetime import date, timedelta

import pytest

from riskreg.metrics.actions import (
    Action,
    Bucket,
    DueGroup,
    age_days,
    bucket,
    bucket_days,
    default_due,
    due_after_priority_change,
    due_group,
    is_on_time,
    next_week_start,
    on_time_cohort,
    overdue_days,
    slips,
)

TODAY = date(2026, 6, 17)  # a Wednesday


def action(due: date, *, status: str = "open", closed: date | None = None) -> Action:
    return Action(
        status=status,
        committed_on=date(2026, 5, 1),
        original_due_on=due,
        due_on=due,
        closed_on=closed,
    )


@pytest.mark.parametrize(
    ("priority", "due"),
    [
        ("P0", date(2026, 1, 16)),
        ("P1", date(2026, 1, 31)),
        ("P2", date(2026, 3, 2)),
        ("P3", date(2026, 4, 1)),
    ],
)
def test_default_due(priority: str, due: date) -> None:
    assert default_due(date(2026, 1, 1), priority) == due


def test_an_unknown_priority_is_refused() -> None:
    with pytest.raises(KeyError):
        default_due(TODAY, "P9")


@pytest.mark.parametrize(
    ("due", "priority", "expected"),
    [
        (date(2026, 4, 1), "P1", date(2026, 1, 31)),  # raised: from the start, not from today
        (date(2026, 1, 20), "P1", date(2026, 1, 20)),  # raised, but already earlier
        (date(2026, 1, 16), "P3", date(2026, 1, 16)),  # lowered
    ],
)
def test_a_change_of_priority_never_gives_more_time(
    due: date, priority: str, expected: date
) -> None:
    assert due_after_priority_change(due, date(2026, 1, 1), priority) == expected


@pytest.mark.parametrize(
    ("found", "on_time"),
    [
        (action(TODAY, status="done", closed=TODAY), True),
        (action(date(2026, 6, 16), status="done", closed=TODAY), False),
        (action(TODAY), None),
        (action(date(2026, 6, 16)), False),
        (action(date(2026, 6, 1), status="wont_do", closed=TODAY), None),
    ],
)
def test_on_time(found: Action, on_time: bool | None) -> None:
    assert is_on_time(found, TODAY) is on_time


def test_on_time_looks_at_the_original_date() -> None:
    moved = Action(
        status="done",
        committed_on=date(2026, 5, 1),
        original_due_on=date(2026, 6, 1),
        due_on=date(2026, 7, 1),
        closed_on=date(2026, 6, 10),
    )
    assert is_on_time(moved, TODAY) is False
    found = on_time_cohort([moved], date(2026, 6, 1), date(2026, 7, 1), today=TODAY)
    assert (found.on_time, found.late) == (0, 1)


def test_age_stops_when_it_is_closed() -> None:
    assert age_days(action(TODAY), TODAY) == 47
    assert age_days(action(TODAY, status="done", closed=date(2026, 5, 4)), TODAY) == 3


def test_only_open_ones_are_overdue() -> None:
    assert overdue_days(action(date(2026, 6, 7)), TODAY) == 10
    assert overdue_days(action(TODAY), TODAY) == 0
    assert overdue_days(action(date(2026, 6, 7), status="done", closed=TODAY), TODAY) == 0


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, Bucket.UP_TO_7),
        (7, Bucket.UP_TO_7),
        (8, Bucket.UP_TO_30),
        (30, Bucket.UP_TO_30),
        (31, Bucket.UP_TO_60),
        (61, Bucket.UP_TO_90),
        (90, Bucket.UP_TO_90),
        (91, Bucket.OVER_90),
    ],
)
def test_buckets(days: int, expected: Bucket) -> None:
    assert bucket(days) is expected


def test_slips() -> None:
    one, other = date(2026, 1, 1), date(2026, 2, 1)
    assert slips([one, one, other, one]) == 2
    assert slips([one]) == slips([]) == 0


@pytest.mark.parametrize(
    ("found", "group"),
    [
        (action(date(2026, 6, 16)), DueGroup.OVERDUE),
        (action(TODAY), DueGroup.THIS_WEEK),
        (action(date(2026, 6, 21)), DueGroup.THIS_WEEK),
        (action(date(2026, 6, 22)), DueGroup.LATER),
        (action(date(2026, 6, 1), status="done", closed=TODAY), DueGroup.CLOSED),
    ],
)
def test_groups(found: Action, group: DueGroup) -> None:
    assert due_group(found, TODAY) is group


def test_later_begins_on_monday() -> None:
    assert next_week_start(date(2026, 6, 21)) == next_week_start(TODAY) == date(2026, 6, 22)


def test_groups_of_ages_are_the_same_in_days() -> None:
    limits = bucket_days(TODAY)
    for days in range(200):
        day = TODAY - timedelta(days=days)
        found = [
            each
            for each, (first, last) in limits.items()
            if (first is None or first <= day) and (last is None or day <= last)
        ]
        assert found == [bucket(days)]
