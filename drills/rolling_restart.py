"""Two servers behind a balancer are restarted in turn; sixteen people at work notice nothing."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from threading import Event

from drills.clients import at_work
from drills.cluster import free_port
from drills.outcome import Outcome, compare
from drills.stage import SERVE, Server, Stage
from drills.wire import Choose, wire

SHORT, LONG, CONTROL_SIZE = 20, 200, 2
DATABASES = ("sqlite", "postgresql")
CONTROL = "servers that are killed"
PROMISE = "Servers behind a balancer can be restarted one after the other without a failed request."
TRIES, ACKED = "restarts", "risks filed"
PEOPLE = 16
PAUSE_SECONDS = 0.5  # of each, between two risks


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Restart so many times; `wrong` are requests that were not answered as asked."""
    servers = [
        Server(stage, mode=SERVE, port=free_port(), RISKREG_UNREADY_SECONDS="3") for _ in range(2)
    ]
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
        balancer = stack.enter_context(wire(stack.enter_context(_choosing(servers))))
        load = stack.enter_context(
            at_work(replace(stage, port=balancer.port), PEOPLE, pause_seconds=PAUSE_SECONDS)
        )
        for number in range(size):
            load.wait_for(20)
            server = servers[number % 2]
            server.kill() if control else server.stop()
            server.start()
            time.sleep(0.5)  # the balancer sees it again
        load.wait_for(20)
        failures = Counter(load.failures)
    wrong = failures.total() + stage.faults()
    told = f"{PEOPLE} people, longest answer {load.longest_answer_seconds:.1f} s"
    told += "".join(f"; {times} × {fault}" for fault, times in failures.items())
    return compare(size, load.acked, stage.titles(), wrong=wrong, told=told)


@contextmanager
def _choosing(servers: Sequence[Server]) -> Iterator[Choose]:
    """As a balancer chooses: in turn, of those that said lately that they are ready."""
    ready, going, turns = {server.port: True for server in servers}, Event(), count()
    going.set()

    def watch(server: Server) -> None:
        while going.is_set():
            ready[server.port] = server.answers("/readyz")
            time.sleep(0.2)

    def choose() -> int:
        ports = [port for port, is_ready in ready.items() if is_ready] or list(ready)
        return ports[next(turns) % len(ports)]

    with ThreadPoolExecutor(len(servers)) as pool:
        for server in servers:
            pool.submit(watch, server)
        try:
            yield choose
        finally:
            going.clear()
