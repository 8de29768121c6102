"""The form of one row of a plan's mapping table."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from kb import labels
from kb.editing import LONGEST_WORD
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice
from kb.forms.record import LONGEST_TEXT, offered
from kb.planning.responses import ResponseDetails
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.models.organisation import Post
    from kb.models.plan import Response


class ResponseForm(Form):
    """A row has no title of its own: its sources name it."""

    page_order: ClassVar[tuple[str, ...]] = (
        "sources",
        "section",
        "response_type",
        "text",
        "owner",
        "review_by",
        "reason",
    )
    version = VersionField()
    sources = TextAreaField(
        gettext("Sources of the row"),
        [DataRequired(gettext("Name at least one source")), Length(max=LONGEST_TEXT)],
        description=gettext("One a line: its title, its short name, or words that only its title has."),
    )
    section = StringField(
        gettext("Section of the table"), [Length(max=LONGEST_WORD)], description=gettext("Such as policy or research")
    )
    response_type = Choice(
        gettext("How the plan stands to them"),
        choices=offered(labels.response_types(), none=gettext("No answer yet")),
    )
    text = TextAreaField(gettext("The answer in words"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 5})
    owner = Choice(gettext("Who is responsible"))
    review_by = DateParts(gettext("Look at it again by"), [Optional()])
    reason = StringField(
        gettext("Why it changes"), [Length(max=500)], description=gettext("Kept in the history. It may be left empty.")
    )

    @classmethod
    def offering(
        cls, details: ResponseDetails, posts: Iterable[Post], sections: Iterable[str], response: Response | None
    ) -> ResponseForm:
        """The form filled in from a row, with posts to choose from and the sections that there are."""
        shown: dict[str, Any] = {**asdict(details), "sources": "\n".join(details.sources)}
        form = cls(data={**shown, "version": response.version if response else None})
        named = (SelectChoice(post.ref, f"{post.title} ({post.organisation.title})") for post in posts)
        form.owner.choices = [SelectChoice("", gettext("Nobody yet")), *named]
        form.section.render_kw = {"suggestions": [labels.readable(section) for section in sections]}
        if response is None:
            del form.reason
        return form

    def details(self) -> ResponseDetails:
        """What was filled in."""
        given = self.values("version", "reason", "sources", "review_by")
        values = {name: "" if value is None else value for name, value in given.items()}
        lines = tuple((self.sources.data or "").splitlines())
        return ResponseDetails(sources=lines, review_by=self.review_by.data, **values)

    def change(self) -> dict[str, Any]:
        """The version that was opened and why it changes."""
        return {"version": self.version.data or 0, "reason": self.reason.data or ""}
