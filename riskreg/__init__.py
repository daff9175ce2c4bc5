"""riskreg: a register of security and operational risks, and what is done about them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from riskreg.settings import Settings

__version__ = "0.1.0"


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Build the application; without settings they are read from the environment.

    Imported lazily so that `riskreg --help` does not pay for Flask and SQLAlchemy.
    """
    from riskreg.application import build  # noqa: PLC0415 - start-up time

    return build(settings)
