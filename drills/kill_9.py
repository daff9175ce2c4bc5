"""SIGKILL of every process of the server, again and again, under eight people filing risks."""

import random
import time

from drills.clients import Load, at_work
from drills.outcome import Outcome, compare
from drills.stage import SERVE, Server, Stage

SHORT, LONG, CONTROL_SIZE = 25, 500, 2
DATABASES = ("sqlite", "postgresql")
CONTROL = "a server that answers before it has saved"
PROMISE = "A process that is killed loses nothing that it acknowledged, and nothing comes twice."
TRIES, ACKED = "kills", "risks filed"


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Kill so many times; each time after some more were acknowledged."""
    rng = random.Random(size)
    server = Server(stage, mode="hasty" if control else SERVE)
    with at_work(stage) as load, server:
        for _number in range(size - 1):
            _kill(server, load, rng)
            server.start()
        _kill(server, load, rng)
    return compare(size, load.acked, stage.titles(), wrong=stage.faults())


def _kill(server: Server, load: Load, rng: random.Random) -> None:
    load.wait_for(rng.randrange(20, 60))
    time.sleep(rng.random() / 5)
    server.kill()
