"""The forms of indicators: what is measured, what it should be in each period, and what was read."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from actions.measures.editing import IndicatorDetails
from actions.measures.readings import ReadingDetails
from actions.measures.trajectories import Point
from kb import dates, labels
from kb.editing import LONGEST_TITLE
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice, YesNo
from kb.forms.figures import FindingForm
from kb.forms.numbers import NumberField
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from actions.indicator_models import Indicator
    from kb.models.organisation import Organisation, Post

LONGEST = 4_000
LONGEST_LINE = 300
LONGEST_REASON = 500
NEW_ROWS = 3


def _line(label: str, hint: str = "") -> StringField:
    return StringField(label, [Length(max=LONGEST_LINE)], description=hint)


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, [Length(max=LONGEST)])


def _chosen(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class IndicatorForm(Form):
    """What a lead says about an indicator."""

    page_order: ClassVar[tuple[str, ...]] = (
        "title",
        "definition",
        "numerator",
        "denominator",
        "unit",
        "direction",
        "frequency",
        "perspective",
        "data_source",
        "owner",
        "baseline",
        "baseline_period",
        "target",
        "target_period",
        "target_on",
        "tolerance",
        "note",
        "reason",
    )
    version = VersionField()
    title = StringField(
        gettext("What is measured"), [DataRequired(gettext("Say what is measured")), Length(max=LONGEST_TITLE)]
    )
    definition = _text(gettext("Exactly what is counted"))
    numerator = _line(gettext("Number above the line"), gettext("For a share: those who are counted."))
    denominator = _line(gettext("Number below the line"), gettext("For a share: all of whom they are a part."))
    unit = _line(gettext("Unit"), gettext("Such as %, staff, weeks, £ million."))
    direction = Choice(gettext("Which way is better"), choices=_chosen(labels.directions()), default="none")
    frequency = Choice(gettext("How often it is read"), choices=_chosen(labels.frequencies()), default="not-stated")
    perspective = _line(gettext("Perspective"), gettext("Whose view it takes: service users, staff, money …"))
    data_source = _line(gettext("Where the readings come from"))
    owner = Choice(gettext("Who answers for it"))
    baseline = NumberField(gettext("Baseline"))
    baseline_period = _line(gettext("Period of the baseline"))
    target = NumberField(gettext("Target"))
    target_period = _line(gettext("Target, period as stated"))
    target_on = DateParts(gettext("Target to be reached by"), [Optional()])
    tolerance = NumberField(
        gettext("Tolerance, per cent"),
        description=gettext(
            "By how many per cent a reading may fall short of its trajectory and still be on it. Empty: by none."
        ),
    )
    note = _text(gettext("Note"))

    @classmethod
    def offering(
        cls, posts: Sequence[Post], details: IndicatorDetails | None = None, version: int | None = None
    ) -> IndicatorForm:
        """The form with the posts to choose from, filled in from an indicator."""
        form = cls(data={**(asdict(details) if details else {}), "version": version})
        form.owner.choices = [
            SelectChoice("", gettext("Nobody yet")),
            *(SelectChoice(post.ref, f"{post.title} ({post.organisation.title})") for post in posts),
        ]
        return form

    def details(self) -> IndicatorDetails:
        """What was filled in, for the service."""
        values: dict[str, Any] = self.values("version", "reason")
        # A field that a hand-made form leaves out is empty, like one that nobody filled in.
        texts = values.keys() - {"baseline", "target", "target_on", "tolerance"}
        values.update({name: values[name] or "" for name in texts})
        return IndicatorDetails(**values)


class IndicatorEditForm(IndicatorForm):
    """The form of an indicator that is there already, whose changes need a reason."""

    reason = StringField(
        gettext("Why it changes"), [DataRequired(gettext("Say why it changes")), Length(max=LONGEST_REASON)]
    )


class IndicatorFiguresForm(FindingForm):
    """The figures of sources that an indicator comes from."""

    page_order: ClassVar[tuple[str, ...]] = ("words", "chosen")


class ReadingForm(Form):
    """What was read."""

    page_order: ClassVar[tuple[str, ...]] = ("ends_on", "value", "data_source", "quality_note", "reason")
    ends_on = DateParts(
        gettext("Last day of the period"), [InputRequired(gettext("Give the last day of the period that was read"))]
    )
    value = NumberField(gettext("Value"))
    data_source = _line(gettext("Where it comes from"))
    quality_note = TextAreaField(
        gettext("How far it can be trusted"),
        [Length(max=LONGEST_REASON)],
        description=gettext("Such as: provisional, two teams missing."),
    )

    def validate_value(self, field: NumberField) -> None:
        """A reading without a number says nothing."""
        if field.data is None and not field.errors:
            raise ValidationError(gettext("Give the number that was read"))

    def details(self) -> ReadingDetails:
        """What was filled in, for the service; only of a form that was found right."""
        assert self.ends_on.data is not None
        assert self.value.data is not None
        return ReadingDetails(
            self.ends_on.data, self.value.data, self.data_source.data or "", self.quality_note.data or ""
        )


class CorrectionForm(ReadingForm):
    """What should have been read, and why it is corrected."""

    reason = StringField(
        gettext("Why it is corrected"),
        [DataRequired(gettext("Say why it is corrected")), Length(max=LONGEST_REASON)],
    )


class PointForm(Form):
    """One period of a trajectory."""

    point_id = HiddenField(validators=[Length(max=12)])
    period = StringField(gettext("Period"), [Length(max=60)])
    ends = StringField(gettext("Last day, if needed"), [Length(max=40)])
    value = NumberField(gettext("Value"))
    organisation = Choice(gettext("For whom"), default="")
    is_removed = YesNo(gettext("Remove"))

    @property
    def is_blank(self) -> bool:
        """Whether nobody has filled in anything."""
        return not any(
            (self.point_id.data, self.period.data, self.ends.data, self.value.raw_data and self.value.raw_data[0])
        )

    def point(self) -> Point:
        """What was filled in; ValueError, with a sentence, where the period is no date."""
        stated = dates.parse(self.ends.data or self.period.data)
        if stated.day is None or self.value.data is None:
            raise ValueError(gettext("Give a period and a number, or tick Remove"))
        id_text = self.point_id.data or ""
        known = int(id_text) if id_text.isascii() and id_text.isdigit() else None
        period = self.period.data or stated.spoken
        return Point(period, stated.day, self.value.data, self.organisation.data or "", known)


class TrajectoryForm(Form):
    """All periods of a trajectory, with a few empty rows for more."""

    page_order: ClassVar[tuple[str, ...]] = ("reason",)
    version = VersionField()
    reason = StringField(
        gettext("Why it changes"), [DataRequired(gettext("Say why it changes")), Length(max=LONGEST_REASON)]
    )
    rows: list[PointForm]

    @classmethod
    def offering(
        cls, indicator: Indicator, bodies: Sequence[Organisation], posted: MultiDict[str, str] | None
    ) -> TrajectoryForm:
        """The form, from what was posted or from what stands; `bodies` are the organisations to choose from."""
        form = cls(data={"version": indicator.version})
        if posted is not None:
            form.rows = [PointForm(posted, prefix=f"row-{number}-") for number in _numbers(posted)]
        else:
            standing = [
                {
                    "point_id": str(point.id),
                    "period": point.period,
                    "ends": _ends_unless_told(point.period, point.ends_on.isoformat()),
                    "value": point.value,
                    "organisation": point.organisation.ref if point.organisation else "",
                }
                for point in sorted(indicator.trajectory, key=lambda one: (one.ends_on, one.position))
            ]
            rows: list[dict[str, Any]] = [*standing, *({} for _ in range(NEW_ROWS))]
            form.rows = [PointForm(None, data=row, prefix=f"row-{number}-") for number, row in enumerate(rows)]
        offered = [
            SelectChoice("", gettext("All together")),
            *(SelectChoice(body.ref, body.title) for body in bodies),
        ]
        for row in form.rows:
            row.organisation.choices = offered
        return form

    def add_rows(self) -> None:
        """A few more empty rows."""
        first = max((int(row._prefix.split("-")[1]) for row in self.rows), default=-1) + 1
        offered = self.rows[0].organisation.choices if self.rows else [SelectChoice("", gettext("All together"))]
        for number in range(first, first + NEW_ROWS):
            row = PointForm(None, data={}, prefix=f"row-{number}-")
            row.organisation.choices = offered
            self.rows.append(row)

    def points(self) -> list[Point] | None:
        """The periods that stay, or None where a row is wrong; what is wrong is said beside its field."""
        points, is_right = [], self.validate()
        for row in self.rows:
            if row.is_blank or row.is_removed.data:
                continue
            if not row.validate():
                is_right = False
                continue
            try:
                points.append(row.point())
            except ValueError as error:
                row.period.errors = [*row.period.errors, str(error)]
                is_right = False
        return points if is_right else None

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """What is wrong, in the order of the page: the words, and the id of the field."""
        found = [(str(words), "") for words in self.form_errors]
        for number, row in enumerate(self.rows, 1):
            found += [
                (gettext("Row %(number)s: %(words)s", number=number, words=field.errors[0]), field.id)
                for field in row
                if field.errors
            ]
        return [*found, *((words, self.reason.id) for words in self.reason.errors)]


def _ends_unless_told(period: str, ends: str) -> str:
    """The last day of a period, where its words do not tell it."""
    try:
        stated = dates.parse(period)
    except ValueError:
        return ends
    return "" if stated.day is not None and stated.day.isoformat() == ends else ends


def _numbers(posted: MultiDict[str, str]) -> list[int]:
    """The numbers of the rows that were posted, in order."""
    found = (re.match(r"row-([0-9]{1,3})-", key, re.ASCII) for key in posted)
    return sorted({int(match.group(1)) for match in found if match})
