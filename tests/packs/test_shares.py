"""The share of a pack that is made: never back, never all before the end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.packs.engine import Step
from riskreg.packs.models import Snapshot
from riskreg.packs.shares import ALMOST, Share, share_of
from tests.packs.test_slices import frozen


@given(
    st.lists(st.tuples(st.sampled_from(list(Step)), st.integers(0, 3_000))),
    st.integers(1, 3_000),
    st.booleans(),
)
def test_never_runs_back_and_leaves_something_to_the_end(
    steps: list[tuple[Step, int]], pages: int, parted: bool
) -> None:
    share = Share(pages=pages, parted=parted)
    told = [0.0, *(share.at(step, page) for step, page in steps)]
    assert all(before <= after for before, after in pairwise(told))
    assert told[-1] <= ALMOST < 1


@pytest.mark.parametrize("pages", [1, 12, 400])
def test_half_the_pages_are_about_half_of_what_comes_before_the_drawing(pages: int) -> None:
    share = Share(pages=2 * pages)
    begun, half = share.at(Step.LAYING_OUT, 0), share.at(Step.LAYING_OUT, pages)
    drawing = share.at(Step.DRAWING, 0)
    assert half - begun == pytest.approx(drawing - half)
    assert 0 < begun < half < drawing < 0.9


def test_of_one_in_parts_most_is_done_when_they_are_joined() -> None:
    share = Share(pages=200, parted=True)
    assert share.at(Step.LAYING_OUT, 100) == pytest.approx(0.5, abs=0.05)
    assert share.at(Step.JOINING, 200) > 0.95


def test_guesses_the_pages_from_what_was_frozen() -> None:
    shares = [
        share_of(Snapshot(data={"sections": {"register": frozen(list(range(rows)))}}))
        for rows in (10, 120, 2_000)
    ]
    assert [share.pages for share in shares] == [3, 10, 123]
    assert [share.parted for share in shares] == [False, False, True]
