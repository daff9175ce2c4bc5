"""Incidents: how long it took to notice, to answer, to end the harm and to end the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The six times in the order they are asked for.
TIMES = (
    "impact_start_at",
    "detected_at",
    "paged_at",
    "acknowledged_at",
    "mitigated_at",
    "resolved_at",
)
# What must not come before what. Harm may end before anybody noticed it.
NOT_BEFORE: Mapping[str, Sequence[str]] = {
    "detected_at": ("impact_start_at",),
    "paged_at": ("impact_start_at", "detected_at"),
    "acknowledged_at": ("impact_start_at", "detected_at", "paged_at"),
    "mitigated_at": ("impact_start_at",),
    "resolved_at": ("impact_start_at", "mitigated_at"),
}


class Phase(StrEnum):
    """A stretch of an incident."""

    DETECT = "detect"
    ACKNOWLEDGE = "acknowledge"
    MITIGATE = "mitigate"
    RESOLVE = "resolve"


# A phase lasts from the first known of these times to that one.
_PHASES: Mapping[Phase, tuple[Sequence[str], str]] = {
    Phase.DETECT: (("impact_start_at",), "detected_at"),
    Phase.ACKNOWLEDGE: (("paged_at", "detected_at"), "acknowledged_at"),
    Phase.MITIGATE: (("impact_start_at",), "mitigated_at"),
    Phase.RESOLVE: (("impact_start_at",), "resolved_at"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """One phase: the names of the two times, and the time between; None while one is unknown."""

    phase: Phase
    start: str
    end: str
    length: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Disorder:
    """A time that is earlier than one it must not come before."""

    time: str
    before: str


def durations(times: Mapping[str, datetime | None]) -> list[Duration]:
    """Return the phases of an incident, given its times (aware) by the names in TIMES.

    Detect, mitigate and resolve count from the start of the impact, acknowledge from the
    page (from the detection where nobody was paged). Source: docs/metrics.md, Incidents.
    """
    return [_duration(phase, times) for phase in Phase]


def ended_at(times: Mapping[str, datetime | None]) -> datetime | None:
    """Return when the incident ended: resolved, else mitigated; None while it lasts.

    Source: docs/metrics.md, Post-mortems.
    """
    return times.get("resolved_at") or times.get("mitigated_at")


def disorders(times: Mapping[str, datetime | None]) -> list[Disorder]:
    """Return each time that comes too early, with the first one it contradicts.

    Equal times are in order, unknown ones are left out.
    """
    found: list[Disorder] = []
    for name, earlier in NOT_BEFORE.items():
        instant = times.get(name)
        limits = [(each, limit) for each in earlier if (limit := times.get(each)) is not None]
        broken = [each for each, limit in limits if instant is not None and instant < limit]
        found += [Disorder(time=name, before=each) for each in broken[:1]]
    return found


def _duration(phase: Phase, times: Mapping[str, datetime | None]) -> Duration:
    starts, end = _PHASES[phase]
    start = next((name for name in starts if times.get(name) is not None), starts[0])
    started, ended = times.get(start), times.get(end)
    length = None if started is None or ended is None else ended - started
    return Duration(phase=phase, start=start, end=end, length=length)
