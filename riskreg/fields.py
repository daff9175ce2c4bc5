"""Form filters and fields that every feature shares."""

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # older stubs

from riskreg.lib.text import clean_text


def clean(value: object) -> object:
    """Trim and normalise a text; refuses characters that no database may hold."""
    if not isinstance(value, str):
        return value
    return clean_text(value).strip()


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """(value, words) pairs as what a select or radio field takes."""
    return [SelectChoice(value, words) for value, words in pairs]
