"""Two who changed the same thing: what is stored and what was sent, side by side."""

from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, Field, Form
from wtforms.fields.choices import SelectFieldBase
from wtforms.widgets import HiddenInput

from riskreg.errors import Stale

NOTHING = "–"


def both_versions(stale: Stale, stored: Form, sent: Form) -> dict[str, Any]:
    """What a template with the refused form again says of it; the next try is over theirs."""
    sent["version"].data, sent["version"].raw_data = stored["version"].data, None
    return {"stale": stale, "differences": differences(stored, sent)}


def differences(stored: Form, sent: Form) -> list[tuple[str, str, str]]:
    """(name, as it is now, as it was sent) of each field that differs, as people read them."""
    told = (
        (str(field.label.text), _told(stored[field.name]), _told(field))
        for field in sent
        if not isinstance(field.widget, HiddenInput)
    )
    return [(name, now, mine) for name, now, mine in told if now != mine]


def _told(field: Field) -> str:
    if isinstance(field, BooleanField):
        return str(_("yes") if field.data else _("no"))
    if isinstance(field, SelectFieldBase):
        chosen = [
            str(words).strip()
            for _value, words, is_chosen, _more in field.iter_choices()
            if is_chosen
        ]
        return ", ".join(chosen) or NOTHING
    return str(field._value()) or NOTHING  # type: ignore[attr-defined] # all that are typed have it
