"""Translations found once per request and read from disk once, for a page asks for hundreds."""

from pathlib import Path
from typing import Any

from flask import Flask, g, has_app_context
from flask_babel import Babel, Domain


class RequestDomain(Domain):  # type: ignore[misc]  # it ships no types
    """Flask-Babel's domain that remembers its answer for the request.

    `translated` False: there is no catalogue, so a text is its own translation.
    """

    translated = True

    def get_translations(self) -> Any:
        """The catalogue of the request's language."""
        if not has_app_context():
            return super().get_translations()
        if "texts" not in g:
            g.texts = super().get_translations()
        return g.texts

    def gettext(self, string: str, **variables: Any) -> str:
        """The text in the request's language, with its variables filled in."""
        text = super().gettext(string) if self.translated else string
        return text % variables if variables else text


class Texts(Babel):  # type: ignore[misc]  # it ships no types
    """Flask-Babel with one domain for the life of the program instead of one for each request."""

    def __init__(self, app: Flask, **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self._translated = has_translations(app)
        self._domain: RequestDomain | None = None

    @property
    def domain_instance(self) -> RequestDomain:
        """The domain; made within the first request, because it asks for the application."""
        if self._domain is None:
            self._domain = RequestDomain(domain=self.domain)
            self._domain.translated = self._translated
        return self._domain


def has_translations(app: Flask) -> bool:
    """Whether there is any language but English, in which the texts are written."""
    return any(Path(app.root_path, "translations").glob("*/LC_MESSAGES/*.mo"))
