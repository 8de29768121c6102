"""The form of the mapping page: rows of key points and implications, and at the foot the plan's answer."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from wtforms.fields.choices import SelectChoice

from kb.forms.base import DateParts, Form
from kb.forms.mapping_rows import HeadForm, ImplicationForm, LinkForm, PointForm, ResponseForm
from kb.mapping.rows import Mapping, ResponseRow
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict
    from wtforms.fields.core import Field

    from kb.errors import Invalid
    from kb.mapping.service import Offered

R = TypeVar("R", bound=Form)


class MappingForm:
    """All of the page; filled in from what stands, or from what was posted."""

    def __init__(self, standing: Mapping, offered: Offered, version: int, posted: MultiDict[str, str] | None) -> None:
        self.posted = posted
        self.offered = offered
        self.head = HeadForm(posted, data={"version": version if posted is None else None})
        self.key_points = self._rows(PointForm, "key_points", standing.key_points)
        self.implications = self._rows(ImplicationForm, "implications", standing.implications)
        self.response: ResponseForm | None = None
        self.actions: list[LinkForm] = []
        self.priorities: list[LinkForm] = []
        if standing.response is not None:
            self._set_response(standing.response)
        self.form_errors: list[str] = []
        if posted is None:
            self._offer_first_rows()
        self.offer_choices()

    def _set_response(self, standing: ResponseRow) -> None:
        self.response = ResponseForm(self.posted, data=asdict(standing), prefix="response-")
        self.actions = self._rows(LinkForm, "response_actions", standing.actions)
        self.priorities = self._rows(LinkForm, "response_priorities", standing.priorities)
        for forms, rows in ((self.actions, standing.actions), (self.priorities, standing.priorities)):
            known = {row.ref for row in rows}
            for form in forms:
                form.is_standing = form.ref.data in known

    def _rows(self, form: type[R], name: str, standing: Sequence[Any]) -> list[R]:
        if self.posted is None:
            rows = [form(None, data=asdict(row), prefix=f"{name}-{number}-") for number, row in enumerate(standing)]
            numbers = list(range(len(rows)))
        else:
            numbers = _numbers(self.posted, name)
            rows = [form(self.posted, prefix=f"{name}-{number}-") for number in numbers]
        for row, number in zip(rows, numbers, strict=True):
            row.number = number
        return rows

    def _offer_first_rows(self) -> None:
        if not self.key_points:
            self._add(self.key_points, PointForm, "key_points")
        if not self.implications:
            self._add(self.implications, ImplicationForm, "implications")

    def _add(self, rows: list[R], form: type[R], name: str) -> R:
        number = max((row.number for row in rows), default=-1) + 1
        row = form(None, data={}, prefix=f"{name}-{number}-")
        row.number = number
        rows.append(row)
        return row

    def add(self, what: str) -> str:
        """Add one empty row of a kind; the id of the field that is to have the focus, nothing for no known kind."""
        added: Form
        match what:
            case "key_point":
                added = self._add(self.key_points, PointForm, "key_points")
            case "implication":
                added = self._add(self.implications, ImplicationForm, "implications")
            case "action" if self.response is not None:
                added = self._add(self.actions, LinkForm, "response_actions")
            case "priority" if self.response is not None:
                added = self._add(self.priorities, LinkForm, "response_priorities")
            case _:
                return ""
        self.offer_choices()
        return str((added["text"] if "text" in added else added["ref"]).id)

    def offer_choices(self) -> None:
        """Let each row choose from what there is now, new key points too."""
        points = [SelectChoice(str(row.number), row.text.data or "") for row in self.key_points]
        groups = [SelectChoice(ref, group.title) for ref, group in self.offered.staff_groups.items()]
        priorities = [SelectChoice(ref, priority.title) for ref, priority in self.offered.priorities.items()]
        actions = [SelectChoice(ref, action.title) for ref, action in self.offered.actions.items()]
        for row in self.implications:
            row.cites.choices, row.staff_groups.choices, row.priorities.choices = points, groups, priorities
        nothing = SelectChoice("", gettext("Choose"))
        for rows, offered in ((self.actions, actions), (self.priorities, priorities)):
            for link in rows:
                link.ref.choices = [nothing, *offered]
        if self.response is not None:
            posts = self.offered.posts.items()
            self.response.owner.choices = [
                SelectChoice("", gettext("Nobody yet")),
                *(SelectChoice(ref, f"{post.title} ({post.organisation.title})") for ref, post in posts),
            ]

    @property
    def forms(self) -> list[Form]:
        """Every part, in the order of the page."""
        foot = [self.response, *self.actions, *self.priorities] if self.response is not None else []
        return [*self.key_points, *self.implications, *foot]

    def validate(self) -> bool:
        """Whether it can be handed to the service; rows that are blank or removed need not be right."""
        for row in (*self.key_points, *self.implications):
            if not row.is_blank and not row.is_removed.data:
                row.validate()
                if not row.text.data:
                    _refuse(row.text, gettext("Say it in words, or tick “Remove this row”"))
        for row in self.implications:
            if not row.is_blank and not row.is_removed.data and not row.errors and not row.kind.data:
                _refuse(row.kind, gettext("Choose what it is about"))
        if self.response is not None:
            self.response.validate()
        for link in (*self.actions, *self.priorities):
            if not link.is_blank:
                link.validate()
                if not link.ref.data and not link.ref.errors:
                    _refuse(link.ref, gettext("Choose one, or empty the reason"))
        return not self.errors

    def given(self) -> Mapping:
        """What was filled in, for the service."""
        response = None
        if self.response is not None:
            values = self.response.values()
            response = ResponseRow(
                **values,
                actions=tuple(link.row() for link in self.actions if not link.is_blank),
                priorities=tuple(link.row() for link in self.priorities if not link.is_blank),
            )
        return Mapping(
            tuple(row.row() for row in self.key_points if not row.is_blank),
            tuple(row.row() for row in self.implications if not row.is_blank),
            response,
        )

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, in the order of the page: the words, and the id of the field."""
        found = [(words, "") for words in self.form_errors]
        for form in self.forms:
            for field in form:
                if field.errors:
                    target = f"{field.id}-day" if isinstance(field, DateParts) else field.id
                    found.append((f"{self._place(form)}{field.errors[0]}", target))
        return found

    def add_error(self, error: Invalid) -> None:
        """Put a refusal of the service beside its field."""
        for form in self.forms:
            for field in form:
                if field.name == error.field:
                    _refuse(field, str(error))
                    return
        self.form_errors.append(str(error))

    def catch_up(self, version: int, standing: Mapping) -> None:
        """After a stale save: what was typed stays, and knows what stands now."""
        self.head.version.raw_data, self.head.version.data = None, version
        for rows, now in ((self.key_points, standing.key_points), (self.implications, standing.implications)):
            known = {row.ref for row in now}
            for row in rows:
                if row.ref.data and row.ref.data not in known:
                    row.ref.data = ""  # somebody removed it: saved again, it is a new row

    def _place(self, form: Form) -> str:
        if form in self.key_points:
            return gettext("Key point %(number)s: ", number=self.key_points.index(form) + 1)
        if form in self.implications:
            return gettext("Implication %(number)s: ", number=self.implications.index(form) + 1)
        return ""


def _refuse(field: Field, words: str) -> None:
    field.errors = [*field.errors, words]


def _numbers(posted: MultiDict[str, str], name: str) -> list[int]:
    """The numbers of the rows that were posted, in order."""
    found = (re.match(rf"{name}-([0-9]{{1,3}})-", key, re.ASCII) for key in posted)
    return sorted({int(match.group(1)) for match in found if match})
