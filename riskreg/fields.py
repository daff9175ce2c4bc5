"""Form filters and fields that every feature shares."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # older stubs
from wtforms.validators import InputRequired, Optional, Regexp, StopValidation

from riskreg.lib.text import clean_text

# What pages make up; the program's own keys, such as those of the sample, look otherwise.
FORM_KEY = r"[A-Za-z0-9_-]{1,64}\Z"


def clean(value: object) -> object:
    """Trim and normalise a text; refuses characters that no database may hold."""
    if not isinstance(value, str):
        return value
    return clean_text(value).strip()


class Needed(InputRequired):
    """Asks by its name for what was left out, or is nothing but spaces."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raises StopValidation with a sentence that names the field."""
        blank = isinstance(field.data, str) and not field.data.strip()
        if field.raw_data and field.raw_data[0] and not blank:
            return
        field.errors = []  # what could not be read of nothing is no news
        name = str(field.label.text).rstrip("?:")
        if isinstance(field, RadioField | SelectField):
            raise StopValidation(_("Choose “%(field)s”.", field=name))
        raise StopValidation(_("Fill in “%(field)s”.", field=name))


def form_key_field(default: Callable[[], str] | None = None) -> HiddenField:
    """The key with which a form that is sent twice makes one thing."""
    return HiddenField(validators=[Optional(), Regexp(FORM_KEY)], default=default)


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """(value, words) pairs as what a select or radio field takes."""
    return [SelectChoice(value, words) for value, words in pairs]
