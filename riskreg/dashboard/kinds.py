"""The plain values of home; None is unknown everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskreg.metrics.rollup import Rollup


class Sort(StrEnum):
    """What can need somebody."""

    ACTION = "action"
    RISK = "risk"
    REVIEW = "review"
    POSTMORTEM = "postmortem"


@dataclass(frozen=True, kw_only=True)
class BandCount:
    """How many open risks stand in a band."""

    rank: int
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Register:
    """The open risks by band, the worst first; every risk is in one band or unrated.

    `together` is their roll-up, `without_effort` counts those, rated or not, whose effort nobody
    has said; `closed` says whether any risk is closed: a register without open and closed risks
    is empty.
    """

    bands: Sequence[BandCount]
    together: Rollup
    without_effort: int
    closed: bool

    @property
    def open(self) -> int:
        """All that are open."""
        return self.together.total

    @property
    def unrated(self) -> int:
        """Those nobody has rated."""
        return self.together.unrated

    @property
    def exposure_milli(self) -> int | None:
        """What the rated ones expose to in a year, in thousandths; None when none is rated."""
        return None if self.worst is None else self.together.exposure_milli

    @property
    def is_empty(self) -> bool:
        """Whether nobody ever filed a risk."""
        return not self.open and not self.closed

    @property
    def worst(self) -> BandCount | None:
        """The highest band that has a risk; None when nothing is rated."""
        return next((each for each in self.bands if each.count), None)


@dataclass(frozen=True, kw_only=True)
class Ten:
    """The ten: what they take together, and what nobody has said."""

    count: int
    effort_days: int
    without_effort: int
    without_owner: int


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Open risks of the two highest bands at the end of each month, and now last.

    A value is None before anything was known.
    """

    names: tuple[str, ...]
    days: tuple[date, ...]
    values: tuple[int | None, ...]

    @property
    def first(self) -> int | None:
        """The oldest known value, if it is not the one of now."""
        return next((value for value in self.values[:-1] if value is not None), None)

    @property
    def last(self) -> int | None:
        """The value of now."""
        return self.values[-1]


@dataclass(frozen=True, kw_only=True)
class Operability:
    """Systems by what their newest review says today."""

    systems: int
    ready: int
    with_plan: int
    not_ready: int

    @property
    def reviewed(self) -> int:
        """Systems with any review."""
        return self.ready + self.with_plan + self.not_ready

    @property
    def not_reviewed(self) -> int:
        """Systems nobody has reviewed."""
        return self.systems - self.reviewed


@dataclass(frozen=True, kw_only=True)
class Promises:
    """Open actions, and those whose day has passed."""

    open: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a team and all below it sleep on a day."""

    register: Register
    ten: Ten
    trend: Trend
    operability: Operability
    promises: Promises


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that waits for the reader; `day` is when it was or is due."""

    sort: Sort
    id: int
    title: str
    day: date | None
