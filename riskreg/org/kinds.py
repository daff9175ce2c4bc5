"""The closed sets of the organisation."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do in a team and all below it; each includes the ones before."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    MANAGER = "manager"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a program may do with a token; to write includes to read."""

    READ = "read"
    WRITE = "write"


class Entrance(StrEnum):
    """How a new person gets in."""

    PROVIDER = "provider"  # by single sign-on
    MAIL = "mail"  # with a link to choose a password
    PASSWORD = "password"  # noqa: S105 - shown once, to be passed on


class LinkKind(StrEnum):
    """Why a person was mailed a link with which they choose a password."""

    INVITATION = "invitation"
    RESET = "reset"


class Notice(StrEnum):
    """What a person is told by mail, because a thief would do it too."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    SECOND_FACTOR = "second-factor"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - a word, not a secret


class Hours(StrEnum):
    """When a system must run."""

    ALWAYS = "24x7"
    BUSINESS = "business"


class Strength(StrEnum):
    """What becomes of a system without another one that it depends on."""

    HARD = "hard"  # it stops
    SOFT = "soft"  # it goes on with less


class DataClass(StrEnum):
    """How sensitive a system's data is."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def is_sensitive(self) -> bool:
        """Sensitive data asks for the Gold level."""
        return self in {DataClass.CONFIDENTIAL, DataClass.RESTRICTED}
