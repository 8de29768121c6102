"""The fields that our macros write out are those of the design system's own components."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import wtforms
from wtforms.fields.choices import SelectChoice

from kb.forms.base import DateParts

if TYPE_CHECKING:
    from flask import Flask

ERROR = '{"text": field.errors[0], "visuallyHiddenText": "Error"} if field.errors else none'
COMMON = f'"name": field.name, "hint": field.description or none, "errorMessage": {ERROR}'
LABEL = '"id": field.id, "label": {"text": field.label.text}'
CHOICES = "{% for one in field.iter_choices() %}{% set _ = items.append({"
COMPONENTS = {
    "text": ("input", f'{{{LABEL}, {COMMON}, "value": field._value(), "width": 5, "spellcheck": false}}',
             "width=5, spellcheck=False"),
    "textarea": ("textarea", f'{{{LABEL}, {COMMON}, "value": field._value(), "rows": 4}}', "rows=4"),
    "select": ("select", f'{{{LABEL}, {COMMON}, "items": items}}', ""),
    "checkboxes": (
        "checkboxes",
        f'{{"idPrefix": field.id, "items": items, "small": true, '
        f'"fieldset": {{"legend": {{"text": field.label.text}}}}, {COMMON}}}',
        "",
    ),
    "checkbox": (
        "checkboxes",
        '{"idPrefix": field.id, "name": field.name, "small": true, "items": [{"value": "y", "text": field.label.text, '
        f'"checked": field.data, "hint": field.description or none}}], "errorMessage": {ERROR}}}',
        "",
    ),
    "date": (
        "date-input",
        '{"id": field.id, "fieldset": {"legend": {"text": field.label.text}}, "hint": field.description or none, '
        f'"errorMessage": {ERROR}, "items": ['
        + ", ".join(
            f'{{"id": "date-{part.lower()}", "name": "date-{part.lower()}", "label": "{part}", "width": {width}, '
            f'"value": "{value}"}}'
            for part, width, value in (("Day", 2, "30"), ("Month", 2, "9"), ("Year", 4, "2026"))
        )
        + "]}",
        "",
    ),
}  # fmt: skip
MACROS = {"date-input": "dateInput"}
FLAGS = {"select": "selected", "checkboxes": "checked"}
TRICKY = 'A "quoted" <b>word</b> & more'
OFFERED = [SelectChoice("a", TRICKY), SelectChoice("b", "B"), SelectChoice("c", "C")]


class Fields(wtforms.Form):
    text = wtforms.StringField("Text & label")
    textarea = wtforms.TextAreaField("Text area")
    select = wtforms.SelectField("Select", choices=[SelectChoice("", "None"), *OFFERED])
    checkboxes = wtforms.SelectMultipleField("Several", choices=OFFERED)
    checkbox = wtforms.BooleanField("Yes & no")
    date = DateParts("The day")


def plain(html: str) -> str:
    """The same markup without what a browser passes over."""
    html = re.sub(r"\s+", " ", html)
    return re.sub(r" ?(<|>) ?", r"\1", html)


@pytest.mark.parametrize("error", ["", "Choose <one>"])
@pytest.mark.parametrize("hint", ["", "A hint & more"])
@pytest.mark.parametrize("name", list(COMPONENTS))
def test_a_field_is_written_as_the_component_writes_it(app: Flask, name: str, hint: str, error: str) -> None:
    given_now = {"text": TRICKY, "textarea": TRICKY, "select": "a", "checkboxes": ["b", "c"], "checkbox": not hint}
    field: Any = Fields(data={**given_now, "date": date(2026, 9, 30)})[name]
    field.description, field.errors = hint, [error] if error else []
    component, given, options = COMPONENTS[name]
    flag = FLAGS.get(name, "selected")
    items = (
        CHOICES + f'"value": one.value, "text": one.label, "{flag}": one.selected' + "}) %}{% endfor %}"
        if name in FLAGS
        else ""
    )
    template = app.jinja_env.from_string(
        f'{{% from "nhsuk/components/{component}/macro.jinja" import {MACROS.get(component, component)} as theirs %}}'
        f'{{% import "macros/forms.html" as forms %}}{{% set items = [] %}}{items}'
        f"{{{{ forms.{name}(field{', ' + options if options else ''}) }}}}||{{{{ theirs({given}) }}}}"
    )
    with app.test_request_context():
        ours, theirs = template.render(field=field).split("||")
    assert plain(ours) == plain(theirs)
