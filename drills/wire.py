"""A wire between the program and its database, or its clients, that can be cut in odd ways."""

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Choose = Callable[[], int | str]  # the port or socket to lead to
TRIES = 4
PIECE = 65_536


class Wire:
    """Takes connections at a port of its own and passes on what is said, unless it swallows it."""

    def __init__(self, choose: Choose) -> None:
        self.swallows = Event()
        self._choose = choose
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._closed = Event()

    def serve(self) -> None:
        """Take connections until closed."""
        while not self._closed.is_set():
            with suppress(TimeoutError, OSError):
                self._listener.settimeout(0.2)
                client, _address = self._listener.accept()
                Thread(target=self._lead, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._closed.set()
        self._listener.close()

    def _lead(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(None)
            if self.swallows.is_set():
                self._swallow(client)
                return
            with self._reached() as server:
                self._pass_on(client, server)

    def _reached(self) -> socket.socket:
        """A connection to where it leads now, or to the next choice; raises OSError."""
        for _ in range(TRIES):
            with suppress(ConnectionRefusedError):
                return _connected(self._choose())
        raise ConnectionRefusedError

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        server.settimeout(None)
        other = {client: server, server: client}
        while not self._closed.is_set():
            ready, _, _ = select.select([client, server], [], [], 0.2)
            for side in ready:
                said = side.recv(PIECE)
                if self.swallows.is_set():
                    self._swallow(client)
                    return
                if not said:
                    return
                other[side].sendall(said)

    def _swallow(self, client: socket.socket) -> None:
        """Take what is sent, acknowledge it, and never answer."""
        while not self._closed.is_set() and self.swallows.is_set():
            ready, _, _ = select.select([client], [], [], 0.2)
            if ready and not client.recv(PIECE):
                return


def _connected(place: int | str) -> socket.socket:
    if isinstance(place, int):
        return socket.create_connection(("127.0.0.1", place), timeout=5)
    reached = socket.socket(socket.AF_UNIX)
    reached.connect(place)
    return reached


@contextmanager
def wire(choose: Choose) -> Iterator[Wire]:
    """A wire that leads to the chosen port."""
    made = Wire(choose)
    thread = Thread(target=made.serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join()
