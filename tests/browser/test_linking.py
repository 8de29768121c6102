"""Linking records in place: what is found while somebody types, what stays ticked, and the suggestions of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page


def test_what_is_ticked_stays_whatever_is_looked_for_next(open_as: Callable[..., Page]) -> None:
    page = open_as("lead")
    page.goto("/links/new?from=action:t4mh-18&way=depends-on")
    words, found = page.locator("input[name=words]"), page.locator("[data-linking-found] input")
    expect(page.get_by_role("button", name="Find it")).to_be_hidden()
    words.fill("nurs")
    expect(page.get_by_role("status").filter(has_text="first 12")).to_be_visible()
    ticked = found.first.get_attribute("value")
    found.first.check()
    words.fill("zzzz")
    expect(found).to_have_count(1)
    expect(found.first).to_have_value(ticked or "")
    expect(found.first).to_be_checked()
    words.press("Enter")
    expect(page).to_have_title("Link to… – Golden Thread")  # nothing is sent


def test_the_page_of_a_record_unfolds_what_is_suggested(open_as: Callable[..., Page]) -> None:
    page = open_as("lead")
    page.goto("/sources/t4mh-strategy")
    folded = page.locator("[data-likely] summary")
    expect(folded).to_contain_text("suggested link")
    folded.click()
    expect(page.locator("[data-likely]")).to_contain_text("Suggested: ")
    page.locator("[data-likely]").get_by_text("Link or dismiss").click()
    page.wait_for_url("**/links/new?from=source:t4mh-strategy&way=calls-for#likely")
