"""A hundred clients send one byte a second; the health page answers all the while."""

import socket
import time
from contextlib import ExitStack

from drills.outcome import Outcome
from drills.stage import Server, Stage

SHORT, LONG, CONTROL_SIZE = 20, 300, 5  # seconds
CLIENTS = {SHORT: 100, LONG: 400}
DATABASES = ("sqlite",)  # none of it reaches a database
CONTROL = "a server that talks to one client after the other"

PROMISE = "Clients that hardly send anything keep nobody out."
TRIES, ACKED = "times asked", "answers"


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """For so many seconds; `acked` are the answers of the health page within two seconds."""
    server = Server(stage, mode="plain") if control else Server(stage)
    answered = asked = 0
    with server, ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", stage.port)))
            for _number in range(CLIENTS.get(size, 100))
        ]
        for client in slow:
            client.sendall(b"POST /risks/new HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        deadline = time.monotonic() + size
        while time.monotonic() < deadline:
            for client in slow:
                client.sendall(b"x")
            asked += 1
            answered += server.answers("/healthz", within_seconds=2)
            time.sleep(1)
    return Outcome(n=asked, acked=answered, wrong=asked - answered)
