"""The forms of a plan's reminders: when people are written to, and pausing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from kb.forms.base import Form, VersionField
from kb.forms.choosing import Choice
from kb.planning.reminder_policy import EARLIEST_HOUR, LATEST_HOUR, Policy, policy_of
from kb.words import gettext

if TYPE_CHECKING:
    from kb.models.plan import Plan

_NUMBER = [InputRequired(gettext("Give a number"))]
_SMALL = {"width": 4}


def _number(label: str, description: str = "") -> IntegerField:
    return IntegerField(label, _NUMBER, description=description, render_kw=_SMALL)


class PolicyForm(Form):
    """When people are written to about a plan."""

    page_order: ClassVar[tuple[str, ...]] = (
        "first_days_before",
        "second_days_before",
        "overdue_every_days",
        "stale_after_days",
        "sponsor_after_days",
        "steering_after_days",
        "write_at_hour",
        "timezone",
        "reason",
    )
    version = VersionField()
    first_days_before = _number(gettext("First reminder, days before the due date"), gettext("0 for none"))
    second_days_before = _number(gettext("Second reminder, days before the due date"), gettext("0 for none"))
    overdue_every_days = _number(gettext("Days between reminders while an action is overdue"))
    stale_after_days = _number(
        gettext("Days without an answer until an update is asked for"),
        gettext("An action that nobody has said anything about for so long is marked as well."),
    )
    sponsor_after_days = _number(
        gettext("Working days overdue until the sponsor is told"), gettext("Once for each due date. 0 for never")
    )
    steering_after_days = _number(
        gettext("Working days overdue until the steering group is told"),
        gettext("Once for each due date. 0 for never"),
    )
    write_at_hour = Choice(
        gettext("Hour from which mails are written"),
        choices=[SelectChoice(str(hour), f"{hour}:00") for hour in range(EARLIEST_HOUR, LATEST_HOUR + 1)],
    )
    timezone = StringField(
        gettext("Time zone"),
        [Length(max=60)],
        description=gettext("Such as Europe/London. Empty means the time zone of the service."),
    )
    reason = StringField(
        gettext("Why it changes"),
        [Length(max=500)],
        description=gettext("Kept in the history beside what changes. It may be left empty."),
    )

    def __init__(self, plan: Plan, *, is_posted: bool = True) -> None:
        """With what stands; `is_posted` is False where it was another form of the page that was sent."""
        standing = {**asdict(policy_of(plan)), "write_at_hour": str(plan.write_at_hour), "version": plan.version}
        super().__init__(None if is_posted else MultiDict(), data=standing)

    def policy(self) -> Policy:
        """What was filled in."""
        values: dict[str, Any] = self.values("version", "reason")
        return Policy(**{**values, "write_at_hour": int(values["write_at_hour"]), "timezone": values["timezone"] or ""})


class PauseForm(Form):
    """Pausing all reminders of a plan, or going on with them."""

    page_order: ClassVar[tuple[str, ...]] = ("why",)
    # The other form of the page has a version too, and an id stands once in a page.
    version = VersionField(id="pause-version")
    is_paused = HiddenField()
    why = StringField(gettext("Why"), [DataRequired(gettext("Say why")), Length(max=500)])

    def __init__(self, plan: Plan, *, is_posted: bool = True) -> None:
        """As the other form of the page."""
        super().__init__(
            None if is_posted else MultiDict(),
            data={"version": plan.version, "is_paused": "" if plan.is_paused else "1"},
        )
