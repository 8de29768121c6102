"""The forms with which a source moves on in its life, and with which another takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from kb import labels
from kb.catalogue.lifecycle import Step
from kb.forms.base import DateParts, Form, VersionField
from kb.links import LONGEST_REASON
from kb.narrowing import LONGEST_WORDS
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

    from kb.models.source import Source


class StepForm(Form):
    """Since when, and why; with the version that was opened."""

    page_order: ClassVar[tuple[str, ...]] = ("since", "reason")
    version = VersionField()
    since = DateParts(gettext("Since when"), [InputRequired(gettext("Give the day, such as 1 4 2026"))])
    reason = TextAreaField(
        gettext("Why"),
        [DataRequired(gettext("Say why, in one sentence")), Length(max=LONGEST_REASON)],
        description=gettext("One sentence, kept in its history."),
    )

    @classmethod
    def about(cls, source: Source, today: date, **values: Any) -> StepForm:
        """The form about a source as it stands."""
        return cls(data={"version": source.version, "since": today, **values})

    def step(self) -> Step:
        """What was filled in, for the service; of a form that is valid."""
        assert self.since.data is not None
        return Step(self.since.data, self.reason.data or "", self.version.data or 0)


class StateForm(StepForm):
    """Where the source stands now."""

    page_order: ClassVar[tuple[str, ...]] = ("status", "since", "reason")
    status = SelectField(gettext("Where it stands"), validate_choice=False)

    @classmethod
    def about(cls, source: Source, today: date, **values: Any) -> StateForm:
        """The form with all that a source may be, and what it is chosen."""
        form = cls(data={"version": source.version, "since": today, "status": source.status, **values})
        form.status.choices = [SelectChoice(value, words) for value, words in labels.source_statuses().items()]
        return form


class SuccessorForm(Form):
    """Words by which to find the source that takes the place of another."""

    words = StringField(
        gettext("The source that takes its place"),
        [Length(max=LONGEST_WORDS)],
        description=gettext("Words of its title, or its short name"),
    )
