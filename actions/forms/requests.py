"""Asking for a change, deciding it, and the filters of the list of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from actions.request_models import RequestedChange, RequestState
from actions.requests import words as request_words
from actions.requests.filters import MINE, TO_DECIDE, RequestFilter
from actions.requests.proposing import Proposal
from kb.editing import LONGEST_TITLE
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice
from kb.forms.filtering import groups_on, one_of, selects, word
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from werkzeug.datastructures import MultiDict

    from actions.models import Action
    from kb.forms.filtering import Group
    from kb.models.organisation import Post

LONGEST = 4_000


class ProposalForm(Form):
    """One question, what should change, with the fields that belong to each answer; and the reason."""

    page_order: ClassVar[tuple[str, ...]] = ("what", "due_on", "owner", "title", "description", "ends", "reason")
    what = RadioField(gettext("What should change?"), [InputRequired(gettext("Choose what should change"))])
    due_on = DateParts(gettext("New due date"), [Optional()])
    owner = Choice(gettext("Who should own it"))
    title = StringField(gettext("What the action should say"), [Length(max=LONGEST_TITLE)])
    description = TextAreaField(gettext("More about it"), [Length(max=LONGEST)])
    ends = Choice(gettext("Why close it"))
    reason = TextAreaField(
        gettext("Why?"), [InputRequired(gettext("Say why, so that someone else can decide")), Length(max=LONGEST)]
    )

    @classmethod
    def about(cls, action: Action, posts: Sequence[Post], what: str, asked_already: Collection[str]) -> ProposalForm:
        """The form on an action, with the answer that the address chose and what the owner expects filled in."""
        later = action.forecast_on if action.forecast_on and action.forecast_on != action.due_on else None
        form = cls(data={"what": what, "due_on": later, "title": action.title, "description": action.description})
        form.what.choices = [
            SelectChoice(value, label) for value, label in request_words.changes().items() if value not in asked_already
        ]
        form.owner.choices = [
            SelectChoice("", gettext("Choose a post")),
            *(
                SelectChoice(post.ref, f"{post.title} ({post.organisation.title})")
                for post in posts
                if post.id != action.owner_id
            ),
        ]
        form.ends.choices = [
            SelectChoice("", gettext("Choose one")),
            *(SelectChoice(value, label) for value, label in request_words.ends().items()),
        ]
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        """Only the fields of the chosen answer count, whatever stands in the others."""
        super().validate(extra_validators)
        for name in {name for names in FIELDS.values() for name in names} - set(FIELDS.get(self.what.data or "", ())):
            self[name].errors = []
        return not self.errors

    def proposal(self) -> Proposal:
        """What was asked for, for the service."""
        values = self.values()
        return Proposal(**{name: values[name] or "" for name in values if name != "due_on"}, due_on=values["due_on"])


FIELDS: dict[str, tuple[str, ...]] = {
    RequestedChange.DUE_DATE: ("due_on",),
    RequestedChange.OWNER: ("owner",),
    RequestedChange.SCOPE: ("title", "description"),
    RequestedChange.CLOSURE: ("ends",),
}


class DecisionForm(Form):
    """What is said with a decision; the button says which."""

    page_order: ClassVar[tuple[str, ...]] = ("decision",)
    version = VersionField()
    decision = TextAreaField(gettext("What do you say to whoever asked?"), [Length(max=LONGEST)])


def read(args: MultiDict[str, str]) -> RequestFilter:
    """The filter that an address asks for; it never fails, what is unknown asks for nothing."""
    return RequestFilter(
        state=one_of(args, "state", set(RequestState)),
        plan=word(args, "plan"),
        what=one_of(args, "what", set(RequestedChange)),
        whose=one_of(args, "whose", (MINE, TO_DECIDE)),
    )


def offered(wanted: RequestFilter, plans: dict[str, str]) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them, and what is on."""
    whose = {TO_DECIDE: gettext("Mine to decide"), MINE: gettext("Asked for by me")}
    groups: list[Group] = [
        (gettext("Where it stands"), "state", request_words.states(), wanted.state),
        (gettext("Whose"), "whose", whose, wanted.whose),
        (gettext("What should change"), "what", request_words.changes(), wanted.what),
        (gettext("Plan"), "plan", plans, wanted.plan),
    ]
    return {"selects": selects(groups), "on": groups_on(groups)}
