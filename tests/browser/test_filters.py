"""Filters that take effect at once: what is ticked is what is shown, and addresses hold what was asked alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page


def test_coming_back_shows_the_filters_that_the_results_were_made_with(open_as: Callable[..., Page]) -> None:
    page = open_as("viewer")
    page.goto("/search?q=nursing")
    page.locator("#filter-nation-wales").check()
    page.wait_for_url("**/search?q=nursing&nation=wales")
    page.go_back()
    page.wait_for_url("**/search?q=nursing")
    expect(page.locator("#filter-nation-wales")).not_to_be_checked()
