"""Suggestions below the search boxes: by keyboard, for screen readers, on a phone, and without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, NARROWEST, WIDE
from tests.browser.test_every_page import AXE, findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

BOXES = {
    "/": "#q",
    "/search": "#q",
    "/sources": "#header-search",
    "/sources/there-is-no-such-source": "#missing-search",
}


def typing(page: Page, path: str, words: str) -> Locator:
    """The search box of a page after somebody typed there and the list opened."""
    page.goto(path)
    box = page.locator(BOXES[path])
    box.clear()
    box.press_sequentially(words)
    expect(box).to_have_attribute("aria-expanded", "true")
    return box


@pytest.mark.parametrize("path", BOXES)
def test_every_search_box_opens_a_list_whose_choice_opens_the_record(open_as: Callable[..., Page], path: str) -> None:
    page = open_as("viewer")
    box = typing(page, path, "camhs")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/glossary/camhs")


def test_the_keyboard_walks_the_list_and_escape_leaves_the_words(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer")
    box = typing(page, "/", "ment heal work")
    options = page.get_by_role("option")
    expect(options).not_to_have_count(0)
    last = options.count() - 1
    expect(page.get_by_role("status").filter(has_text="suggestion")).to_have_text(f"{last + 1} suggestions")
    expect(page.get_by_role("listbox", name="Suggestions")).to_have_id(box.get_attribute("aria-controls") or "none")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowUp")
    expect(options.nth(last)).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "none")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.get_attribute("aria-activedescendant") is None
    expect(box).to_have_value("ment heal work")
    expect(box).to_be_focused()
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")


def test_enter_without_a_choice_searches_for_the_words(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer")
    typing(page, "/", "perinatal").press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=perinatal"))


def test_a_choice_is_forgotten_when_somebody_types_on(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer")
    box = typing(page, "/", "camhs")
    box.press("ArrowDown")
    box.press("x")
    box.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=camhsx"))


def test_an_old_answer_does_not_replace_a_newer_one(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer")
    page.goto("/")
    held: list[object] = []
    page.route(re.compile(r"suggest\?q=ca$"), lambda route: held.append(route))
    box = page.locator("#q")
    box.press_sequentially("ca")
    page.wait_for_timeout(400)
    assert held
    box.press_sequentially("mhs")
    expect(page.get_by_role("option").first).to_contain_text("Child and Adolescent")
    expect(page.get_by_role("option").filter(has_not_text=re.compile("camhs", re.I))).to_have_count(0)


def test_leaving_the_box_closes_the_list(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer")
    box = typing(page, "/sources", "nurs")
    box.press("Tab")
    expect(page.get_by_role("listbox")).to_have_count(0)


@pytest.mark.parametrize("path", ["/", "/sources"])
def test_an_open_list_has_no_accessibility_finding(page_of: Callable[..., Page], path: str) -> None:
    page = page_of("viewer")
    page.set_viewport_size({"width": WIDE, "height": 900})
    typing(page, path, "nurs").press("ArrowDown")
    page.evaluate(AXE)
    assert findings(page, WIDE) == []


def test_on_a_phone_the_list_fits_and_a_thumb_opens_a_record(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer", width=NARROW)
    for width in (NARROW, NARROWEST):
        page.set_viewport_size({"width": width, "height": 700})
        typing(page, "/", "workforce")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = [option.bounding_box() for option in page.get_by_role("option").all()]
        assert boxes
        assert all(box and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    page.get_by_role("option").first.click()
    page.wait_for_url(re.compile(r"/(sources|priorities|actions|plans|posts|themes|glossary|indicators)/"))


def test_without_javascript_the_boxes_search(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer", scripts=False)
    for path in ("/", "/sources"):
        page.goto(path)
        box = page.locator(BOXES[path])
        assert box.get_attribute("role") is None
        box.fill("perinatal")
        box.press("Enter")
        page.wait_for_url(re.compile(r"/search\?q=perinatal"))
