"""Which function does which task, and which tasks come round by themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from riskreg.errors import RiskregError, SettingsError


class GiveUp(RiskregError):
    """The work failed in a way that no further try mends; the sentence says why."""


class Context(Protocol):
    """What a task is given to work with."""

    payload: dict[str, Any]
    job_id: int

    def progress(self, done: int, total: int | None, label: str) -> None:
        """Show how far the work is; raises Cancelled when a person asked to stop."""


Handler = Callable[[Any], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A task that comes round; missed turns are not made up for."""

    task: str
    every: timedelta

    def tick(self, instant: datetime) -> str:
        """The name of the turn that an instant falls into."""
        seconds = int(self.every.total_seconds())
        return str(int(instant.timestamp()) // seconds * seconds)


_handlers: dict[str, Handler] = {}
_titles: dict[str, Any] = {}
_periodic: dict[str, Periodic] = {}


def task(
    name: str, *, title: Any = "", every: timedelta | None = None
) -> Callable[[Handler], Handler]:
    """Register a handler: it must be safe to run twice, for a worker may die at any moment.

    `title` is what people read, a lazy text; without it they read the name.
    """

    def register(handler: Handler) -> Handler:
        if name in _handlers and _handlers[name] is not handler:
            raise SettingsError(f"Two functions want to do the task {name}.")
        _handlers[name] = handler
        _titles[name] = title
        if every is not None:
            _periodic[name] = Periodic(task=name, every=every)
        return handler

    return register


def title_of(name: str) -> str:
    """What people read for a task; the name itself where this version does not know it."""
    return str(_titles.get(name) or name)


def handler_of(name: str) -> Handler | None:
    """The function for a task; None when this version of the program has none."""
    return _handlers.get(name)


def periodic_tasks() -> list[Periodic]:
    """The tasks that come round, by name."""
    return [_periodic[name] for name in sorted(_periodic)]
