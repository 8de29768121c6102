"""The forms of meetings: when one is, a series of them, its cover sheet, and taking one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from actions.review_models import AssuranceLevel, Purpose
from actions.reviews import words
from actions.reviews.pack import Cover
from actions.reviews.service import MOST_IN_SERIES, Arrangements
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice, Several
from kb.words import gettext

if TYPE_CHECKING:
    from actions.review_models import Review

LONGEST, LONGEST_LINE = 4_000, 300
_DAYS = [InputRequired(gettext("Give a number of working days"))]


class ArrangeForm(Form):
    """When a meeting is, and the days of its cycle."""

    page_order: ClassVar[tuple[str, ...]] = ("meets_on", "place", "request_days", "close_days")
    meets_on = DateParts(gettext("Day of the meeting"), [InputRequired(gettext("Give the day of the meeting"))])
    place = StringField(gettext("Place, if it is known"), [Length(max=LONGEST_LINE)])
    request_days = IntegerField(
        gettext("Ask owners for updates, working days before"),
        _DAYS,
        default=15,
        description=gettext("Whoever has said nothing is reminded half way and on the day before the close."),
        render_kw={"width": 4},
    )
    close_days = IntegerField(
        gettext("Close the answers and freeze the pack, working days before"), _DAYS, default=5, render_kw={"width": 4}
    )

    def wanted(self) -> Arrangements:
        """What was filled in; only of a form that was found right."""
        assert self.meets_on.data is not None
        return Arrangements(
            self.meets_on.data, self.place.data or "", self.request_days.data or 0, self.close_days.data or 0
        )


class SeriesForm(ArrangeForm):
    """One meeting, or a series of them."""

    page_order: ClassVar[tuple[str, ...]] = (*ArrangeForm.page_order, "every", "times")
    every = Choice(gettext("How often"), default="")
    times = IntegerField(
        gettext("How many meetings"),
        [NumberRange(1, MOST_IN_SERIES, gettext("Give a number from 1 to %(most)s", most=MOST_IN_SERIES))],
        default=1,
        render_kw={"width": 4},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.every.choices = [SelectChoice(value, told) for value, told in words.series().items()]


class RearrangeForm(ArrangeForm):
    """A meeting that is there already."""

    version = VersionField()

    def __init__(self, review: Review) -> None:
        super().__init__(data={name: getattr(review, name) for name in (*self.page_order, "version")})


class CancelForm(Form):
    """The version of the meeting that is taken out."""

    version = VersionField()


class CoverForm(Form):
    """The cover sheet of a pack, as boards of the NHS expect it."""

    page_order: ClassVar[tuple[str, ...]] = (
        *("purposes", "assurance", "assurance_reason", "recommendation", "summary", "objective", "risk"),
        *("seen_before", "equality", "lead_director", "prepared_by"),
    )
    version = VersionField()
    purposes = Several(gettext("What is the group asked to do with the pack?"))
    assurance = Choice(gettext("How much assurance does it give?"), default="")
    assurance_reason = TextAreaField(
        gettext("Why that much"), [Length(max=LONGEST)], description=gettext("Such as: 61 of 68 actions are on time.")
    )
    recommendation = TextAreaField(gettext("Recommendation"), [Length(max=LONGEST)])
    summary = TextAreaField(
        gettext("Summary"), [Length(max=LONGEST)], description=gettext("Three or four sentences that a director reads.")
    )
    objective = TextAreaField(gettext("Strategic objective that it serves"), [Length(max=LONGEST)])
    risk = TextAreaField(gettext("Strategic risk that it is about"), [Length(max=LONGEST)])
    seen_before = TextAreaField(
        gettext("Considered before by"),
        [Length(max=LONGEST)],
        description=gettext("Groups that have seen it, with the day and what they said."),
    )
    equality = TextAreaField(
        gettext("Equality, and the Welsh language"),
        [Length(max=LONGEST)],
        description=gettext("Whom it affects, whether that was assessed, and what is needed in Welsh."),
    )
    lead_director = StringField(gettext("Lead director"), [Length(max=LONGEST_LINE)])
    prepared_by = StringField(gettext("Prepared by"), [Length(max=LONGEST_LINE)])

    def __init__(self, review: Review) -> None:
        names = [name for name in self.page_order if name not in ("purposes", "assurance")]
        standing = {name: getattr(review, name) for name in (*names, "version")}
        super().__init__(data={**standing, "purposes": review.purposes.split(), "assurance": review.assurance or ""})
        self.purposes.choices = [SelectChoice(str(one), told) for one, told in words.purposes().items()]
        unsaid = SelectChoice("", gettext("Not said"))
        self.assurance.choices = [unsaid, *(SelectChoice(str(one), told) for one, told in words.levels().items())]

    def cover(self) -> Cover:
        """What was filled in."""
        values: dict[str, Any] = self.values("version")
        ticked = values.pop("purposes") or ()
        chosen = tuple(one.value for one in Purpose if one in ticked)
        level = values.pop("assurance") or ""
        texts = {name: value or "" for name, value in values.items()}
        return Cover(purposes=chosen, assurance=AssuranceLevel(level) if level else "", **texts)
