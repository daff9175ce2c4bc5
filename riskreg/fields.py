"""Form filters and fields that every feature shares."""

from riskreg.lib.text import clean_text


def clean(value: object) -> object:
    """Trim and normalise a text; refuses characters that no database may hold."""
    if not isinstance(value, str):
        return value
    return clean_text(value).strip()
