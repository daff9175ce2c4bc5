"""Forms of sign-in and set-up."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from riskreg.fields import clean
from riskreg.org.passwords import MAX_LENGTH, MIN_LENGTH


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)], filters=[clean])
    password = PasswordField(_l("Password"), [InputRequired(), Length(max=MAX_LENGTH)])


class PasswordForm(Form):
    """One's own new password."""

    current = PasswordField(_l("Current password"), [InputRequired(), Length(max=MAX_LENGTH)])
    password = PasswordField(
        _l("New password"),
        [InputRequired(), Length(min=MIN_LENGTH, max=MAX_LENGTH)],
        description=_l("At least 15 characters; a sentence is fine."),
    )


class SetupForm(Form):
    """The first administrator and the name of the organisation."""

    code = StringField(
        _l("Set-up code"),
        [InputRequired(), Length(max=80)],
        filters=[clean],
        description=_l("It was printed where riskreg was started."),
    )
    organisation = StringField(
        _l("Organisation"), [InputRequired(), Length(max=200)], filters=[clean]
    )
    name = StringField(_l("Your name"), [InputRequired(), Length(max=200)], filters=[clean])
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)], filters=[clean])
    password = PasswordField(
        _l("Password"),
        [InputRequired(), Length(min=MIN_LENGTH, max=MAX_LENGTH)],
        description=_l("At least 15 characters; a sentence is fine."),
    )
