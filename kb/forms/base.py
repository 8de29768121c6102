"""The form that all forms come from, dates in three boxes, and putting a service's refusal beside its field."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from flask import request
from wtforms import Form as PlainForm
from wtforms import IntegerField
from wtforms.fields.core import Field
from wtforms.utils import unset_value
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import HiddenInput

from kb.dates import EARLIEST_YEAR, LATEST_YEAR
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kb.errors import Invalid

PARTS = ("day", "month", "year")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Characters that no keyboard types and that break exports; line ends and tabs stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tidy(value: Any) -> Any:
    """Text without spaces around it, without control characters, and with one kind of line end."""
    if not isinstance(value, str):
        return value
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


class _PlainWords:
    """What the library of forms says of a wrong field, in words for people who do not make forms."""

    def gettext(self, words: str) -> str:
        if words == "Not a valid integer value.":
            return gettext("Give a whole number, such as 7")
        return words

    def ngettext(self, one: str, many: str, number: int) -> str:
        if "cannot be longer than" in one:
            return ngettext("Use at most one character", "Use at most %(most)s characters", number, most=f"{number:,}")
        return one if number == 1 else many


class Form(PlainForm):
    """A form that reads what was posted by itself; the CSRF check is done before any view runs.

    `page_order` names the fields in the order of the page, for the list of problems at its top.
    """

    page_order: ClassVar[tuple[str, ...]] = ()

    class Meta:
        """Text fields tidy what was typed; passwords are taken as they are."""

        def get_translations(self, _form: Any) -> _PlainWords:
            return _PlainWords()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if unbound_field.field_class.__name__ != "PasswordField":
                unbound_field.kwargs.setdefault("filters", (tidy,))
            return unbound_field.bind(form=form, **options)

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        if formdata is None and request.method in {"POST", "PUT", "PATCH", "DELETE"}:
            formdata = request.form
        super().__init__(formdata, **values)

    def values(self, *without: str) -> dict[str, Any]:
        """What was given, by field name, to pass to a service."""
        return {name: value for name, value in self.data.items() if name not in without}


class VersionField(IntegerField):
    """The version that was opened, in a hidden field.

    A form that was sent without it says nothing: the version that stands now would let it overwrite what others saved.
    """

    data: int | None

    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[Optional()], widget=HiddenInput(), **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was sent; nothing is no version."""
        self.data = None
        super().process_formdata(valuelist)


class DateParts(Field):
    """A date in three boxes, posted as <name>-day, -month and -year; what was typed is kept in `parts`."""

    def __init__(self, label: str | None = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.parts: dict[str, str] = {}
        self.data: date | None

    def process(
        self, formdata: Any, data: Any = unset_value, extra_filters: Sequence[Callable[..., Any]] | None = None
    ) -> None:
        """Take what was posted, else the date of the record."""
        super().process(None, data, extra_filters)
        posted = (
            {part: tidy(formdata.get(f"{self.name}-{part}") or "") for part in PARTS} if formdata is not None else {}
        )
        if formdata is None:
            if isinstance(self.data, date):
                self.parts = {"day": str(self.data.day), "month": str(self.data.month), "year": str(self.data.year)}
            return
        self.parts = posted
        self.raw_data = [" ".join(filter(None, posted.values()))]
        self.data = None
        try:
            self.data = self._read()
        except ValueError as error:
            self.process_errors.append(str(error))

    def pre_validate(self, form: Any) -> None:
        """A date that could not be read stays wrong even where the field may be empty."""
        if self.process_errors:
            raise StopValidation

    def _read(self) -> date | None:
        if not any(self.parts.values()):
            return None
        missing = [part for part in PARTS if not self.parts[part]]
        if missing:
            raise ValueError(self._says_missing(missing))
        day, month, year = (self._whole("day"), self._month(), self._whole("year"))
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            if year < 1000:
                raise ValueError(
                    gettext("%(label)s: give the year in four figures, such as 2026", label=self.label.text)
                )
            raise ValueError(
                gettext(
                    "%(label)s: give a year from %(first)s to %(last)s",
                    label=self.label.text,
                    first=EARLIEST_YEAR,
                    last=LATEST_YEAR,
                )
            )
        try:
            return date(year, month, day)
        except ValueError:
            raise ValueError(
                gettext(
                    "%(label)s: there is no %(date)s. Check the day and the month",
                    label=self.label.text,
                    date="/".join(self.parts[part] for part in PARTS),
                )
            ) from None

    def _says_missing(self, missing: list[str]) -> str:
        names = {"day": gettext("day"), "month": gettext("month"), "year": gettext("year")}
        what = gettext(" and a ").join(names[part] for part in missing)
        return gettext("%(label)s needs a %(what)s too", label=self.label.text, what=what)

    def _whole(self, part: str) -> int:
        text = self.parts[part]
        if text.isascii() and text.isdigit() and len(text) <= 4:
            return int(text)
        raise ValueError(
            gettext("%(label)s: give day, month and year in figures, such as 30 9 2026", label=self.label.text)
        )

    def _month(self) -> int:
        text = self.parts["month"].lower()
        return MONTHS.index(text[:3]) + 1 if text[:3] in MONTHS else self._whole("month")


def add_error(form: Form, error: Invalid) -> None:
    """Put a service's refusal beside the field that it names, or at the top where the form has no such field."""
    if error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, str(error)]
    else:
        form.form_errors.append(str(error))
