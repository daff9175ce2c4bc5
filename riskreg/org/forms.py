"""Forms of sign-in, set-up, systems, teams and people."""

import re
import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    Length,
    Optional,
    Regexp,
    ValidationError,
)

from riskreg.fields import Needed, choices_of, clean, form_key_field
from riskreg.org.kinds import DataClass, Entrance, Hours, Role, Scope
from riskreg.org.labels import (
    DATA_CLASS,
    ENTRANCE,
    HOURS,
    ROLE,
    ROLE_MEANING,
    SCOPE,
    SCOPE_MEANING,
)
from riskreg.org.models import Person, Team
from riskreg.org.passwords import MAX_LENGTH

KEY = r"[a-z0-9]+(-[a-z0-9]+)*\Z"
EMAIL = r"[^@\s]+@[^@\s]+\Z"
TIERS = (1, 2, 3, 4)
_TOO_LONG = _l("A password has at most 256 characters.")


def _web(_form: Form, field: Field) -> None:
    """Only web addresses are linked to."""
    if not field.data:
        return
    try:
        parts = urlsplit(field.data)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc or " " in field.data:
        raise ValidationError(_("A link starts with http:// or https://."))


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(_l("E-mail"), [Needed(), Length(max=254)], filters=[clean])
    password = PasswordField(_l("Password"), [Needed(), Length(max=MAX_LENGTH)])


class PasswordForm(Form):
    """One's own new password."""

    current = PasswordField(_l("Current password"), [Needed(), Length(max=MAX_LENGTH)])
    password = PasswordField(
        _l("New password"),
        [Needed(), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        description=_l("At least 15 characters; a sentence is fine."),
    )


class LinkForm(Form):
    """Where a link for a new password shall go."""

    email = EmailField(
        _l("E-mail"),
        [Needed(), Length(max=254), Regexp(EMAIL, message=_l("This is no e-mail address."))],
        filters=[clean],
    )


class ChosenPasswordForm(Form):
    """A password chosen with a link that came by mail."""

    token = HiddenField(_l("Link"), [Needed(), Length(max=100)])
    password = PasswordField(
        _l("New password"),
        [Needed(), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        description=_l("At least 15 characters; a sentence is fine."),
    )


class CodeForm(Form):
    """A code of the second factor, or a recovery code."""

    code = StringField(
        _l("Code"),
        [Needed(), Length(max=40)],
        filters=[clean],
        description=_l("Six digits from your app, or one of your recovery codes."),
    )


class TurnOffForm(Form):
    """What turning the second factor off asks for."""

    password = PasswordField(_l("Your password"), [Needed(), Length(max=MAX_LENGTH)])
    last_code = StringField(
        _l("A last code"),
        [Needed(), Length(max=40)],
        filters=[clean],
        description=_l("Six digits from your app, or one of your recovery codes."),
    )


class ProofForm(Form):
    """Who one is, once more."""

    proof = PasswordField(
        _l("Your password, or a code of your second factor"),
        [Needed(), Length(max=MAX_LENGTH)],
    )


class SetupForm(Form):
    """The first administrator and the name of the organisation."""

    code = StringField(
        _l("Set-up code"),
        [Needed(), Length(max=80)],
        filters=[clean],
        description=_l("It was printed where riskreg was started."),
    )
    organisation = StringField(_l("Organisation"), [Needed(), Length(max=200)], filters=[clean])
    name = StringField(_l("Your name"), [Needed(), Length(max=200)], filters=[clean])
    email = EmailField(_l("E-mail"), [Needed(), Length(max=254)], filters=[clean])
    password = PasswordField(
        _l("Password"),
        [Needed(), Length(max=MAX_LENGTH, message=_TOO_LONG)],
        description=_l("At least 15 characters; a sentence is fine."),
    )


class SystemForm(Form):
    """What a team runs, and how."""

    name = StringField(_l("Name"), [Needed(), Length(max=200)], filters=[clean])
    key = StringField(
        _l("Key"),
        [Optional(), Length(max=80), Regexp(KEY, message=_l("Small letters, digits and hyphens."))],
        filters=[clean],
        description=_l(
            "Its short name in addresses and files; made from the name when left empty."
        ),
    )
    team = SelectField(_l("Team"), [Needed()])
    description = TextAreaField(_l("What it does"), [Length(max=4000)], filters=[clean])
    tier = SelectField(
        _l("Tier"), default="", description=_l("1 is what the company cannot do without.")
    )
    slo = StringField(
        _l("Availability objective in per cent"),
        [Length(max=20)],
        filters=[clean],
        description=_l("Such as 99.9; empty when there is none."),
    )
    hours = RadioField(_l("When it must run"), default=Hours.BUSINESS)
    pages = BooleanField(_l("It pages people"))
    data_class = SelectField(_l("Data it holds"), default="")
    operators = SelectMultipleField(
        _l("People who are able to operate it"), [Optional()], coerce=int
    )
    hard = SelectMultipleField(_l("It stops without"), [Optional()])
    soft = SelectMultipleField(_l("It goes on with less without"), [Optional()])
    repository_url = StringField(_l("Repository"), [Length(max=500), _web], filters=[clean])
    runbook_url = StringField(_l("Runbook"), [Length(max=500), _web], filters=[clean])
    dashboard_url = StringField(_l("Dashboard"), [Length(max=500), _web], filters=[clean])
    version = HiddenField(_l("Version"))

    def offer(
        self,
        teams: Sequence[Team],
        persons: Sequence[Person],
        systems: Sequence[tuple[str, str]],
    ) -> Self:
        """Fill in what can be chosen; `systems` are (key, name) of those it may depend on."""
        self.team.choices = choices_of((team.slug, _indented(team)) for team in teams)
        self.hard.choices, self.soft.choices = choices_of(systems), choices_of(systems)
        self.tier.choices = choices_of([("", _("Not known")), *((str(n), str(n)) for n in TIERS)])
        self.hours.choices = choices_of(HOURS.items())
        self.data_class.choices = choices_of([("", _("Not known")), *DATA_CLASS.items()])
        self.operators.choices = choices_of((person.id, person.name) for person in persons)
        return self

    def validate_soft(self, field: SelectMultipleField) -> None:
        """It cannot both stop and go on."""
        if set(field.data or ()) & set(self.hard.data or ()):
            raise ValidationError(_("It either stops without a system or goes on; choose one."))

    def validate_slo(self, field: StringField) -> None:
        """A share of time in thousandths of a per cent, above 0 and at most 100."""
        try:
            parse_slo(field.data or "")
        except ValueError:
            raise ValidationError(
                _("Write a number up to 100 with at most three decimals, such as 99.95.")
            ) from None

    def values(self) -> dict[str, Any]:
        """The fields as columns; without name, key, team and operators."""
        names = ("description", "repository_url", "runbook_url", "dashboard_url")
        return {
            "tier": int(self.tier.data) if self.tier.data else None,
            "slo_target_milli": parse_slo(self.slo.data or ""),
            "hours": Hours(self.hours.data),
            "pages": bool(self.pages.data),
            "data_class": DataClass(self.data_class.data) if self.data_class.data else None,
            **{name: self[name].data or "" for name in names},
        }


class TeamForm(Form):
    """A team's name."""

    name = StringField(_l("Name"), [Needed(), Length(max=200)], filters=[clean])
    version = HiddenField(_l("Version"))


class PersonForm(Form):
    """A new person with a first role."""

    name = StringField(_l("Name"), [Needed(), Length(max=200)], filters=[clean])
    email = EmailField(
        _l("E-mail"),
        [Needed(), Length(max=254), Regexp(EMAIL, message=_l("This is no e-mail address."))],
        filters=[clean],
    )
    title = StringField(_l("Title"), [Length(max=120)], filters=[clean])
    team = SelectField(_l("Team"), [Needed()])
    role = RadioField(_l("Role"), [Needed()], default=Role.ENGINEER)
    entrance = RadioField(_l("How they get in"))

    def offer(self, teams: Sequence[Team], *, entrances: Sequence[Entrance]) -> Self:
        """Fill in what can be chosen."""
        self.entrance.choices = choices_of((each, ENTRANCE[each]) for each in entrances)
        self.team.choices = choices_of((team.slug, _indented(team)) for team in teams)
        self.role.choices = choices_of(
            (role, f"{words}: {ROLE_MEANING[role]}") for role, words in ROLE.items()
        )
        return self


class RoleForm(Form):
    """A role on a team."""

    team = SelectField(_l("Team"), [Needed()])
    role = SelectField(_l("Role"), [Needed()], default=Role.ENGINEER)

    def offer(self, teams: Sequence[Team]) -> Self:
        """Fill in what can be chosen."""
        self.team.choices = choices_of((team.slug, _indented(team)) for team in teams)
        self.role.choices = choices_of(ROLE.items())
        return self


class TokenForm(Form):
    """A token for a program."""

    name = StringField(
        _l("What is it for?"),
        [DataRequired(_l("Say which program has it, to know it again.")), Length(max=60)],
        filters=[clean],
        description=_l("Such as “nightly export”; it stands beside your name in the trail."),
    )
    team = SelectField(_l("Team"), [Needed()], description=_l("And every team below it."))
    scope = RadioField(_l("What may it do?"), [Needed()], default=Scope.READ)
    days = SelectField(_l("It lasts"), [Needed()], default="90")
    form_key = form_key_field(default=lambda: secrets.token_urlsafe(16))

    def offer(self, teams: Sequence[Team], lasting: Sequence[tuple[int, str]]) -> Self:
        """Fill in what can be chosen; `lasting` are (days, words)."""
        self.team.choices = choices_of((team.slug, _indented(team)) for team in teams)
        self.scope.choices = choices_of(
            (scope, f"{words}: {SCOPE_MEANING[scope]}") for scope, words in SCOPE.items()
        )
        self.days.choices = choices_of((str(days), words) for days, words in lasting)
        return self


def parse_slo(text: str) -> int | None:
    """Thousandths of a per cent: "99.9" or "99,9 %" is 99900; None for empty. Raises ValueError."""
    plain = text.replace("%", "").replace(",", ".").strip()
    if not plain:
        return None
    if re.fullmatch(r"\d{1,3}(\.\d{1,3})?", plain, re.ASCII) is None:
        raise ValueError(text)
    milli = int(Decimal(plain) * 1000)
    if not 0 < milli <= 100_000:
        raise ValueError(text)
    return milli


def format_slo(milli: int | None) -> str:
    """99900 as "99.9"; empty for none."""
    return "" if milli is None else f"{Decimal(milli) / 1000:f}"


def _indented(team: Team) -> str:
    return "\u2003" * team.depth + team.name
