"""A hundred clients send or read one byte a second; the health page answers all the while."""

import itertools
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from statistics import quantiles
from threading import Event, Thread

from drills.outcome import Outcome
from drills.stage import Server, Stage

SHORT, LONG, CONTROL_SIZE = 20, 300, 5  # seconds
CLIENTS = {SHORT: 100, LONG: 400}
DATABASES = ("sqlite",)  # none of it reaches a database
CONTROL = "a server that talks to one client after the other"

PROMISE = "Clients that hardly send anything, or hardly read, keep nobody out."
TRIES, ACKED = "times asked", "answers"
HEAD = b"POST /risks/new HTTP/1.1\r\nHost: localhost\r\n"
LARGE = b"GET /static/fonts/Inter-Regular.ttf HTTP/1.1\r\nHost: localhost\r\n\r\n"

Waits = list[float | None]
Slow = Callable[[socket.socket], object]


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """For so many seconds; `acked` are the answers of the health page within two seconds."""
    server = Server(stage, mode="plain") if control else Server(stage)
    with server, ExitStack() as stack:
        alone = [] if control else _asked(server, 5)
        slow = [
            (stack.enter_context(_connected(stage.port)), WAYS[number % len(WAYS)])
            for number in range(CLIENTS.get(size, 100))
        ]
        acts: list[Callable[[], object]] = []
        for client, (first, then) in slow:
            client.sendall(first)
            acts.append(partial(then, client))
        with _going_on(acts):
            waits = _asked(server, size)
    missed = waits.count(None)
    told = f"{len(slow)} clients for {size} s"
    if alone and not missed:
        told += f"; 19 of 20 answers within {_p95(waits):.0f} ms, alone {_p95(alone):.0f} ms"
    return Outcome(n=len(waits), acked=len(waits) - missed, wrong=missed, told=told)


def _asked(server: Server, seconds: float) -> Waits:
    """What an answer took, in seconds, each time; None: none came within two."""
    found: Waits = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        answers = server.answers("/healthz", within_seconds=2)
        found.append(time.monotonic() - began if answers else None)
        time.sleep(0.2)
    return found


@contextmanager
def _going_on(acts: Sequence[Callable[[], object]]) -> Iterator[None]:
    """Inside, each of them does a little once a second, one after the other."""
    ended = Event()

    def go_on() -> None:
        for act in itertools.cycle(acts):
            act()
            if ended.wait(1 / len(acts)):
                return

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _p95(waits: Waits) -> float:
    """In milliseconds; 19 of 20 answers took no longer."""
    return 1_000 * quantiles([wait for wait in waits if wait is not None], n=20)[-1]


def _connected(port: int) -> socket.socket:
    """A connection that takes in little at a time."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    made.connect(("127.0.0.1", port))
    return made


def _send(client: socket.socket) -> None:
    with suppress(OSError):  # the server may have had enough of it
        client.sendall(b"x")


def _read(client: socket.socket) -> None:
    with suppress(OSError):
        client.recv(1, socket.MSG_DONTWAIT)


# How each begins and goes on: with a head, a body and a page that never end.
WAYS: tuple[tuple[bytes, Slow], ...] = (
    (HEAD + b"X-Slow: ", _send),
    (HEAD + b"Content-Length: 100000\r\n\r\n", _send),
    (LARGE * 20, _read),
)
