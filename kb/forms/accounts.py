"""Forms for signing in, and for one's own name and password."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from kb.accounts.passwords import LONGEST, SHORTEST
from kb.accounts.sign_in import LONGEST_EMAIL
from kb.accounts.users import LONGEST_NAME
from kb.forms.base import Form
from kb.words import gettext

_ASK_PASSWORD = gettext("Give your password")
_DIFFER = gettext("The two new passwords differ. Type the new one twice")
_PASSWORD_HINT = gettext("At least %(number)s characters; three words that do not belong together do", number=SHORTEST)


class SignInForm(Form):
    """Email and password; `next` is the page that was asked for."""

    email = EmailField(
        gettext("Email address"),
        [DataRequired(gettext("Give your email address")), Length(max=LONGEST_EMAIL)],
    )
    password = PasswordField(gettext("Password"), [DataRequired(_ASK_PASSWORD)])
    next = HiddenField()


class ForgottenForm(Form):
    """The address to which a link is mailed."""

    email = EmailField(
        gettext("Email address"),
        [DataRequired(gettext("Give your email address")), Length(max=LONGEST_EMAIL)],
    )


class NewPasswordForm(Form):
    """The password that it shall be, twice; the link that was mailed says whose."""

    password = PasswordField(
        gettext("Password"),
        [DataRequired(gettext("Give a new password")), Length(max=LONGEST)],
        description=_PASSWORD_HINT,
    )
    again = PasswordField(gettext("The password once more"), [EqualTo("password", _DIFFER)])


class NameForm(Form):
    """How one is named on pages."""

    name = StringField(
        gettext("Your name"),
        [DataRequired(gettext("Give your name")), Length(max=LONGEST_NAME)],
        description=gettext("As others see it here."),
    )


class PasswordForm(Form):
    """The password one has, and the one it shall be, twice."""

    current = PasswordField(gettext("The password you have now"), [DataRequired(_ASK_PASSWORD)])
    password = PasswordField(
        gettext("New password"),
        [DataRequired(gettext("Give a new password")), Length(max=LONGEST)],
        description=_PASSWORD_HINT,
    )
    again = PasswordField(gettext("The new password once more"), [EqualTo("password", _DIFFER)])
