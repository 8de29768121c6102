"""Fields to choose with, whose refusals say what to do."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from kb.words import gettext


class Choice(SelectField):
    """One of a list."""

    data: str | None

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list; where nothing was sent, the first of it is meant, as in a browser."""
        if self.data is None and self.choices:
            self.data = self.iter_choices()[0].value
        if not any(choice.selected for choice in self.iter_choices()):
            raise ValidationError(gettext("%(label)s: choose one of the list", label=self.label.text))


class Ticks(SelectMultipleField):
    """Several of a list; what is not in it (any more) is left out, with a word about it."""

    data: list[str] | None

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list, and keep the rest."""
        offered = {str(choice.value) for choice in self.iter_choices()}
        given: list[str] = list(self.data or ())
        self.data = [value for value in given if value in offered]
        if len(self.data) != len(given):
            raise ValidationError(
                gettext(
                    "%(label)s: something that was ticked is not in the list any more and is left out. Save again",
                    label=self.label.text,
                )
            )


class Several(SelectMultipleField):
    """Several of a list as checkboxes; one text with a value on each line is read too, as a conflict page sends it."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked, or the lines of a text."""
        super().process_formdata([line.strip() for value in valuelist for line in value.splitlines() if line.strip()])


class YesNo(BooleanField):
    """One tick."""
