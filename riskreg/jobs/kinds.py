"""The closed set of job states."""

from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands; dead means out of attempts, to be tried again by a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"
