"""The closed set of job states, and the kinds of tasks that depend on others."""

from enum import StrEnum

# How the names of tasks begin that wait for somebody else's server.
MAIL, WEBHOOK = "mail.", "webhook."
OUTSIDE = (MAIL, WEBHOOK)


class JobState(StrEnum):
    """Where a job stands; dead means out of attempts, to be tried again by a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"
