"""The closed sets of the register."""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of harm a risk is about."""

    SECURITY = "security"
    OPERATIONAL = "operational"
    BOTH = "both"


class Status(StrEnum):
    """Whether a risk still counts."""

    OPEN = "open"
    CLOSED = "closed"


class Treatment(StrEnum):
    """What was decided to do about a risk."""

    UNDECIDED = "undecided"
    MITIGATE = "mitigate"
    ACCEPT = "accept"
    TRANSFER = "transfer"
    AVOID = "avoid"


class CloseReason(StrEnum):
    """Why a risk was closed."""

    MITIGATED = "mitigated"
    GONE = "gone"
    DUPLICATE = "duplicate"
    MISTAKE = "mistake"


class Tier(StrEnum):
    """Which of a risk's ratings is meant."""

    CURRENT = "current"
    TARGET = "target"
    INHERENT = "inherent"


class Size(StrEnum):
    """T-shirt sizes of effort."""

    XS = "XS"
    S = "S"
    M = "M"
    L = "L"
    XL = "XL"
