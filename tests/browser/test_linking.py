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
    told = folded.inner_text().split()[0]
    page.locator("[data-likely]").get_by_text("Link or dismiss").click()
    page.wait_for_url("**/links/new?from=source:t4mh-strategy#likely")
    expect(page.locator("#likely-head")).to_have_text(f"Suggested links ({told})")


def test_what_does_not_fit_another_way_is_named_when_the_way_is_changed(open_as: Callable[..., Page]) -> None:
    page = open_as("lead")
    page.goto("/links/new?from=action:t4mh-18&way=measured-by")
    page.locator("input[name=words]").fill("nurses")
    found = page.locator("[data-linking-found] .nhsuk-checkboxes__item")
    first = found.first.locator("label span").first.inner_text()
    found.first.locator("input").check()
    unfit = page.locator("[data-linking-unfit]")
    expect(unfit).to_be_empty()
    page.select_option("select[name=way]", "delivered-by-back")
    expect(unfit).to_contain_text(f"do not fit it. Untick them, or choose another way: “{first}”")
    found.first.locator("input").uncheck()
    expect(unfit).to_be_empty()


def test_after_a_dismissal_the_next_suggestion_has_the_focus_and_what_was_done_is_said(
    open_as: Callable[..., Page],
) -> None:
    page = open_as("lead", width=390)
    page.goto("/links/new?from=action:t4mh-18")
    shown = page.locator("#likely .gt-rows > li > a[id]")
    second = shown.nth(1).get_attribute("id")
    title = shown.first.inner_text()
    page.get_by_role("button", name="Dismiss").first.click()
    expect(page.locator(f"#{second}")).to_be_focused()
    expect(page.locator("#likely [role=status]")).to_contain_text(f"“{title}” is dismissed")
    page.get_by_text("Dismissed (").click()
    page.get_by_role("button", name="Offer it again").first.click()
    expect(page.locator("#likely-head")).to_be_focused()


def test_without_scripts_records_are_found_ticked_and_linked(open_as: Callable[..., Page]) -> None:
    page = open_as("lead", width=320, scripts=False)
    page.goto("/links/new?from=implication:t4mh-delivery-plan-2019-22-i01")
    page.locator("input[name=words]").fill("workforce")
    page.get_by_role("button", name="Find it").click()
    found = page.locator("[data-linking-found] input")
    found.first.check()
    page.locator("textarea#reason").fill("It asks for more of them.")
    page.get_by_role("button", name="Link them").click()
    page.wait_for_url("**/sources/t4mh-delivery-plan-2019-22#t4mh-delivery-plan-2019-22-i01")
    expect(page.locator("main")).to_contain_text("It asks for more of them.")
