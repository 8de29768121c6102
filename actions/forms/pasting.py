"""The form for a column of readings that was copied from a spreadsheet."""

from __future__ import annotations

from typing import ClassVar

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from actions.forms.indicators import LONGEST_LINE, LONGEST_REASON
from kb.forms.base import Form
from kb.words import gettext

LONGEST_COLUMN = 50_000


class ColumnForm(Form):
    """Days and numbers, one to a line, with where they come from."""

    page_order: ClassVar[tuple[str, ...]] = ("column", "data_source", "reason")
    column = TextAreaField(
        gettext("Days and numbers"),
        [DataRequired(gettext("Paste the days and their numbers, one to a line")), Length(max=LONGEST_COLUMN)],
        description=gettext(
            "Two columns copied from a spreadsheet: the last day or the month of each period, and its number. "
            "Such as: October 2026, then 71.8."
        ),
    )
    data_source = StringField(gettext("Where they come from"), [Length(max=LONGEST_LINE)])
    reason = StringField(
        gettext("Why readings are corrected"),
        [Length(max=LONGEST_REASON)],
        description=gettext("Only where a day has another reading already, which is kept beneath the new one."),
    )
