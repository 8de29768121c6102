"""Asking for a new link to answer with."""

from __future__ import annotations

from typing import ClassVar

from wtforms import EmailField
from wtforms.validators import DataRequired, Length

from kb.accounts.sign_in import LONGEST_EMAIL
from kb.forms.base import Form
from kb.words import gettext


class NewLinkForm(Form):
    """The address on file; the link goes there and nowhere else."""

    page_order: ClassVar[tuple[str, ...]] = ("email",)
    email = EmailField(
        gettext("Email address"), [DataRequired(gettext("Give your email address")), Length(max=LONGEST_EMAIL)]
    )
