"""The network swallows all that is sent to PostgreSQL: everybody is told within ten seconds."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import Thread

from drills.clients import Load, at_work
from drills.outcome import Outcome, compare
from drills.stage import Server, Stage, on_own_server
from drills.wire import Wire, wire

SHORT, LONG, CONTROL_SIZE = 2, 10, 1
HOLE_SECONDS = 60
ANSWER_SECONDS = 10
BACK_SECONDS = 5
DATABASES = ("postgresql",)
CONTROL = "connections that wait for ever"
PROMISE = (
    "When the network swallows what is sent to PostgreSQL, every page and every form is answered "
    "within 10 seconds, those that need no database as always, and work goes on within 5 seconds "
    "after."
)
TRIES, ACKED = f"black holes of {HOLE_SECONDS} s", "risks filed"

# What needs no database, what asks it a little, what asks it much; True: it is answered as always.
PAGES = {
    "/healthz": True,
    "/static/css/base.css": True,
    "/readyz": False,
    "/sign-in": False,
    "/risks": False,
    "/api/v1/risks": False,
}

own_stage = on_own_server


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Open so many holes; `wrong` are late answers, of forms and of pages."""
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
    with ExitStack() as stack:
        missed = [stack.enter_context(_asking(server, path, PAGES[path])) for path in PAGES]
        hole.swallows.set()
        time.sleep(HOLE_SECONDS)
        hole.swallows.clear()
        before, deadline = len(load.acked), time.monotonic() + BACK_SECONDS
        while len(load.acked) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        not_back = len(load.acked) == before
    return sum(map(len, missed)) + not_back


@contextmanager
def _asking(server: Server, path: str, is_alive: bool) -> Iterator[list[str]]:
    """Inside, a page is asked for twice a second; yields what did not come, or not as always."""
    missed: list[str] = []
    going = [True]

    def ask() -> None:
        while going:
            status = server.status(path, within_seconds=ANSWER_SECONDS)
            if status is None or (is_alive and status != 200):
                missed.append(path)
            time.sleep(0.5)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield missed
    finally:
        going.clear()
        thread.join()
