"""The closed sets of single sign-on."""

from enum import StrEnum


class Purpose(StrEnum):
    """What somebody goes to the provider for."""

    SIGN_IN = "sign-in"
    CONNECT = "connect"  # their account there with the one they are signed in with here
    PROVE = "prove"  # once more who they are
