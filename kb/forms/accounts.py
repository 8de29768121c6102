"""Forms for signing in and for one's own password."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired, EqualTo, Length

from kb.forms.base import Form
from kb.passwords import LONGEST, SHORTEST
from kb.sign_in import LONGEST_EMAIL
from kb.words import gettext

_ASK_PASSWORD = gettext("Give your password")


class SignInForm(Form):
    """Email and password; `next` is the page that was asked for."""

    email = EmailField(
        gettext("Email address"),
        [DataRequired(gettext("Give your email address")), Length(max=LONGEST_EMAIL)],
    )
    password = PasswordField(gettext("Password"), [DataRequired(_ASK_PASSWORD)])
    next = HiddenField()


class PasswordForm(Form):
    """The password one has, and the one it shall be, twice."""

    current = PasswordField(gettext("The password you have now"), [DataRequired(_ASK_PASSWORD)])
    password = PasswordField(
        gettext("New password"),
        [DataRequired(gettext("Give a new password")), Length(max=LONGEST)],
        description=gettext(
            "At least %(number)s characters; three words that do not belong together do", number=SHORTEST
        ),
    )
    again = PasswordField(
        gettext("The new password once more"),
        [EqualTo("password", gettext("The two new passwords differ. Type the new one twice"))],
    )
