"""Reads the forms of a page, so that a trial sends what a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Where a form goes and what it would send untouched, by field name."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._textarea = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "textarea" and name:
            self._textarea = name
            form.values[name] = ""
            form.texts.append(name)
        elif tag == "select" and name:
            self._select = name
            form.values.setdefault(name, "")
        elif tag == "option" and self._select and ("selected" in given or not form.values[self._select]):
            form.values[self._select] = given.get("value", "")

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            if "checked" in given or (kind == "radio" and name not in form.values):
                form.values[name] = given.get("value", "on")
            return
        form.values[name] = given.get("value", "")
        if kind == "text":
            form.texts.append(name)

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""


def forms_in(html: str) -> list[Form]:
    """Every form of the page, in order."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form_with(html: str, name: str) -> Form | None:
    """The form that has a field of this name."""
    return next((form for form in forms_in(html) if name in form.values), None)
