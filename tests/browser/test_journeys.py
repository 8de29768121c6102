"""The golden thread as people walk it, without scripts and with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

SIZES = pytest.mark.parametrize(("width", "scripts"), [(WIDE, True), (NARROW, False)])


@SIZES
def test_a_lead_finds_a_driver_and_follows_it_to_an_action(
    open_as: Callable[..., Page], width: int, scripts: bool
) -> None:
    page = open_as("lead", width=width, scripts=scripts)
    page.goto("/")
    page.get_by_role("main").get_by_label(re.compile("^Search")).fill("perinatal services staffing")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.goto("/sources/perinatal-review-2017")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Perinatal")
    page.get_by_role("main").get_by_role("link", name=re.compile("^Support staff to meet")).first.click()
    expect(page).to_have_url(re.compile("/actions/perinatal-05"))
    page.get_by_role("main").get_by_role("link", name="Thread map").click()
    expect(page).to_have_url(re.compile("/thread"))
    expect(page.get_by_role("main")).to_contain_text("Perinatal")


@SIZES
def test_an_owner_answers_in_one_form_and_the_steering_group_sees_it(
    open_as: Callable[..., Page], width: int, scripts: bool
) -> None:
    words = f"The draft is with the health boards, seen at {width} pixels."
    page = open_as("owner", width=width, scripts=scripts)
    page.goto("/my-actions")
    page.get_by_role("main").get_by_role("link", name=re.compile("Update")).first.click()
    page.get_by_label("At risk", exact=False).first.check()
    page.get_by_label(re.compile("What has changed", re.I)).fill(words)
    page.get_by_role("button", name=re.compile("Send")).first.click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("Thank you|Update \\d+ of", re.I))
    group = open_as("steering", width=width, scripts=scripts)
    group.goto("/steering")
    expect(group.get_by_role("main")).to_contain_text(words)


@SIZES
def test_a_lead_adds_a_key_point_and_an_implication_on_one_page(
    open_as: Callable[..., Page], width: int, scripts: bool
) -> None:
    page = open_as("lead", width=width, scripts=scripts)
    page.goto("/sources/nuffield-untapped/map?plan=mental-health-workforce-wales")
    page.get_by_role("button", name="Add a key point").click()
    boxes = page.locator("textarea[name^=key_points]")
    expect(boxes.last).to_have_value("")
    boxes.last.fill(f"A statement made at {width} pixels")
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(page).to_have_url(re.compile("/sources/nuffield-untapped(#.*)?$"))
    expect(page.get_by_role("main")).to_contain_text(f"A statement made at {width} pixels")


def test_the_skip_link_is_first_and_goes_to_the_content(open_as: Callable[..., Page]) -> None:
    page = open_as()
    page.goto("/sources")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip().startswith("Skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('main') !== null || location.hash !== ''")


def test_signing_out_ends_the_session_also_for_a_copied_cookie(open_as: Callable[..., Page], address: str) -> None:
    page = open_as()
    page.goto("/sign-in")
    page.get_by_role("button", name="Viewer").click()
    copied = page.context.storage_state()
    page.goto("/my-actions")
    page.locator(".gt-header__person summary").click()
    page.get_by_role("button", name="Sign out").click()
    again = page.context.browser.new_context(base_url=address, storage_state=copied)  # type: ignore[union-attr]
    other = again.new_page()
    other.goto("/my-actions")
    expect(other).to_have_url(re.compile("/sign-in"))
    again.close()


def test_hostile_words_in_a_search_stay_words(open_as: Callable[..., Page]) -> None:
    page = open_as()
    page.goto("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert page.locator("main script").count() == 0
    expect(page.get_by_role("main").get_by_label("Search everything")).to_have_value("<script>alert(1)</script>")
