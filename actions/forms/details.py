"""The form of an action's matrix: what, who, when, and how it will be known to be done."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from actions.editing import ActionDetails
from actions.models import Term
from kb.editing import LONGEST_TITLE
from kb.forms.base import DateParts, Form, VersionField
from kb.models.record import Visibility
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.models.organisation import Organisation, Post
    from kb.models.plan import Priority
    from kb.models.record import Theme

LONGEST = 4_000


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, [Length(max=LONGEST)])


class ActionForm(Form):
    """Every field that a lead may change; owner and due date need a reason."""

    page_order: ClassVar[tuple[str, ...]] = (
        "title",
        "description",
        "priorities",
        "owner",
        "sponsor",
        "contributors",
        "themes",
        "timescale",
        "term",
        "starts_on",
        "due_on",
        "measure",
        "support_needed",
        "resources",
        "recommendation",
        "plan_fit",
        "visibility",
        "reason",
    )
    version = VersionField()
    title = StringField(
        gettext("Action, starting with a verb"),
        [InputRequired(gettext("Say what will be done, starting with a verb")), Length(max=LONGEST_TITLE)],
    )
    description = _text(gettext("More about it"))
    priorities = SelectMultipleField(
        gettext("Priorities that it delivers"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    owner = SelectField(gettext("Who is responsible"))
    sponsor = SelectField(gettext("Sponsor"))
    contributors = SelectMultipleField(
        gettext("Contributing organisations"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    themes = SelectMultipleField(
        gettext("Themes"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    timescale = StringField(gettext("Timescale, as stated"), [Length(max=300)])
    term = SelectField(
        gettext("Term"),
        choices=[
            SelectChoice("", gettext("Not stated")),
            SelectChoice(Term.SHORT, gettext("Short")),
            SelectChoice(Term.MEDIUM, gettext("Medium")),
            SelectChoice(Term.LONG, gettext("Long")),
        ],
    )
    starts_on = DateParts(gettext("Starts"), [Optional()])
    due_on = DateParts(gettext("Due"), [Optional()])
    measure = _text(gettext("Measure of success"))
    support_needed = _text(gettext("Support needed"))
    resources = _text(gettext("Resources required"))
    recommendation = _text(gettext("Recommendation"))
    plan_fit = _text(gettext("Fit with the plan"))
    visibility = RadioField(
        gettext("Who may read it"),
        choices=[
            SelectChoice(Visibility.PUBLISHED, gettext("Everyone who reads the service")),
            SelectChoice(Visibility.DRAFT, gettext("Leads and the steering group only: it is a draft")),
        ],
        default=Visibility.PUBLISHED,
    )
    reason = StringField(gettext("Why the owner or the due date changes"), [Length(max=500)])

    @classmethod
    def offering(
        cls,
        posts: Sequence[Post],
        bodies: Sequence[Organisation],
        themes: Sequence[Theme],
        details: ActionDetails | None = None,
        version: int | None = None,
        priorities: Sequence[Priority] = (),
    ) -> ActionForm:
        """The form with the posts, organisations and themes to choose from, filled in from an action."""
        form = cls(data={**(asdict(details) if details else {}), "version": version})
        form.owner.choices = form.sponsor.choices = [
            SelectChoice("", gettext("Nobody yet")),
            *(SelectChoice(post.ref, f"{post.title} ({post.organisation.title})") for post in posts),
        ]
        form.contributors.choices = [SelectChoice(body.ref, body.title) for body in bodies]
        form.priorities.choices = [SelectChoice(priority.ref, priority.title) for priority in priorities]
        form.themes.choices = [SelectChoice(theme.ref, theme.title) for theme in themes]
        if form.visibility.data is None:
            # A hand-made form that leaves it out neither publishes a draft nor hides what is read.
            form.visibility.data = details.visibility if details else Visibility.PUBLISHED.value
        return form

    def details(self) -> ActionDetails:
        """What was filled in, for the service."""
        values: dict[str, Any] = self.values("version", "reason")
        # A field that a hand-made form leaves out is empty, like one that nobody filled in.
        values.update({name: "" for name, value in values.items() if value is None and not name.endswith("_on")})
        values.update({name: tuple(values[name] or ()) for name in ("contributors", "themes", "priorities")})
        return ActionDetails(**values)
