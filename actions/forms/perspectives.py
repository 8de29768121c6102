"""The form of a scorecard's perspectives: the name and the place of each, and empty rows for more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from actions.measures.perspectives import LONGEST, Wanted
from kb.forms.base import Form, VersionField
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from actions.measures.perspectives import Perspective
    from kb.models.plan import Plan

NEW_ROWS = 3
LONGEST_PLACE = 3
_LAST = 1_000


class HeadingForm(Form):
    """One perspective; without a place it is not in the list, without a name it is taken off it."""

    was = HiddenField(validators=[Length(max=300)])
    place = StringField(gettext("Place"))
    name = StringField(
        gettext("Name"),
        [Length(max=LONGEST, message=gettext("Keep each perspective under %(most)s letters", most=LONGEST))],
    )
    indicators = 0

    @property
    def number(self) -> int | None:
        """Its place, None where nothing was typed; ValueError where that is no number."""
        typed = (self.place.data or "").strip()
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_PLACE):
            raise ValueError(gettext("Give each place as a number, 1 for the first"))
        return int(typed)


class PerspectivesForm(Form):
    """All perspectives of a plan."""

    page_order: ClassVar[tuple[str, ...]] = ("reason",)
    version = VersionField()
    reason = StringField(gettext("Why it changes"), [DataRequired(gettext("Say why it changes")), Length(max=500)])
    rows: list[HeadingForm]

    @classmethod
    def offering(
        cls, plan: Plan, standing: Sequence[Perspective], posted: MultiDict[str, str] | None
    ) -> PerspectivesForm:
        """The form, from what was posted or from what stands."""
        form = cls(data={"version": plan.version})
        known = {one.name: one.indicators for one in standing}
        if posted is not None:
            form.rows = [HeadingForm(posted, prefix=f"row-{number}-") for number in _numbers(posted)]
        else:
            shown: list[dict[str, Any]] = [
                {"was": one.name, "name": one.name, "place": str(number) if one.is_listed else ""}
                for number, one in enumerate(standing, 1)
            ]
            rows = [*shown, *({} for _ in range(NEW_ROWS))]
            form.rows = [HeadingForm(None, data=row, prefix=f"row-{number}-") for number, row in enumerate(rows)]
        for row in form.rows:
            row.indicators = known.get(row.was.data or "", 0)
        return form

    def wanted(self) -> list[Wanted] | None:
        """The perspectives in the order of their places; None where something is wrong, which is said at its field."""
        is_right, placed = self.validate(), []
        for row in self.rows:
            is_right = row.validate() and is_right
            try:
                number = row.number
            except ValueError as error:
                row.place.errors = [*row.place.errors, str(error)]
                is_right = False
                continue
            # A new one needs no place: it comes last.
            is_listed = number is not None or not row.was.data
            one = Wanted(row.name.data or "", row.was.data or "", is_listed)
            placed.append((_LAST if number is None else number, one))
        return [one for _, one in sorted(placed, key=lambda pair: pair[0])] if is_right else None

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """What is wrong, in the order of the page: the words, and the id of the field."""
        found = [(str(words), "") for words in self.form_errors]
        found += [(field.errors[0], field.id) for row in self.rows for field in row if field.errors]
        return [*found, *((words, self.reason.id) for words in self.reason.errors)]


def _numbers(posted: MultiDict[str, str]) -> list[int]:
    """The numbers of the rows that were posted, in order."""
    found = (re.match(r"row-([0-9]{1,3})-", key, re.ASCII) for key in posted)
    return sorted({int(match.group(1)) for match in found if match})
