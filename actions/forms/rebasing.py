"""The forms for computing an indicator's limits anew, and as before."""

from __future__ import annotations

from typing import ClassVar

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from actions.measures.rebasing import LONGEST_REASON, RebaseDetails
from kb.forms.base import DateParts, Form
from kb.words import gettext


class RebaseForm(Form):
    """From when on limits are computed anew, on which readings they rest, and why."""

    page_order: ClassVar[tuple[str, ...]] = ("starts_on", "until", "reason")
    starts_on = DateParts(
        gettext("First day that the new limits are for"),
        [InputRequired(gettext("Give the first day that the new limits are for"))],
    )
    until = DateParts(
        gettext("Last day that they are computed from, if not all"),
        [Optional()],
        description=gettext("Leave it empty to compute them from every reading since the first day."),
    )
    reason = TextAreaField(
        gettext("What changed"),
        [
            DataRequired(gettext("Say what changed, so that others can judge the new limits")),
            Length(max=LONGEST_REASON),
        ],
        description=gettext("Such as: the new curriculum began. It is shown beneath the chart."),
    )

    def details(self) -> RebaseDetails:
        """What was filled in, for the service; only of a form that was found right."""
        assert self.starts_on.data is not None
        return RebaseDetails(self.starts_on.data, self.until.data, self.reason.data or "")


class WithdrawRebaseForm(Form):
    """Why limits are computed as before."""

    page_order: ClassVar[tuple[str, ...]] = ("reason",)
    reason = StringField(
        gettext("Why they are computed as before"),
        [DataRequired(gettext("Say why the limits are computed as before")), Length(max=LONGEST_REASON)],
    )
