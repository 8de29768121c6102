"""The form of a source: what it is, who published it, where it stands and when it runs."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from kb import dates, labels
from kb.catalogue.source_editing import LONGEST_LINK, SourceDetails, check_link, check_order
from kb.editing import LONGEST_TITLE
from kb.errors import Invalid
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice, Several
from kb.models.record import Visibility
from kb.models.source import Category, SourceStatus
from kb.models.term import Language
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.models.organisation import Organisation, Post
    from kb.models.record import Theme

LONGEST = 4_000
YES, NO = "yes", "no"
DATES = ("published", "starts", "ends")
# Fields with one thing a line.
LINES = ("also_called", "also_called_in_welsh", "mentions")


def stated_date(_form: Form, field: StringField) -> None:
    """Refuse a text that is no date, with the sentence that says how to write one."""
    try:
        dates.parse(field.data)
    except ValueError as error:
        raise ValidationError(str(error)) from None


@contextmanager
def _beside_the_field() -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        raise ValidationError(str(error)) from None


def _words(label: str, longest: int = LONGEST) -> StringField:
    return StringField(label, [Length(max=longest)])


def _whole_address(typed: str | None) -> str | None:
    """An address as browsers show it lacks how it is fetched."""
    return f"https://{typed.strip()}" if typed and typed.strip().lower().startswith("www.") else typed


def _date(label: str) -> StringField:
    return StringField(label, [Length(max=40), stated_date])


def _chosen(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class SourceForm(Form):
    """Every field of a source that a lead may fill in."""

    page_order: ClassVar[tuple[str, ...]] = (
        "title",
        "also_called",
        "also_called_in_welsh",
        "language",
        "category",
        "source_kind",
        "is_statutory",
        "summary",
        "link",
        "publishers",
        "publisher_as_stated",
        "nations",
        "status",
        "published",
        "status_as_stated",
        "starts",
        "ends",
        "mentions",
        "themes",
        "curator",
        "review_by",
        "visibility",
        "reason",
    )
    version = VersionField()
    title = StringField(
        gettext("Title"), [DataRequired(gettext("Give the source its title")), Length(max=LONGEST_TITLE)]
    )
    also_called = TextAreaField(gettext("Also called"), [Length(max=LONGEST)])
    language = RadioField(gettext("Language of this entry"), default=Language.ENGLISH)
    also_called_in_welsh = TextAreaField(gettext("Also called, in Welsh"), [Length(max=LONGEST)])
    category = RadioField(
        gettext("What it is to the plan"), [InputRequired(gettext("Say whether it drives policy or is research"))]
    )
    source_kind = SelectField(gettext("Kind of document"), [InputRequired(gettext("Say what kind of document it is"))])
    is_statutory = RadioField(
        gettext("Has it the force of law?"),
        choices=[SelectChoice(YES, gettext("Yes")), SelectChoice(NO, gettext("No"))],
        default=NO,
    )
    summary = TextAreaField(gettext("Summary"), [Length(max=LONGEST)])
    link = StringField(gettext("Where to read it"), [Length(max=LONGEST_LINK)], filters=[_whole_address])
    publishers = Several(gettext("Publishers"))
    publisher_as_stated = _words(gettext("Publisher, as stated"))
    nations = Several(gettext("Nations"))
    status = SelectField(gettext("Status"))
    status_as_stated = TextAreaField(gettext("Status, as stated"), [Length(max=LONGEST)])
    published = _date(gettext("Published"))
    starts = _date(gettext("Starts"))
    ends = _date(gettext("Ends"))
    themes = Several(gettext("Themes"))
    mentions = TextAreaField(gettext("Where documents name it"), [Length(max=LONGEST)])
    curator = Choice(gettext("Who looks after it here"))
    review_by = DateParts(gettext("Look at it again by"), [Optional()])
    visibility = RadioField(
        gettext("Who may read it"),
        choices=[
            SelectChoice(Visibility.PUBLISHED, gettext("Everyone who reads the service")),
            SelectChoice(Visibility.DRAFT, gettext("Leads and the steering group only: it is a draft")),
        ],
        default=Visibility.PUBLISHED,
    )

    @classmethod
    def offering(
        cls,
        publishers: Sequence[Organisation],
        themes: Sequence[Theme],
        kinds: Sequence[str],
        posts: Sequence[Post],
        details: SourceDetails | None = None,
        version: int | None = None,
    ) -> SourceForm:
        """The form with what there is to choose from, filled in from a source."""
        form = cls(data={**(_shown(details) if details else {"status": SourceStatus.NOT_STATED}), "version": version})
        form.category.choices = _chosen({value: labels.categories()[value] for value in Category})
        form.source_kind.choices = _chosen({"": gettext("Choose"), **{kind: labels.readable(kind) for kind in kinds}})
        form.status.choices = _chosen(labels.source_statuses())
        form.nations.choices = _chosen(labels.nations())
        form.language.choices = _chosen(labels.languages())
        form.publishers.choices = [SelectChoice(body.ref, body.title) for body in publishers]
        named = (SelectChoice(post.ref, f"{post.title} ({post.organisation.title})") for post in posts)
        form.curator.choices = [SelectChoice("", gettext("Nobody yet")), *named]
        form.themes.choices = [SelectChoice(theme.ref, theme.title) for theme in themes]
        return form

    def validate_link(self, field: StringField) -> None:
        """Say it with all else that is wrong, though the service checks it too."""
        with _beside_the_field():
            check_link(field.data or "")

    def validate_ends(self, field: StringField) -> None:
        """Say that the end is before the start, once both are dates."""
        try:
            starts, ends = dates.parse(self.starts.data), dates.parse(field.data)
        except ValueError:
            return
        with _beside_the_field():
            check_order(starts, ends)

    def details(self) -> SourceDetails:
        """What was filled in, for the service."""
        given = self.values("version", "reason", "review_by")
        values: dict[str, Any] = {name: "" if value is None else value for name, value in given.items()}
        values["review_by"] = self.review_by.data
        values |= {name: dates.parse(values[name]) for name in DATES}
        values |= {name: tuple(values[name] or ()) for name in ("publishers", "nations", "themes")}
        values["is_statutory"] = values["is_statutory"] == YES
        values |= {name: tuple(values[name].splitlines()) for name in LINES}
        return SourceDetails(**values)


class SourceEditForm(SourceForm):
    """The form of a source that is there already, whose changes need a reason."""

    reason = StringField(gettext("Why it changes"), [DataRequired(gettext("Say why it changes")), Length(max=500)])


def _shown(details: SourceDetails) -> dict[str, Any]:
    """The details as the form's fields take them."""
    return {
        **asdict(details),
        **{name: str(getattr(details, name)) for name in DATES},
        "is_statutory": YES if details.is_statutory else NO,
        **{name: "\n".join(getattr(details, name)) for name in LINES},
    }
