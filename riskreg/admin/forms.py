"""Forms for those who shape the tree of teams."""

from collections.abc import Sequence
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, HiddenField, SelectField
from wtforms.validators import Optional

from riskreg.fields import Needed, choices_of
from riskreg.org.tree import Branch


class PlaceForm(Form):
    """Where a team goes, and since when."""

    parent = SelectField(_l("Below"), [Needed()])
    on = DateField(
        _l("Since"),
        [Optional()],
        description=_l("Today, or the earlier day on which it really happened."),
    )
    version = HiddenField()

    def offer(self, teams: Sequence[Branch]) -> Self:
        """Fill in where it can go."""
        self.parent.choices = choices_of((team.slug, indented(team)) for team in teams)
        return self


class MergerForm(Form):
    """Which team takes over."""

    parent = SelectField(_l("Into"), [Needed()])
    version = HiddenField()

    def offer(self, teams: Sequence[Branch]) -> Self:
        """Fill in who can take over; none is taken for granted."""
        named = [(team.slug, indented(team)) for team in teams]
        self.parent.choices = choices_of([("", _("Choose a team")), *named])
        return self


def indented(team: Branch) -> str:
    """A team as lists of choices show it: those below further to the right."""
    return "\u2003" * team.depth + team.name
