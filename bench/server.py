"""How many lists a second the server gives: two processes, eight clients, real sockets."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from bench.registers import Prepared, prepared
from bench.rows import Row
from bench.servers import Server, serving

SIZE = 10_000
CLIENTS, REQUESTS = 8, 40
WANTED = 150  # requests a second


def run() -> list[Row]:
    """Milliseconds a list at 10,000 risks takes two processes together, against 1000 / 150.

    The clients share the processors with the server, so this is less than it could give.
    """
    with prepared(SIZE) as made, serving(made) as one, serving(made) as other:
        servers = (one, other)
        for server in servers:
            server.get(10, made.token)
        seconds = _hammer(servers, made)
    ours = seconds * 1000 / (CLIENTS * REQUESTS)
    return [Row(what="a list, 2 processes, 8 clients", ours=ours, baseline=1000 / WANTED, budget=1)]


def _hammer(servers: tuple[Server, ...], made: Prepared) -> float:
    start = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        asked = [
            pool.submit(servers[n % len(servers)].get, REQUESTS, made.token) for n in range(CLIENTS)
        ]
        for each in asked:
            each.result()
    return perf_counter() - start
