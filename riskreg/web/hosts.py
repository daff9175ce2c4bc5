"""By which names riskreg is known where none is set: on loopback by its own only.

A page elsewhere can have its own name lead to this machine (DNS rebinding); a browser then takes
riskreg for a part of that page. Flask's own check knows no IPv6 addresses.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import SecurityError

from riskreg.settings import LOOPBACK, Settings


def init_app(app: Flask) -> None:
    """Attach the check before every request, where no names are set (Flask looks at those)."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.trusted_hosts:
        app.before_request(_refuse_unknown)


def _refuse_unknown() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    asked = urlsplit(f"//{request.host}").hostname
    if asked not in {None, *LOOPBACK, urlsplit(settings.base_url).hostname}:
        raise SecurityError(f"Host {request.host!r} is not trusted.")
