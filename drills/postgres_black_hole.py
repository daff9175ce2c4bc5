"""The network swallows all that is sent to PostgreSQL: everybody is told within ten seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

from drills.clients import Load, at_work
from drills.outcome import Outcome, compare
from drills.stage import Server, Stage, on_own_server
from drills.wire import Wire, wire

SHORT, LONG, CONTROL_SIZE = 2, 20, 1
HOLE_SECONDS = 30
ANSWER_SECONDS = 10
BACK_SECONDS = 5
DATABASES = ("postgresql",)
CONTROL = "connections that wait for ever"
PROMISE = (
    "When the network swallows what is sent to PostgreSQL, who files a risk is told within 10 "
    "seconds, and work goes on within 5 seconds after."
)
TRIES, ACKED = f"black holes of {HOLE_SECONDS} s", "risks filed"

own_stage = on_own_server


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Open so many holes; `wrong` are late answers, of forms and of the health page."""
    assert stage.server is not None
    port, wrong = stage.server.port, 0
    with wire(lambda: port) as hole:
        settings = stage.settings.with_database(stage.server.url_at(hole.port))
        led = replace(stage, settings=settings)
        mode = "patient" if control else "serve --no-worker"
        with Server(led, mode=mode) as server, at_work(led) as load:
            load.wait_for(20)
            load.forget_times()
            for _ in range(size):
                load.wait_for(40)
                wrong += _swallowed(server, load, hole)
        told = f"longest answer {load.longest_answer_seconds:.1f} s"
    wrong += stage.faults() + (load.longest_answer_seconds > ANSWER_SECONDS)
    return compare(size, load.acked, stage.titles(), wrong=wrong, told=told)


def _swallowed(server: Server, load: Load, hole: Wire) -> int:
    with _asking(server) as late:
        hole.swallows.set()
        time.sleep(HOLE_SECONDS)
        hole.swallows.clear()
        before, deadline = len(load.acked), time.monotonic() + BACK_SECONDS
        while len(load.acked) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        not_back = len(load.acked) == before
    return len(late) + not_back


@contextmanager
def _asking(server: Server) -> Iterator[list[float]]:
    """Inside, the health page is asked for twice a second; yields answers that did not come."""
    late: list[float] = []
    going = [True]

    def ask() -> None:
        while going:
            if not server.answers("/healthz", within_seconds=ANSWER_SECONDS):
                late.append(time.monotonic())
            time.sleep(0.5)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield late
    finally:
        going.clear()
        thread.join()
