"""The one-minute update, and what else an owner says about an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from actions.models import Confidence, ReportedBy
from actions.updates import Said, still_expected_on
from kb.forms.base import DateParts, Form, VersionField
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

    from actions.models import Action, Update
    from kb.errors import Conflict

LONGEST = 4_000


def confidence_choices() -> list[SelectChoice]:
    """What an owner may declare."""
    return [
        SelectChoice(Confidence.ON_TRACK, gettext("On track")),
        SelectChoice(Confidence.AT_RISK, gettext("At risk")),
        SelectChoice(Confidence.OFF_TRACK, gettext("Off track")),
    ]


class UpdateForm(Form):
    """Five questions at most; text is never filled in from last time, the date is."""

    page_order: ClassVar[tuple[str, ...]] = (
        "reported_by",
        "confidence",
        "narrative",
        "forecast_on",
        "forecast_reason",
        "support_needed",
        "evidence",
    )
    # The newest update that the sender had seen; bears the name under which the page of a conflict sends it again.
    version = VersionField()
    # Asked only of a lead who writes for an owner; the service says when it is missing.
    reported_by = RadioField(
        gettext("How did you hear it?"),
        choices=[
            SelectChoice(ReportedBy.TELEPHONE, gettext("By telephone")),
            SelectChoice(ReportedBy.MAIL, gettext("By mail")),
            SelectChoice(ReportedBy.MEETING, gettext("In a meeting")),
        ],
        validate_choice=False,
    )
    confidence = RadioField(
        gettext("How sure are you that it will be done?"),
        [InputRequired(gettext("Say whether it is on track, at risk or off track"))],
        choices=confidence_choices(),
    )
    narrative = TextAreaField(gettext("What has changed?"), [Length(max=LONGEST)])
    forecast_on = DateParts(gettext("When do you now expect it to be done?"), [Optional()])
    forecast_reason = StringField(gettext("Why the new date?"), [Length(max=LONGEST)])
    support_needed = TextAreaField(
        gettext("What do you need from the steering group, and by when?"), [Length(max=LONGEST)]
    )
    evidence = TextAreaField(gettext("What shows how far it is?"), [Length(max=LONGEST)])

    def __init__(self, action: Action, last: Update | None, today: date, **values: Any) -> None:
        filled_in = {"version": last.id if last else None, "forecast_on": still_expected_on(action, today)}
        super().__init__(data=filled_in, **values)
        self.action, self.last_id, self.filled_in_on = action, filled_in["version"], filled_in["forecast_on"]

    def may_say_unchanged(self) -> bool:
        """Whether “Nothing has changed” would drop nothing that was typed or chosen; if not, the form says so."""
        typed = (self.narrative, self.forecast_reason, self.support_needed, self.evidence)
        chosen = self.confidence.data and self.confidence.data != self.action.confidence
        # Against a newer update the day that was filled in is not known any more; that one is a conflict anyway.
        is_newest = self.version.data == self.last_id
        dated = is_newest and any(self.forecast_on.parts.values()) and self.forecast_on.data != self.filled_in_on
        if chosen or dated or any(field.data for field in typed):
            self.form_errors.append(
                gettext("You wrote something: press Send, or empty the form to say that nothing has changed")
            )
            return False
        return True

    def name_fields(self, conflict: Conflict) -> None:
        """Let the page of a conflict speak the words of this form; both answers stay, so nothing is replaced."""
        conflict.labels = {field.short_name: field.label.text for field in self}
        conflict.button = gettext("Send mine as well")
        if self.confidence.data:
            conflict.chosen["confidence"] = [conflict.theirs["confidence"]]
            conflict.theirs["confidence"] = conflict.theirs["confidence"].replace("-", " ")

    def said(self) -> Said:
        """What the owner says, for the service."""
        return Said(
            confidence=self.confidence.data,
            narrative=self.narrative.data or "",
            forecast_on=self.forecast_on.data,
            forecast_reason=self.forecast_reason.data or "",
            support_needed=self.support_needed.data or "",
            evidence=self.evidence.data or "",
            reported_by=self.reported_by.data or "",
        )


class AnswerForm(Form):
    """The steering group's or a lead's answer to an ask for support."""

    page_order: ClassVar[tuple[str, ...]] = ("answer",)
    answer = TextAreaField(
        gettext("Your answer"),
        [InputRequired(gettext("Write the answer that the owner will read")), Length(max=LONGEST)],
    )


class DoneForm(Form):
    """What shows that an action is done."""

    page_order: ClassVar[tuple[str, ...]] = ("evidence",)
    version = VersionField()
    evidence = TextAreaField(
        gettext("What shows that it is done?"),
        [InputRequired(gettext("Say what shows that it is done, such as a paper or a figure")), Length(max=LONGEST)],
    )


class ReasonForm(Form):
    """Why an action is opened again."""

    page_order: ClassVar[tuple[str, ...]] = ("reason",)
    version = VersionField()
    reason = TextAreaField(
        gettext("Why is it open again?"), [InputRequired(gettext("Say why it is open again")), Length(max=LONGEST)]
    )


class VerifyForm(Form):
    """Nothing to fill in: the button says the deed."""

    version = VersionField()
