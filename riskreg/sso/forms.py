"""Forms of single sign-on."""

from collections.abc import Sequence
from typing import Self

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from riskreg.fields import choices_of, clean
from riskreg.org.kinds import Role
from riskreg.org.labels import ROLE
from riskreg.org.models import Team


class AdmissionForm(Form):
    """Who is let in beside those whose accounts are connected."""

    connects_by_email = BooleanField(
        _l("Connect an account with the person who has its e-mail"),
        description=_l("Only where the provider says that it checked the e-mail."),
    )
    admits_new = BooleanField(
        _l("Make a person for an account that nobody here has"),
        description=_l("Only for members of a group that has a role here."),
    )
    version = HiddenField()


class GroupForm(Form):
    """A group there, and its role on a team here."""

    group = StringField(
        _l("Group"),
        [DataRequired(), Length(max=200)],
        filters=[clean],
        description=_l("Exactly as the provider names it."),
    )
    team = SelectField(_l("Team"), [InputRequired()])
    role = SelectField(_l("Role"), [InputRequired()], default=Role.VIEWER)
    base = HiddenField()  # which rules were shown

    def offer(self, teams: Sequence[Team]) -> Self:
        """Fill in what can be chosen."""
        self.team.choices = choices_of(
            (team.slug, "\u2003" * team.depth + team.name) for team in teams
        )
        self.role.choices = choices_of(ROLE.items())
        return self
