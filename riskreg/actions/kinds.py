"""The closed sets of action items."""

from enum import StrEnum


class Priority(StrEnum):
    """How soon an action must be done; the default days are in riskreg.metrics.actions."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class ActionType(StrEnum):
    """What an action is meant to achieve."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    INVESTIGATE = "investigate"
    PROCESS = "process"


class ActionStatus(StrEnum):
    """Where an action stands."""

    OPEN = "open"
    DONE = "done"
    WONT_DO = "wont_do"
