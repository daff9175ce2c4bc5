"""A PostgreSQL that says nothing at all: whoever waits is told soon, and work goes on after."""

from collections.abc import Iterator
from contextlib import suppress
from time import monotonic

import pytest
from psycopg.errors import ConnectionTimeout
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from drills.wire import Wire, wire
from riskreg import pulse
from tests import postgres

pytestmark = pytest.mark.postgresql


@pytest.fixture
def hole() -> Iterator[Wire]:
    """A wire to the tests' server."""
    url = postgres.ensure_server()
    if url is None:
        pytest.skip(postgres.missing_reason())
    folder = make_url(url).query["host"]
    with wire(lambda: f"{folder}/.s.PGSQL.5432") as made:
        yield made


@pytest.fixture
def engine(hole: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Connections over that wire that become suspicious soon."""
    for name, seconds in (("SILENCE", 0.2), ("SIGN", 2), ("RETRY", 0.5)):
        monkeypatch.setattr(pulse, f"{name}_SECONDS", seconds)
    address = f"postgresql+psycopg://{postgres.USER}@127.0.0.1:{hole.port}/postgres"
    made = create_engine(address, pool_pre_ping=True)
    pulse.attach(made)
    yield made
    made.dispose()


def ask(engine: Engine, statement: str = "SELECT 1") -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


def answers(engine: Engine) -> bool:
    with suppress(OperationalError):
        ask(engine)
        return True
    return False


def test_silence_ends_and_is_remembered_until_there_is_an_answer(
    hole: Wire, engine: Engine
) -> None:
    ask(engine)
    hole.swallows.set()
    start = monotonic()
    with pytest.raises(OperationalError) as first:
        ask(engine)
    waited = monotonic() - start
    assert isinstance(first.value.orig, pulse.Silent | ConnectionTimeout)
    with pytest.raises(OperationalError, match="no sign of life"):
        ask(engine)
    assert monotonic() - start - waited < waited / 2, "the second is told at once"
    hole.swallows.clear()
    while not answers(engine):
        assert monotonic() < start + 30
    ask(engine)


def test_a_statement_may_take_its_time_while_the_server_lives(engine: Engine) -> None:
    ask(engine, "SELECT pg_sleep(0.7)")
