"""Ways through a graph."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.graphs import arrows, circle, reached

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14)


@pytest.mark.parametrize(
    ("pairs", "found", "way"),
    [
        ([], set(), []),
        ([(1, 2), (2, 3)], {2, 3}, []),
        ([(1, 1)], {1}, [1, 1]),
        ([(1, 2), (2, 1)], {1, 2}, [1, 2, 1]),
        ([(1, 2), (2, 3), (3, 4), (4, 1), (3, 1)], {1, 2, 3, 4}, [1, 2, 3, 1]),
        ([(2, 3), (3, 2)], set(), []),
    ],
)
def test_follows_every_way(pairs: list[tuple[int, int]], found: set[int], way: list[int]) -> None:
    assert reached(arrows(pairs), 1) == found
    assert circle(arrows(pairs), 1) == way


@given(PAIRS)
def test_a_circle_is_a_way_back_and_there_is_one_whenever_the_start_is_reached(
    pairs: list[tuple[int, int]],
) -> None:
    graph = arrows(pairs)
    for node in range(7):
        way = circle(graph, node)
        assert bool(way) == (node in reached(graph, node))
        assert all(pair in pairs for pair in pairwise(way))
        assert not way or (way[0] == way[-1] == node and len(set(way)) == len(way) - 1)
