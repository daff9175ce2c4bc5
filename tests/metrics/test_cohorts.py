"""Kept in time, by what fell due."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from riskreg.metrics.cohorts import Cohort, Due, cohort

TODAY = date(2026, 3, 15)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 6, 1))
DUES = st.lists(st.builds(Due, due_on=DAYS, done_on=st.none() | DAYS, dropped=st.booleans()))


def test_open_past_due_is_late_and_open_before_is_pending() -> None:
    march = date(2026, 3, 1), date(2026, 4, 1)
    dues = [
        Due(due_on=date(2026, 3, 1), done_on=date(2026, 3, 1)),
        Due(due_on=date(2026, 3, 14)),
        Due(due_on=date(2026, 3, 15)),
        Due(due_on=date(2026, 3, 20), done_on=date(2026, 3, 2)),
        Due(due_on=date(2026, 3, 2), done_on=date(2026, 3, 3)),
        Due(due_on=date(2026, 3, 2), dropped=True),
        Due(due_on=date(2026, 4, 1)),
        Due(due_on=date(2026, 2, 28)),
    ]
    found = cohort(dues, *march, today=TODAY)
    assert found == Cohort(on_time=2, late=2, pending=1)
    assert found.share == 0.5


def test_nothing_due_has_no_share() -> None:
    assert cohort([], TODAY, TODAY, today=TODAY).share is None


@given(DUES, DAYS)
def test_leaving_things_open_never_looks_better(dues: list[Due], day: date) -> None:
    period = date(2026, 1, 1), date(2026, 7, 1)
    before = cohort(dues, *period, today=day)
    still_open = [Due(due_on=due.due_on, dropped=due.dropped) for due in dues]
    after = cohort(still_open, *period, today=day)
    assert after.on_time <= before.on_time
    assert (after.share or 0) <= (before.share or 0)
