"""The form of the import of teams, people and systems."""

from collections.abc import Sequence
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, Form, SelectField
from wtforms.validators import Optional, ValidationError

from riskreg.fields import Needed, choices_of
from riskreg.org.kinds import Role
from riskreg.org.labels import ROLE
from riskreg.org.tree import Branch


class UploadForm(Form):
    """A file, the team that has what names no other, and what members may do."""

    file = FileField(_l("The file"))
    team = SelectField(
        _l("Below"),
        [Needed()],
        description=_l("For teams and systems of which the file does not say where they belong."),
    )
    member_role = SelectField(
        _l("Role of members"),
        [Optional()],
        default=Role.VIEWER,
        description=_l(
            "Backstage says who is in a group and not what they may do. Whoever has a role on the "
            "team or above it keeps that one."
        ),
    )

    def offer(self, teams: Sequence[Branch], *, megabytes: int) -> Self:
        """Fill in what can be chosen; nobody becomes an administrator by a file's membership."""
        self.file.description = _(
            "A Backstage catalogue (YAML) or a list (CSV, XLSX), at most %(n)s MB.", n=megabytes
        )
        self.team.choices = choices_of((t.slug, "\u2003" * t.depth + t.name) for t in teams)
        roles = [(role, words) for role, words in ROLE.items() if role != Role.ADMIN]
        self.member_role.choices = choices_of([("", _("None")), *roles])
        return self

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_("Choose a file."))
