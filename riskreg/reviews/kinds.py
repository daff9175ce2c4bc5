"""The closed sets of operability reviews."""

from enum import StrEnum

# The key of the area that is answered last, by the person who signs.
DECISION_AREA = "dec"


class Severity(StrEnum):
    """How bad it is when a statement is not met."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"


class Level(StrEnum):
    """How demanding a system's life is; each includes the ones before."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class AnswerValue(StrEnum):
    """What a person answered; no row means unanswered."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "na"


class ReviewStatus(StrEnum):
    """Where a review stands."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SIGNED_OFF = "signed_off"
