"""The forms of an organisation, of a post, and of who holds a post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from kb import labels
from kb.catalogue.holding import Wanted
from kb.catalogue.organisation_editing import OrganisationDetails, PostDetails
from kb.editing import LONGEST_WORD
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice, Several, YesNo
from kb.forms.record import LONGEST_TEXT, RecordForm, offered, titles
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kb.models.organisation import Organisation, Post
    from kb.models.user import User


class OrganisationForm(RecordForm):
    """What a lead may fill in about an organisation."""

    page_order: ClassVar[tuple[str, ...]] = (
        "title",
        "abbreviation",
        "body_kind",
        "nations",
        "is_generic",
        "note",
        "reason",
    )
    abbreviation = StringField(gettext("Abbreviation"), [Length(max=60)], render_kw={"width": 10})
    body_kind = StringField(
        gettext("Kind of body"),
        [Length(max=LONGEST_WORD)],
        description=gettext("Such as charity, university, NHS trust, local authority"),
    )
    nations = Several(gettext("Nations it works in"))
    is_generic = YesNo(
        gettext("It stands for many bodies"), description=gettext("Such as all health boards, or local authorities")
    )
    note = TextAreaField(gettext("Note"), [Length(max=LONGEST_TEXT)])

    def offer(self, kinds: Iterable[str]) -> OrganisationForm:
        """Let choose between nations, and suggest the kinds of body that there are."""
        self.title.label.text = gettext("Name")
        self.nations.choices = offered(labels.nations())
        self.body_kind.render_kw = {"suggestions": [labels.readable(kind) for kind in kinds]}
        return self

    def details(self) -> OrganisationDetails:
        """What was filled in."""
        values: dict[str, Any] = self.given()
        return OrganisationDetails(**{**values, "nations": tuple(values["nations"] or ())})


class PostForm(RecordForm):
    """What a lead may fill in about a post."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "organisation", "note", "is_assumed", "reason")
    organisation = Choice(gettext("Organisation"), [InputRequired(gettext("Choose an organisation"))])
    note = TextAreaField(
        gettext("Note"), [Length(max=LONGEST_TEXT)], description=gettext("What the post is for, or where it is named")
    )
    is_assumed = YesNo(
        gettext("We assume that there is such a post"),
        description=gettext("A document names only the body, and somebody in it must act"),
    )

    def offer(self, bodies: Sequence[Organisation]) -> PostForm:
        """Let choose between organisations."""
        self.organisation.choices = offered(titles(bodies), none=gettext("Choose"))
        return self

    def details(self) -> PostDetails:
        """What was filled in."""
        return PostDetails(**self.given())


class HoldingForm(Form):
    """Who has a post, from which day, and why that changes."""

    page_order: ClassVar[tuple[str, ...]] = ("who", "from_on", "reason")
    version = VersionField()
    who = Choice(gettext("Who"))
    from_on = DateParts(gettext("From"), [InputRequired(gettext("Say from which day"))])
    reason = StringField(
        gettext("Why it changes"), [Length(max=500)], description=gettext("Kept in the history. It may be left empty.")
    )

    @classmethod
    def offering(cls, post: Post, people: Iterable[User], standing: User | None, today: date) -> HoldingForm:
        """The form with the people to choose from; whoever has it now is chosen."""
        form = cls(data={"version": post.version, "who": standing.email if standing else "", "from_on": today})
        nobody = gettext("Nobody: leave it empty")
        named = (SelectChoice(user.email, f"{user.name} ({user.email})") for user in people)
        form.who.choices = [SelectChoice("", nobody), *named]
        return form

    def change(self) -> Wanted:
        """What was filled in; of a form that was found right, so that there is a day."""
        assert self.from_on.data is not None
        return Wanted(self.who.data or "", self.from_on.data, self.version.data or 0, self.reason.data or "")
