"""Effort in person-days."""

import pytest

from riskreg.imports.efforts import SIZE_DAYS, EffortReading, EffortWords, effort
from riskreg.imports.kinds import Cell
from riskreg.risks.kinds import Size

WORDS = EffortWords(days=SIZE_DAYS, words={"considerable": Size.M})


@pytest.mark.parametrize(
    ("cell", "field", "days"),
    [
        (5, "effort_days", 5),
        ("2.5", "effort_days", 3),
        (2, "effort_weeks", 10),
        ("12", "effort_hours", 2),
        (28_800, "effort_seconds", 1),
        ("3d", "effort", 3),
        ("2 weeks", "effort", 10),
        ("1w 2d", "effort", 7),
        ("1 month", "effort", 20),
        ("20 person-days", "effort", 20),
        ("3 Wochen", "effort", 15),
        ("0,5 Tage", "effort", 1),
    ],
)
def test_reads_durations_as_whole_days(cell: Cell, field: str, days: int) -> None:
    assert effort(cell, field, WORDS) == EffortReading(days=days)


@pytest.mark.parametrize(
    ("cell", "size"),
    [("XS", Size.XS), ("l", Size.L), ("Extra Large", Size.XL), ("Considerable", Size.M)],
)
def test_reads_sizes(cell: str, size: Size) -> None:
    assert effort(cell, "effort", WORDS) == EffortReading(days=SIZE_DAYS[size], size=size)


@pytest.mark.parametrize("cell", [None, "", "--", "tbd"])
def test_unknown_stays_unknown_without_a_word(cell: Cell) -> None:
    assert effort(cell, "effort", WORDS) == EffortReading()


@pytest.mark.parametrize(
    ("cell", "field", "reason"),
    [
        (3, "effort", "has no unit"),
        ("0", "effort_days", "effort of nothing"),
        (-1, "effort_days", "effort of nothing"),
        ("a lot", "effort", "“a lot” is no effort"),
        ("3 days later", "effort", "is no effort"),
        ("3 apples", "effort", "is no effort"),
    ],
)
def test_what_cannot_be_read_is_told_and_left_unknown(cell: Cell, field: str, reason: str) -> None:
    reading = effort(cell, field, WORDS)
    assert reading.days is None
    assert reason in reading.problem
