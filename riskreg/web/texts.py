"""Translations found once per request and read from disk once, for a page asks for hundreds."""

from typing import Any

from flask import g, has_app_context
from flask_babel import Babel, Domain


class RequestDomain(Domain):  # type: ignore[misc]  # it ships no types
    """Flask-Babel's domain that remembers its answer for the request."""

    def get_translations(self) -> Any:
        """The catalogue of the request's language."""
        if not has_app_context():
            return super().get_translations()
        if "texts" not in g:
            g.texts = super().get_translations()
        return g.texts


class Texts(Babel):  # type: ignore[misc]  # it ships no types
    """Flask-Babel with one domain for the life of the program instead of one for each request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._domain: RequestDomain | None = None

    @property
    def domain_instance(self) -> RequestDomain:
        """The domain; made within the first request, because it asks for the application."""
        if self._domain is None:
            self._domain = RequestDomain(domain=self.domain)
        return self._domain
