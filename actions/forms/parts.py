"""The small forms of an action's page: a milestone, and what shows how far the action is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from actions.milestones import as_told
from kb.catalogue.source_editing import LONGEST_LINK
from kb.editing import LONGEST_TITLE
from kb.forms.base import DateParts, Form
from kb.words import gettext

if TYPE_CHECKING:
    from actions.models import Milestone


def _whole_address(typed: str | None) -> str | None:
    """An address as browsers show it lacks how it is fetched."""
    return f"https://{typed.strip()}" if typed and typed.strip().lower().startswith("www.") else typed


class MilestoneForm(Form):
    """One step on the way."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "due_on", "reason")
    title = StringField(gettext("Milestone"), [InputRequired(gettext("Name the milestone")), Length(max=LONGEST_TITLE)])
    due_on = DateParts(gettext("Due"), [Optional()])

    @classmethod
    def of(cls, milestone: Milestone) -> MilestoneForm:
        """The form of a milestone that is there already."""
        return MilestoneEditForm(data={"title": milestone.title, "due_on": milestone.due_on, "was": as_told(milestone)})


class MilestoneEditForm(MilestoneForm):
    """A milestone that is there already, whose date moves with a reason."""

    reason = StringField(gettext("Why the date changes"), [Length(max=500)])
    was = HiddenField()


class RemovalForm(Form):
    """Why a step is taken away."""

    page_order: ClassVar[tuple[str, ...]] = ("reason",)
    reason = StringField(gettext("Why"), [Length(max=500)])


class EvidenceForm(Form):
    """A title and a web address."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "address")
    title = StringField(gettext("What it is"), [InputRequired(gettext("Say what it is")), Length(max=LONGEST_TITLE)])
    address = StringField(
        gettext("Its web address"),
        [InputRequired(gettext("Give its web address, starting with https:// or http://")), Length(max=LONGEST_LINK)],
        filters=[_whole_address],
    )
