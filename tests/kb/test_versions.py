"""A form that is sent without the version that was opened overwrites nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

MAKERS = {
    "sources": lambda make: make.source(),
    "responses": lambda make: make.response(make.source(), text="Our answer", response_type="aligned"),
    "priorities": lambda make: make.priority(),
    "priority-sets": lambda make: make.priority_set(),
    "plans": lambda make: make.plan(),
    "posts": lambda make: make.post(),
    "organisations": lambda make: make.organisation(),
    "figures": lambda make: make.figure(),
    "comparisons": lambda make: make.comparison(make.figure(), make.figure()),
    "actions": lambda make: make.action(owner_id=make.post().id),
    "indicators": lambda make: make.indicator(),
    "themes": lambda make: make.theme(),
    "staff-groups": lambda make: make.staff_group(),
}


class Filled(HTMLParser):
    """What the browser would send of the fields of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.name = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("select", "textarea"):
            self.name = given.get("name", "")
        if tag == "option" and "selected" in given:
            self.values.setdefault(self.name, []).append(given.get("value", ""))
        is_sent = given.get("type") not in ("checkbox", "radio") or "checked" in given
        if tag == "input" and is_sent and given.get("name") not in (None, "csrf_token", "q"):
            self.values.setdefault(given["name"], []).append(given.get("value") or "")

    def handle_data(self, text):
        if self.name and self.lasttag == "textarea":
            self.values.setdefault(self.name, []).append(text)
            self.name = ""


@pytest.mark.parametrize("kinds", MAKERS)
def test_a_form_without_its_version_is_a_conflict_and_one_with_it_is_saved(browse, make, kinds):
    record = MAKERS[kinds](make)
    user = make.lead(record if kinds == "plans" else None)
    user.is_administrator = True
    browse.sign_in(user)
    address = f"/{kinds}/{record.ref}/edit"
    opened = record.version
    given = Filled(browse.get(address).text).values
    assert given.pop("version") == [str(opened)]
    sent = {**given, "title": ["Another title"], "text": ["Another text"], "reason": ["It is clearer."]}
    assert browse.post(address, sent).status_code == 409
    assert browse.post(address, {**sent, "version": [""]}).status_code == 409
    assert record.version == opened
    assert browse.post(address, {**sent, "version": [str(opened)]}).status_code == 303
    assert record.version == opened + 1
