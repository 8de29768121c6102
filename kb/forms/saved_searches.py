"""The form for saving a search, and for naming one that is saved."""

from __future__ import annotations

from typing import ClassVar

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from kb.forms.base import Form
from kb.words import gettext
from search.saving.saved import LONGEST_NAME


class SavedSearchForm(Form):
    """Its name, and whether its owner is told; `asks` is the search itself, which is never changed."""

    page_order: ClassVar[tuple[str, ...]] = ("name", "is_told")
    name = StringField(gettext("Name"), [DataRequired(gettext("Give the search a name")), Length(max=LONGEST_NAME)])
    is_told = BooleanField(
        gettext("Tell me when something new matches"),
        description=gettext("In your daily mail, on working days: new records that match every word of it."),
    )
    asks = HiddenField()
