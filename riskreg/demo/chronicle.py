"""Acts in the order of time: each is done with the clock standing at its instant."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from riskreg.lib import dates

FIRST_HOUR, HOURS = 8, 10


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something somebody did at an instant."""

    at: datetime
    number: int
    do: Callable[[], object]


@dataclass
class Chronicle:
    """What happened, told in days before `today`; the hour of the day is drawn from the seed."""

    now: datetime
    zone: ZoneInfo
    seed: str
    acts: list[Act] = field(default_factory=list)

    def instant(self, days_ago: int, what: str, *, local: str | None = None) -> datetime:
        """An instant `days_ago` days ago at a local hour; without one, at a working hour drawn."""
        day = self.now.astimezone(self.zone).date() - timedelta(days=days_ago)
        clock = time.fromisoformat(local) if local else self._working_hour(what)
        instant = datetime.combine(day, clock, tzinfo=self.zone)
        return min(instant, self.now - timedelta(minutes=1))

    def add(self, at: datetime, do: Callable[[], object]) -> None:
        """Something is to be done at an instant."""
        self.acts.append(Act(at=min(at, self.now), number=len(self.acts), do=do))

    def replay(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Do all acts, earliest first; acts of one instant in the order they were added."""
        acts = sorted(self.acts, key=lambda act: (act.at, act.number))
        for done, act in enumerate(acts, start=1):
            with dates.clock_at(act.at):
                act.do()
            if progress is not None:
                progress(done, len(acts))

    def _working_hour(self, what: str) -> time:
        drawn = int.from_bytes(sha256(f"{self.seed}/{what}".encode()).digest()[:4], "big")
        return time(FIRST_HOUR + drawn % HOURS, drawn // HOURS % 60)
