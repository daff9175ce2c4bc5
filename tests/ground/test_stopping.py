"""A server that is told to stop: not ready first, and nobody is left without an answer."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any

import pytest
import waitress

from riskreg.serving import serve_until
from riskreg.web import health
from tests.client import RegisterClient

SLOW_SECONDS = 0.4
Start = Callable[..., Any]


@pytest.fixture(autouse=True)
def _going_on() -> Iterator[None]:
    yield
    health.stopping.clear()


def slow(_environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    time.sleep(SLOW_SECONDS)
    start("200 OK", [("Content-Length", "4")])
    return [b"done"]


def asked(port: int) -> bytes:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read()


def test_who_has_asked_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskreg.serving.QUIET_SECONDS", 0.3)
    server = waitress.create_server(slow, host="127.0.0.1", port=0, threads=2)
    port, told = server.effective_port, Event()
    thread = Thread(target=serve_until, args=(told, server), kwargs={"unready_seconds": 0})
    thread.start()
    with ThreadPoolExecutor(4) as people:
        waiting = [people.submit(asked, port) for _ in range(4)]
        time.sleep(SLOW_SECONDS / 2)
        told.set()  # two are being answered, two wait for a thread
        assert [each.result() for each in waiting] == [b"done"] * 4
    thread.join(timeout=10)
    assert not thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        asked(port)


def test_it_is_not_ready_while_it_stops(client: RegisterClient) -> None:
    assert client.get("/readyz").status_code == 200
    health.stopping.set()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
