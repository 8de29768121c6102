"""The form for merging two records: which one stays, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from kb.forms.base import Form
from kb.links import LONGEST_REASON
from kb.words import gettext

if TYPE_CHECKING:
    from kb.models.record import Record


class MergeForm(Form):
    """Which of two records stays, by its ref, and why they are one."""

    page_order: ClassVar[tuple[str, ...]] = ("survivor", "reason")
    survivor = RadioField(
        gettext("Which one stays"), [InputRequired(gettext("Choose which one stays"))], validate_choice=True
    )
    reason = TextAreaField(
        gettext("Why they are one"), [InputRequired(gettext("Say why, in a few words")), Length(max=LONGEST_REASON)]
    )

    @classmethod
    def between(cls, one: Record, other: Record) -> MergeForm:
        """The form with the two to choose from."""
        form = cls()
        form.survivor.choices = [SelectChoice(record.ref, record.title) for record in (one, other)]
        return form
