"""A clock that stands until a test moves it."""

from collections.abc import Iterator

import pytest
import time_machine

from riskreg.lib.dates import now


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The present instant, held."""
    with time_machine.travel(now(), tick=False) as coordinates:
        yield coordinates
