"""The mapping page: everything that was typed is kept, whatever comes of it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Response
from kb.models.source import Implication, KeyPoint

if TYPE_CHECKING:
    from tests.browsing import Browser
    from tests.factories import Make

HOSTILE = "<script>alert(1)</script>\" onx '>{% 7 %} %s %(a)s &amp; “é” 🙂"
Values = dict[str, list[str]]


class FormReader(HTMLParser):
    """What a browser would send from the mapping form, untouched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: Values = {}
        self.buttons: list[tuple[str, str]] = []
        self.focused: list[str] = []
        self._inside = False
        self._text: str | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = "gt-mapping" in (given.get("class") or "")
        name = given.get("name")
        if not self._inside or (not name and tag != "option"):
            return
        if "autofocus" in given:
            self.focused.append(str(name))
        if tag == "textarea":
            self._text = name
            self.values[str(name)] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.values or "selected" in given):
            self.values[self._select] = [given.get("value") or ""]
        elif tag == "button":
            self.buttons.append((str(name), given.get("value") or ""))
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.values.setdefault(str(name), []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text:
            # A browser drops the first line end of a textarea.
            self.values[self._text][0] = self.values[self._text][0].removeprefix("\n")
            self._text = None
        elif tag == "select":
            self._select = None


def read(html: str) -> Values:
    values = FormReader(html).values
    values.pop("csrf_token", None)
    return values


class Page:
    """The mapping page of one source, opened by a lead."""

    def __init__(self, browse: Browser, make: Make) -> None:
        self.make = make
        self.plan = make.plan()
        self.source = make.source(title="The strategy")
        self.first = make.key_point(self.source, position=1, title="First point")
        self.second = make.key_point(self.source, position=2, title="Second point")
        self.implication = make.implication(self.source, key_points=(self.first,), title="It means this")
        self.priority, self.other = make.priority(), make.priority()
        self.link = make.link(self.implication, LinkType.CALLS_FOR, self.priority)
        self.address = f"/sources/{self.source.ref}/map"
        self.browse = browse.sign_in(make.lead())

    def open(self) -> Values:
        return read(self.browse.get(self.address).text)

    def send(self, values: Values, **more: str | list[str]) -> tuple[int, str]:
        sent = {**values, **more}
        answer = self.browse.post(self.address, sent)
        if answer.status_code == 303:
            return 303, str(answer.location)
        return answer.status_code, answer.text

    def link_state(self) -> str:
        return self.make.session.get_one(Link, self.link.id).state


@pytest.fixture
def page(browse: Browser, make: Make) -> Page:
    return Page(browse, make)


def test_the_page_holds_what_stands(page: Page) -> None:
    values = page.open()
    assert values["key_points-0-text"] == ["First point"]
    assert values["implications-0-text"] == ["It means this"]
    assert values["implications-0-cites"] == ["0"]
    assert values["implications-0-priorities"] == [page.priority.ref]
    assert values["implications-0-reason"] == ["It says so."]


def test_sending_it_untouched_changes_nothing(page: Page) -> None:
    assert page.send(page.open()) == (303, f"/sources/{page.source.ref}")
    assert "Nothing was changed" in page.browse.get(f"/sources/{page.source.ref}").text


def test_everything_is_saved_together_and_told_on_the_sources_page(page: Page) -> None:
    action = page.make.action()
    values = page.open()
    status, html = page.send(values, add="action")
    assert status == 200
    values = read(html)
    sent = {
        "key_points-0-text": ["First point, reworded"],
        "implications-0-cites": ["0", "1"],
        "implications-0-priorities": [page.priority.ref, page.other.ref],
        "response-type": ["aligned"],
        "response-text": ["The plan agrees"],
        "response-review_by-day": ["1"],
        "response-review_by-month": ["2"],
        "response-review_by-year": ["2027"],
        "response_actions-0-ref": [action.ref],
        "response_actions-0-reason": ["It does so"],
    }
    assert page.send({**values, **sent})[0] == 303
    html = page.browse.get(f"/sources/{page.source.ref}").text
    assert "The mapping is saved." in html
    assert "First point, reworded" in html
    assert "The plan agrees" in html
    assert action.title in html


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ("key_point", "key_points-2-text"),
        ("implication", "implications-1-text"),
        ("action", "response_actions-0-ref"),
        ("priority", "response_priorities-0-ref"),
    ],
)
def test_a_row_is_added_without_script_and_everything_typed_is_kept(page: Page, what: str, field: str) -> None:
    typed = {
        **page.open(),
        "key_points-1-text": ["Half a sent"],
        "response-text": ["Not yet"],
        "implications-0-cites": ["1"],
    }
    status, html = page.send(typed, add=what)
    now = read(html)
    assert status == 200
    assert now.pop(field) == [""]
    assert {name: now[name] for name in typed} == typed
    assert page.make.session.get_one(KeyPoint, page.second.id).title == "Second point"


def test_the_row_that_was_added_has_the_focus(page: Page) -> None:
    _, html = page.send(page.open(), add="key_point")
    assert FormReader(html).focused == ["key_points-2-text"]


def test_a_button_nobody_knows_adds_nothing(page: Page) -> None:
    status, html = page.send(page.open(), add="<everything>")
    assert status == 200
    assert read(html) == page.open()


def test_the_enter_key_saves_and_adds_no_row(page: Page) -> None:
    html = page.browse.get(page.address).text
    form = html[html.index("gt-mapping") :]
    first = form[form.index("<button") : form.index("</button>")]
    assert "Save the mapping" in first


def test_a_source_without_any_rows_offers_one_of_each(page: Page) -> None:
    empty = page.make.source()
    values = read(page.browse.get(f"/sources/{empty.ref}/map").text)
    assert values["key_points-0-text"] == values["implications-0-text"] == [""]
    assert page.browse.post(f"/sources/{empty.ref}/map", values).status_code == 303


def test_a_ticked_row_is_removed(page: Page) -> None:
    assert page.send(page.open(), **{"key_points-1-is_removed": "y", "key_points-1-text": ""})[0] == 303
    assert page.make.session.scalars(select(KeyPoint.ref)).all() == [page.first.ref]


def test_errors_stand_in_their_row_lead_to_their_field_and_keep_everything(page: Page) -> None:
    typed = {
        **page.open(),
        "key_points-1-text": [" "],
        "implications-0-text": ["x" * 700],
        "key_points-0-place": ["p. 7"],
    }
    status, html = page.send(typed)
    assert status == 422
    assert 'href="#key_points-1-text"' in html
    assert 'href="#implications-0-text"' in html
    assert 'id="key_points-1-text-error"' in html
    assert 'id="key_points-0-text-error"' not in html
    assert "<title>Error:" in html
    now = read(html)
    assert now["implications-0-text"] == ["x" * 700]
    assert now["key_points-0-place"] == ["p. 7"]
    assert page.make.session.get_one(KeyPoint, page.first.id).place == ""


def test_a_refusal_of_the_service_stands_beside_its_field_and_nothing_is_saved(page: Page) -> None:
    typed = {**page.open(), "key_points-0-text": ["Reworded"], "implications-0-reason": [""]}
    status, html = page.send(typed)
    assert status == 422
    assert 'href="#implications-0-reason"' in html
    assert read(html)["key_points-0-text"] == ["Reworded"]
    assert page.make.session.get_one(KeyPoint, page.first.id).title == "First point"
    assert page.link_state() == LinkState.CURRENT


def test_an_unreadable_date_is_kept_as_it_was_typed(page: Page) -> None:
    status, html = page.send(page.open(), **{"response-review_by-day": "31", "response-review_by-month": "2"})
    assert status == 422
    assert 'href="#response-review_by-day"' in html
    assert read(html)["response-review_by-day"] == ["31"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key_points-0-ref", "no-such-row"),
        ("key_points-0-kind", "no-such-kind"),
        ("implications-0-kind", "no-such-kind"),
        ("implications-0-horizon", "never"),
        ("implications-0-cites", "99"),
        ("implications-0-cites", "²"),
        ("implications-0-priorities", "no-such"),
        ("implications-0-staff_groups", "no-such"),
        ("response-type", "no-such"),
        ("response-owner", "no-such"),
        ("response_actions-0-ref", "no-such"),
        ("response_priorities-0-ref", "no-such"),
    ],
)
def test_what_the_page_did_not_offer_is_refused_politely(page: Page, name: str, value: str) -> None:
    status, html = page.send(page.open(), **{name: value})
    assert status == 422
    assert "There is a problem" in html


@pytest.mark.parametrize("number", ["²", "-1", "999999999999999999999999", "1" * 5_000, "x", ""])
def test_a_row_number_that_is_none_is_left_out(page: Page, number: str) -> None:
    assert page.send(page.open(), **{f"key_points-{number}-text": "Nowhere"})[0] == 303


def test_a_form_of_nothing_is_stale_and_not_a_fault(page: Page) -> None:
    page.send(page.open(), **{"key_points-0-text": "Reworded"})
    assert page.browse.post(page.address, {}).status_code == 409
    assert page.browse.post(page.address, {"version": "9" * 30}).status_code == 409


def test_hostile_text_in_every_field_is_shown_as_text_and_saved_as_it_is(page: Page) -> None:
    texts = [
        "key_points-0-text", "key_points-0-place", "key_points-0-promised_by", "key_points-0-promised_for",
        "key_points-0-measured_by", "implications-0-text", "implications-0-reason", "response-text",
    ]  # fmt: skip
    assert page.send(page.open(), **dict.fromkeys(texts, HOSTILE))[0] == 303
    html = page.browse.get(page.address)
    assert "<script>alert" not in html.text
    values = read(html.text)
    assert {name: values[name] for name in texts} == {name: [HOSTILE] for name in texts}


def test_hostile_values_in_every_field_at_once_are_never_a_fault(page: Page) -> None:
    values = page.open()
    hostile = {name: [HOSTILE] for name in values}
    assert page.browse.post(page.address, hostile).status_code in {409, 422}
    for name in values:
        status = page.browse.post(page.address, {**values, name: [HOSTILE, ""]}).status_code
        assert status in {303, 409, 422}, name


def test_a_stale_save_shows_both_versions_and_loses_nothing(page: Page) -> None:
    mine = page.open()
    theirs = {**mine, "key_points-0-text": ["Their words"], "key_points-1-is_removed": ["y"]}
    assert page.send({**theirs, "key_points-5-text": ["Their new point"], "key_points-5-kind": ["point"]})[0] == 303
    typed = {
        **mine,
        "key_points-0-text": ["My words"],
        "key_points-1-text": ["Second, mine"],
        "implications-0-text": ["I say"],
    }
    status, html = page.send(typed)
    assert status == 409
    for words in ("Their words", "My words", "Their new point", "Saved now", "Yours"):
        assert words in html
    again = read(html)
    assert again["key_points-1-text"] == ["Second, mine"]
    assert page.send(again)[0] == 303
    points = page.make.session.scalars(select(KeyPoint.title).order_by(KeyPoint.position)).all()
    assert sorted(points) == ["My words", "Second, mine", "Their new point"]
    assert page.make.session.scalars(select(Implication.title)).all() == ["I say"]


def test_a_link_confirmed_elsewhere_makes_the_page_stale(page: Page) -> None:
    values = page.open()
    sent = {"way": "calls-for", "words": page.other.title, "reason": "Found elsewhere"}
    page.browse.post(f"/links/new?from=implication:{page.implication.ref}", sent)
    assert page.send(values)[0] == 409


def test_sixty_rows_are_saved_and_shown(page: Page) -> None:
    values = page.open()
    for number in range(2, 60):
        values[f"key_points-{number}-text"] = [f"Point {number}"]
        values[f"key_points-{number}-kind"] = ["point"]
    for number in range(1, 60):
        values[f"implications-{number}-text"] = [f"Meaning {number}"]
        values[f"implications-{number}-kind"] = ["skills"]
        values[f"implications-{number}-cites"] = [str(n) for n in range(60)]
    assert page.send(values)[0] == 303
    now = page.open()
    assert now["implications-59-text"] == ["Meaning 59"]
    assert len(now["implications-59-cites"]) == 60


def test_the_page_takes_few_statements(page: Page, count_statements) -> None:  # type: ignore[no-untyped-def]
    for number in range(10, 30):
        page.make.implication(page.source, key_points=(page.first, page.second), position=number)
    page.open()
    with count_statements() as count:
        page.open()
    assert count.number <= 20


def test_an_error_in_a_folded_part_opens_it(page: Page) -> None:
    _, html = page.send(page.open(), **{"key_points-0-place": "x" * 400})
    row = html[html.index('id="key_points-0-text"') : html.index('id="key_points-0-place"')]
    assert "<details" in row
    assert " open>" in row


def test_a_new_answer_becomes_the_plans_response(page: Page) -> None:
    page.send(page.open(), **{"response-text": "We watch it", "response-type": "monitoring"})
    response = page.make.session.scalars(select(Response)).one()
    assert (response.response_type, response.text, response.plan_id) == ("monitoring", "We watch it", page.plan.id)


def test_the_lead_of_another_plan_sees_no_answer_to_change_and_cannot_send_one(page: Page, browse: Browser) -> None:
    elsewhere = page.make.plan()
    browse.sign_in(page.make.lead(elsewhere))
    address = f"{page.address}?plan={page.plan.ref}"
    values = read(browse.get(address).text)
    assert not any(name.startswith("response") for name in values)
    assert browse.post(address, {**values, "response-text": "Not mine"}).status_code == 303
    assert page.make.session.scalars(select(Response)).all() == []


def test_another_plan_is_chosen_in_the_address_and_an_unknown_one_is_none(page: Page) -> None:
    elsewhere = page.make.plan(title="The other plan")
    assert 'aria-current="page">The other plan' in page.browse.get(f"{page.address}?plan={elsewhere.ref}").text
    assert page.browse.get(f"{page.address}?plan=no-such-plan").status_code == 200


def test_a_viewer_may_not_map(browse: Browser, make: Make) -> None:
    source = make.source()
    browse.sign_in(make.viewer())
    assert browse.get(f"/sources/{source.ref}/map").status_code == 403
    assert browse.post(f"/sources/{source.ref}/map", {}, page="/account").status_code == 403


def test_whoever_has_not_signed_in_is_sent_to_do_so(browse: Browser, make: Make) -> None:
    answer = browse.get(f"/sources/{make.source().ref}/map")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


def test_a_source_that_is_not_there_is_not_found(page: Page) -> None:
    assert page.browse.get("/sources/no-such-source/map").status_code == 404


def test_a_plan_without_priorities_and_actions_says_where_to_add_them(browse, make):
    source, lead = make.source(), browse.sign_in(make.lead())
    html = lead.get(f"/sources/{source.ref}/map").text
    assert f'href="/plans/{make.the_plan.ref}/priority-sets/new"' in html
    assert f'href="/actions/new?plan={make.the_plan.ref}"' in html
    assert f'href="/plans/{make.the_plan.ref}/priority-sets/new"' in lead.get("/priorities").text
