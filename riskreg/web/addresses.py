"""What in an address no row can have is nothing that is there: no page, and no crash."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

ID_MAX = 2**31 - 1


class Number(IntegerConverter):
    """A number that an id could be."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **{"max": ID_MAX, **options})


class Text(UnicodeConverter):
    """A text that both databases take: one without NUL."""

    def to_python(self, value: str) -> str:
        if "\x00" in value:
            raise ValidationError
        return value


def init_app(app: Flask) -> None:
    """Attach them, before the first address is known."""
    app.url_map.converters.update({"int": Number, "default": Text, "string": Text})
