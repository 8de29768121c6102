"""One row of the page on which somebody answers for several actions at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from actions.forms.update import LONGEST, confidence_choices
from actions.several import Answer
from actions.updates import Said, may_stay_unchanged
from kb.forms.base import DateParts, Form, VersionField
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

    from actions.held import Held
    from actions.models import Action

SAME = "same"


class RowForm(Form):
    """Three questions; a row of which nothing is filled in is left alone."""

    page_order: ClassVar[tuple[str, ...]] = ("confidence", "narrative", "forecast_on")
    version = VersionField()
    confidence = RadioField(gettext("How sure are you that it will be done?"), validate_choice=False)
    narrative = TextAreaField(gettext("What has changed?"), [Length(max=LONGEST)])
    forecast_on = DateParts(gettext("New expected date"), [Optional()])

    def __init__(self, action: Action | Held, today: date, **values: Any) -> None:
        super().__init__(prefix=action.ref, **values)
        self.action = action
        choices = confidence_choices()
        if may_stay_unchanged(action, today):
            choices.append(SelectChoice(SAME, gettext("Nothing has changed")))
        self.confidence.choices = choices

    @property
    def is_filled(self) -> bool:
        return bool(self.confidence.data or self.narrative.data or any(self.forecast_on.parts.values()))

    def answer(self) -> Answer:
        """What the row says, for the service; its words are also the reason for a new date."""
        words, repeats = self.narrative.data or "", self.confidence.data == SAME
        says_more = bool(words or self.forecast_on.data)
        confidence = (self.action.confidence or "") if repeats else (self.confidence.data or "")
        moved_to = self.forecast_on.data
        # The row asks only for a new date, so an empty one leaves the old one standing.
        said = Said(confidence, words, moved_to, words if moved_to else "", keeps_forecast=True)
        return Answer(self.action.ref, None if repeats and not says_more else said, self.version.data)

    def overtaken_by(self, update_id: int) -> None:
        """The sender has seen the newer answer now, so that sending again is meant."""
        self.version.raw_data, self.version.data = [str(update_id)], update_id
