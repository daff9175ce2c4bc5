"""Forms of packs."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, HiddenField, RadioField
from wtforms.validators import Length

from riskreg.fields import choices_of, clean, form_key_field
from riskreg.packs.kinds import PAPERS, PackKind
from riskreg.packs.recipes import RECIPES


class PackForm(Form):
    """What to make and on which paper; the fields of a list's filter come along beside these."""

    kind = RadioField(_l("What it is about"))
    paper = RadioField(_l("Paper"), choices=choices_of((paper, paper) for paper in PAPERS))
    team = HiddenField(filters=[clean])
    ref = HiddenField(filters=[clean], validators=[Length(max=30)])
    form_key = form_key_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices_of(
            (kind.value, recipe.title()) for kind, recipe in RECIPES.items()
        )

    @property
    def pack_kind(self) -> PackKind:
        """The chosen kind, once the form is valid."""
        return PackKind(self.kind.data)
