"""Whether PostgreSQL still answers: nobody waits for long on a connection that has fallen silent.

A network that swallows what is sent, or a server that hangs, says nothing at all, and the server's
own timeouts do not help there. So whoever has waited for a while asks for a sign of life on a new
connection. Where none comes, the database counts as gone for this whole process: those who wait
stop waiting, and who comes next is told at once, until a new connection can be made again.
"""

from collections.abc import Generator
from threading import Lock
from time import monotonic
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.errors import ConnectionTimeout
from sqlalchemy import Engine, event

SILENCE_SECONDS = 2.0  # then one asks
SIGN_SECONDS = 3  # so long one waits for a sign of life
RETRY_SECONDS = 1.0  # while it is gone, so often somebody tries
SILENCE_MAX_SECONDS = 40.0  # longer than the server itself lets a statement take


class Silent(OperationalError):
    """Nothing was heard of the server."""

    def __init__(self) -> None:
        super().__init__("the server gives no sign of life")


def attach(engine: Engine) -> None:
    """Let the engine's connections be attentive."""
    pulse = Pulse()

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, given: list[Any], named: dict[str, Any]
    ) -> Attentive:
        return pulse.connect(*given, **named)


class Pulse:
    """What is known of one server, by all threads together."""

    def __init__(self) -> None:
        self.is_gone = False
        self._lock = Lock()
        self._tried_at = self._seen_at = 0.0

    def connect(self, *given: Any, **named: Any) -> "Attentive":
        """A new connection; while the server is gone only one may try, all others are told."""
        if not self.is_gone:
            return self._connect(*given, **named)
        if monotonic() - self._tried_at < RETRY_SECONDS or not self._lock.acquire(blocking=False):
            raise Silent
        try:
            return self._connect(*given, **named)
        finally:
            self._lock.release()

    def listening(
        self, answer: Generator[Any, Any, Any], given: Any, named: Any
    ) -> Generator[Any, Any, Any]:
        """Wait on a connection's answer as psycopg does; raises Silent where none will come."""
        began = asked = monotonic()
        try:
            state = next(answer)
            while True:
                ready = yield state
                if ready:
                    began = asked = monotonic()
                elif monotonic() - began > SILENCE_MAX_SECONDS:
                    raise Silent
                elif self.is_gone or monotonic() - asked > SILENCE_SECONDS:
                    self._demand(*given, **named)
                    asked = monotonic()
                state = answer.send(ready)
        except StopIteration as done:
            return done.value

    def _demand(self, *given: Any, **named: Any) -> None:
        """Raise Silent unless there is a sign of life; one asks for all who wait."""
        with self._lock:
            if not self.is_gone and monotonic() - self._seen_at > SILENCE_SECONDS:
                self._ask(*given, **named)
        if self.is_gone:
            raise Silent

    def _ask(self, *given: Any, **named: Any) -> None:
        try:
            self._connect(*given, **named).close()
        except OperationalError as error:
            self.is_gone = "FATAL" not in str(error)  # "too many clients" is a sign of life too

    def _connect(self, *given: Any, **named: Any) -> "Attentive":
        try:
            made = Attentive.connect(*given, **named | {"connect_timeout": SIGN_SECONDS})
        except ConnectionTimeout:
            self.is_gone = True
            raise
        finally:
            self._tried_at = monotonic()
        made.heeds = (self, given, named)
        self.is_gone, self._seen_at = False, monotonic()
        return made


class Attentive(Connection[Any]):
    """A connection that does not wait for ever; it closes itself where the server is gone."""

    heeds: tuple[Pulse, Any, Any] | None = None  # and what to ask with

    def wait(self, gen: Generator[Any, Any, Any], *rest: Any, **named: Any) -> Any:
        """The answer, when it has come."""
        if self.heeds is None:
            return super().wait(gen, *rest, **named)
        pulse, given, params = self.heeds
        try:
            return super().wait(pulse.listening(gen, given, params), *rest, **named)
        except Silent:
            self.close()
            raise
