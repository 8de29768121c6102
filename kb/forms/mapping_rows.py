"""One row each of the mapping page: a key point, an implication, the answer and what it leads to."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from kb import labels
from kb.forms.base import DateParts, Form, VersionField
from kb.forms.choosing import Choice, Ticks, YesNo
from kb.mapping.rows import ImplicationRow, LinkRow, PointRow
from kb.words import gettext

# Titles of records stand in an index of the database, which takes no more.
LONGEST_STATEMENT = 600
LONGEST_TEXT = 4_000


def _statement(label: str) -> TextAreaField:
    return TextAreaField(label, [Length(max=LONGEST_STATEMENT)])


def _line(label: str) -> StringField:
    return StringField(label, [Length(max=300)])


class RowForm(Form):
    """What every row has; `number` is its place in the names of its fields."""

    ref = HiddenField(validators=[Length(max=200)])
    is_removed = YesNo(gettext("Remove this row"))
    number: int = 0


class PointForm(RowForm):
    """One key point."""

    text = _statement(gettext("Key point"))
    kind = Choice(
        gettext("Kind"), choices=[SelectChoice(value, words) for value, words in labels.key_point_kinds().items()]
    )
    place = _line(gettext("Where in the source"))
    promised_by = _line(gettext("Promised by"))
    promised_for = _line(gettext("By when"))
    measured_by = _line(gettext("How it will be measured"))
    site = _line(gettext("Where it was learnt"))
    aspect = StringField(gettext("What sort of lesson"), [Length(max=40)])

    def row(self) -> PointRow:
        """What was filled in."""
        return PointRow(number=self.number, **self.values())

    @property
    def is_blank(self) -> bool:
        """Whether nobody has filled in anything."""
        rest = (self.ref, self.text, self.place, self.promised_by, self.promised_for, self.measured_by, self.site)
        return not any(field.data for field in rest)


class ImplicationForm(RowForm):
    """One implication, what it rests on and what it calls for."""

    text = _statement(gettext("Implication"))
    kind = Choice(
        gettext("What it is about"),
        choices=[
            SelectChoice("", gettext("Choose")),
            *(SelectChoice(value, words) for value, words in labels.implication_kinds().items()),
        ],
    )
    horizon = Choice(
        gettext("How soon it bites"),
        choices=[
            SelectChoice("", gettext("Not stated")),
            *(SelectChoice(value, words) for value, words in labels.horizons().items()),
        ],
    )
    cites = Ticks(gettext("Rests on key points"))
    staff_groups = Ticks(gettext("Staff groups"))
    priorities = Ticks(gettext("Calls for"))
    reason = StringField(gettext("Why it calls for them"), [Length(max=1_000)])
    is_doubted = YesNo(gettext("Its meaning changes: links that rest on it should be looked at again"))

    def row(self) -> ImplicationRow:
        """What was filled in."""
        values = self.values()
        values["cites"] = tuple(int(number) for number in self.cites.data or ())
        values["staff_groups"] = tuple(self.staff_groups.data or ())
        values["priorities"] = tuple(self.priorities.data or ())
        return ImplicationRow(number=self.number, **values)

    @property
    def is_blank(self) -> bool:
        """Whether nobody has filled in anything."""
        rest = (self.ref, self.text, self.cites, self.staff_groups, self.priorities, self.reason)
        return not any(field.data for field in rest)


class LinkForm(Form):
    """One action or priority that the answer leads to."""

    ref = Choice(gettext("Which"))
    reason = StringField(gettext("Why"), [Length(max=1_000)])
    is_removed = YesNo(gettext("Remove this row"))
    number: int = 0
    is_standing: bool = False

    def row(self) -> LinkRow:
        """What was filled in."""
        return LinkRow(self._prefix.rstrip("-"), **self.values())

    @property
    def is_blank(self) -> bool:
        """Whether nobody has filled in anything."""
        return not self.ref.data and not self.reason.data


class ResponseForm(Form):
    """How the plan answers."""

    type = Choice(
        gettext("Kind of answer"),
        choices=[
            SelectChoice("", gettext("No answer yet")),
            *(SelectChoice(value, words) for value, words in labels.response_types().items()),
        ],
    )
    text = TextAreaField(gettext("The answer in words"), [Length(max=LONGEST_TEXT)])
    owner = Choice(gettext("Who is responsible"))
    review_by = DateParts(gettext("Look at it again by"), [Optional()])


class HeadForm(Form):
    """What stands once."""

    version = VersionField()
