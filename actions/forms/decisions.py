"""The forms of a meeting's record: a decision, the action that it becomes, and who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from actions.reviews import verdicts
from actions.reviews.deciding import FollowUp, Said
from actions.reviews.matters import About
from actions.reviews.record import Notes
from kb.editing import LONGEST_TITLE
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.reviews.matters import Matter
    from kb.models.organisation import Post

LONGEST, LONGEST_NOTES = 4_000, 20_000


class DecisionForm(Form):
    """What was decided on a matter, and why."""

    page_order: ClassVar[tuple[str, ...]] = ("verdict", "reason")
    version = VersionField()
    verdict = RadioField(gettext("What was decided?"), [InputRequired(gettext("Choose what was decided"))])
    reason = TextAreaField(gettext("Why, or what was said"), [Length(max=LONGEST)])

    @classmethod
    def on(cls, matter: Matter) -> DecisionForm:
        """The form for one matter of the agenda, with what stands decided."""
        decision = matter.decision
        stands = {"verdict": decision.verdict, "reason": decision.reason} if decision else {}
        form = cls(data={"version": matter.version, **stands})
        form.offer(tuple(matter.verdicts))
        return form

    def offer(self, wanted: Sequence[str]) -> None:
        """Let these verdicts be chosen from."""
        self.verdict.choices = [
            SelectChoice(value, words) for value, words in verdicts.offered().items() if value in wanted
        ]

    def said(self) -> Said:
        """What was decided, for the service."""
        return Said(verdict=self.verdict.data or "", reason=self.reason.data or "")


class OtherForm(DecisionForm):
    """A decision on what was not on the agenda."""

    page_order: ClassVar[tuple[str, ...]] = ("matter", "about", "verdict", "reason")
    matter = StringField(
        gettext("What it is about"), [InputRequired(gettext("Say what it is about")), Length(max=LONGEST_TITLE)]
    )
    about = StringField(gettext("The record that it concerns, if there is one"), [Length(max=LONGEST_TITLE)])

    @classmethod
    def on(cls, matter: Matter) -> OtherForm:
        """The form for other business that was recorded already."""
        decision = matter.decision
        about = f"{matter.record.kind}:{matter.record.ref}" if matter.record else ""
        stands = {"verdict": decision.verdict, "reason": decision.reason} if decision else {}
        form = cls(data={"version": matter.version, "matter": matter.words, "about": about, **stands})
        form.offer(tuple(matter.verdicts))
        return form

    def said(self) -> Said:
        """What was decided, for the service."""
        return Said(self.verdict.data or "", self.reason.data or "", self.matter.data or "", self.about.data or "")


class FollowUpForm(Form):
    """The action that a decision becomes."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "description", "owner", "due_on")
    title = StringField(
        gettext("What has to be done"), [InputRequired(gettext("Say what has to be done")), Length(max=LONGEST_TITLE)]
    )
    description = TextAreaField(gettext("More about it"), [Length(max=LONGEST)])
    owner = Choice(gettext("Who will do it"))
    due_on = DateParts(gettext("By when"), [Optional()])

    def offer(self, posts: Sequence[Post]) -> None:
        """Let these posts be chosen from."""
        self.owner.choices = [
            SelectChoice("", gettext("Choose a post")),
            *(SelectChoice(post.ref, f"{post.title} ({post.organisation.title})") for post in posts),
        ]

    def wanted(self) -> FollowUp:
        """The action, for the service."""
        return FollowUp(
            self.title.data or "", self.description.data or "", self.owner.data or "", due_on=self.due_on.data
        )


class NotesForm(Form):
    """Who was there, who sent apologies, and what else was said."""

    page_order: ClassVar[tuple[str, ...]] = ("present", "apologies", "notes")
    version = VersionField()
    present = TextAreaField(gettext("Who was there"), [Length(max=LONGEST)])
    apologies = TextAreaField(gettext("Apologies"), [Length(max=LONGEST)])
    notes = TextAreaField(gettext("Notes"), [Length(max=LONGEST_NOTES)])

    @classmethod
    def of(cls, notes: Notes) -> NotesForm:
        """The form with what is noted already."""
        return cls(
            data={
                "version": notes.version,
                "present": notes.present,
                "apologies": notes.apologies,
                "notes": notes.notes,
            }
        )

    def said(self) -> Notes:
        """What was noted, for the service."""
        return Notes(self.present.data or "", self.apologies.data or "", self.notes.data or "")


def title_of(matter: Matter) -> str:
    """What a matter may be called as an action; of a request or of what is done already nothing can be made so."""
    if matter.about != About.OTHER:
        return ""
    return (matter.brief.partition(": ")[2] if matter.named is not None else matter.words)[:LONGEST_TITLE]
