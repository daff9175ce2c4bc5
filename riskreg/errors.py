"""The errors riskreg raises itself; each knows its HTTP status and says what a person can do."""


class RiskregError(Exception):
    """A refusal with a sentence for the person who asked.

    `status` is the HTTP status, `field` the form field it belongs to (None: the whole request).
    """

    status = 400

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class SettingsError(RiskregError):
    """A setting is missing or wrong: the program does not start."""

    status = 500


class NotSignedIn(RiskregError):
    """Nobody is signed in, and the page needs somebody."""

    status = 401


class Forbidden(RiskregError):
    """The person may see the thing but not do this to it."""

    status = 403


class NotFound(RiskregError):
    """There is no such thing, or the person may not know that there is."""

    status = 404


class Conflict(RiskregError):
    """The thing is in another state than the request assumed."""

    status = 409


class Stale(Conflict):
    """Somebody else changed the thing since it was read.

    `theirs` holds the stored values by field, `yours` the refused ones, to show side by side.
    """

    def __init__(
        self,
        message: str,
        *,
        theirs: dict[str, str] | None = None,
        yours: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.theirs = theirs or {}
        self.yours = yours or {}


class Invalid(RiskregError):
    """A value was refused; the message says which and why."""

    status = 422


class Refused(Invalid):
    """Several values were refused: each of `errors` names one, and says why in its `detail`."""

    def __init__(self, message: str, *, errors: list[dict[str, str]]) -> None:
        super().__init__(message)
        self.errors = errors


class TooMany(RiskregError):
    """Too many tries; `retry_after_seconds` says when to come back."""

    status = 429

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(RiskregError):
    """Something the program needs is missing on this machine; nothing was changed."""

    status = 503
