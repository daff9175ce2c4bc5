"""The closed sets of incidents and post-mortems."""

from enum import IntEnum, StrEnum


class IncidentSeverity(IntEnum):
    """1 is the worst."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4


class FoundBy(StrEnum):
    """How an incident came to be known."""

    ALERT = "alert"
    SYNTHETIC = "synthetic"
    CUSTOMER = "customer"
    ENGINEER = "engineer"


class PostmortemStatus(StrEnum):
    """Where a post-mortem stands."""

    DRAFT = "draft"
    READY = "ready"
    REVIEWED = "reviewed"
    CLOSED = "closed"


class Cause(StrEnum):
    """Optional words for contributing conditions."""

    CHANGE = "change"
    CAPACITY = "capacity"
    DEPENDENCY = "dependency"
    EXPIRY = "expiry"
    CONFIG = "config"
    DATA = "data"
    HUMAN_TOOL = "human_tool"
    UNKNOWN = "unknown"
