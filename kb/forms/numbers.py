"""A field for one number, which keeps what was typed."""

from __future__ import annotations

from typing import Any

from wtforms import StringField
from wtforms.validators import StopValidation

from kb.catalogue.amounts import parse, plain


class NumberField(StringField):
    """A number such as 4,500 or 71.8%, or nothing."""

    data: float | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; what is no number stays in the box, with a word about it."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if typed:
            self.data = parse(typed)

    def pre_validate(self, form: Any) -> None:
        """What could not be read stays wrong even where the field may be empty."""
        if self.process_errors:
            raise StopValidation

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return plain(self.data)
