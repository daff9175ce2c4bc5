"""Translated messages with a type; they work without a request too, then in English."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _gettext


def gettext(message: str, **params: Any) -> str:
    """Return the message in the reader's language, with %(name)s filled in."""
    text: str = _gettext(message, **params)
    return text
