"""A quarter of the steering group, from the request for updates to the next meeting, as its three roles play it."""

from __future__ import annotations

import io
import os
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import docx
import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import NARROW, WIDE, free_port, serving, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

PLAN = "mental-health-workforce-wales"
SUMMARY = "More was finished than in any quarter before."
RENAMED = "An action by another name"
NEWS = "The draft went to every health board."
TO_COME = timedelta(days=13)
NEXT = timedelta(days=30)


@pytest.fixture
def as_(tmp_path: Path, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """as_(role) gives a page of somebody signed in to a demonstration that this test has for itself."""
    port = free_port()
    env = {**os.environ, "KB_DEMO": "1", "KB_DATA_DIR": str(tmp_path), "PYTHONWARNINGS": "default"}
    contexts: list[BrowserContext] = []
    with serving(tmp_path, env, port, "--with-seed") as address:

        def opened(role: str, width: int = WIDE) -> Page:
            context = chromium.new_context(base_url=address, viewport={"width": width, "height": 900})
            contexts.append(context)
            page = context.new_page()
            sign_in(page, role)
            return page

        yield opened
        for context in contexts:
            context.close()


def main_of(page: Page) -> str:
    return page.get_by_role("main").inner_text()


def press(page: Page, words: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("button", name=words).first.click()


def follow(page: Page, words: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("link", name=words).first.click()


def plan_meeting(page: Page, day: date) -> str:
    """Plan a meeting; gives its address."""
    page.goto(f"/plans/{PLAN}/meetings")
    for name, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(name, exact=True).fill(str(value))
    press(page, "Plan")
    expect(page.get_by_role("main")).to_contain_text("Owners are asked")
    link = page.get_by_role("main").get_by_role("table").get_by_role("link", name=re.compile(r"^\d+ \w+ 20\d\d$")).first
    return str(link.get_attribute("href"))


def decide(page: Page, meeting: str, number: int, verdict: str, reason: str) -> None:
    page.goto(f"{meeting}/decide?matter={number}")
    expect(page.get_by_role("main")).to_contain_text("What was decided?")
    page.get_by_role("radio", name=verdict).check()
    page.get_by_label(re.compile("^Why")).fill(reason)
    press(page, "Record the decision")
    expect(page).to_have_url(re.compile("/record$"))


def test_a_quarter_from_the_request_to_the_next_meeting(as_: Callable[..., Page]) -> None:
    lead, owner, group = as_("lead"), as_("owner", NARROW), as_("steering")
    meeting = plan_meeting(lead, date.today() + TO_COME)  # noqa: DTZ011 (the demonstration goes by today's date)

    # The lead writes the cover sheet.
    lead.goto(f"{meeting}/cover")
    lead.get_by_label("Approve", exact=True).check()
    lead.get_by_label(re.compile("^How much assurance")).select_option("Reasonable")
    lead.get_by_label("Summary").fill(SUMMARY)
    press(lead, "Save the cover sheet")
    expect(lead.get_by_role("main")).to_contain_text(SUMMARY)
    expect(lead.get_by_role("main")).to_contain_text("still to answer")

    # An owner is asked, and answers for one action.
    owner.goto("/my-actions")
    expect(owner.get_by_role("main")).to_contain_text("For the meeting on")
    follow(owner, re.compile("Update"))
    owner.get_by_label("At risk", exact=False).first.check()
    owner.get_by_label(re.compile("What has changed", re.I)).fill(NEWS)
    press(owner, re.compile("Send"))

    # The lead freezes the pack without the others, and its three files are made.
    lead.goto(f"{meeting}/pack")
    expect(lead.get_by_role("main")).to_contain_text("A preview.")
    expect(lead.get_by_role("main")).to_contain_text(NEWS)
    follow(lead, "Freeze the pack")
    press(lead, re.compile("^Freeze it without"))
    expect(lead.get_by_role("main")).to_contain_text("Later changes are not in it")
    lead.goto(f"{meeting}/pack/files")
    press_if_there(lead, "Make them now")
    expect(lead.get_by_role("main").get_by_role("table").get_by_role("link")).to_have_count(3, timeout=20_000)
    word = docx.Document(io.BytesIO(lead.request.get(f"{meeting}/pack.docx").body()))
    assert SUMMARY in [paragraph.text for paragraph in word.paragraphs]
    pdf = PdfReader(io.BytesIO(lead.request.get(f"{meeting}/pack.pdf").body()))
    assert "/StructTreeRoot" in pdf.trailer["/Root"]
    assert "<script" not in lead.request.get(f"{meeting}/pack.html").text()

    # The group decides, notes who was there, and closes the meeting.
    group.goto(f"{meeting}/record")
    expect(group.get_by_role("main")).to_contain_text("Agenda")
    decide(group, meeting, 1, "Approve", "Two trainers come in January.")
    decide(group, meeting, 2, "Defer", "The contact is to be named first.")
    group.get_by_role("textbox", name="Who was there").fill("Chair, four members")
    press(group, re.compile("Save"))
    follow(group, "Close the meeting")
    press(group, re.compile("^Close"))
    expect(group.get_by_role("main")).to_contain_text("closed")
    group.goto(f"{meeting}/decide?matter=3")
    assert "Record the decision" not in main_of(group)
    group.goto(f"{meeting}/minutes")
    expect(group.get_by_role("main")).to_contain_text("Chair, four members")

    # What changes now is not in the pack; the next meeting carries over what was put off.
    lead.goto("/actions/t4mh-18")
    before = lead.get_by_role("heading", level=1).inner_text()
    lead.goto("/actions/t4mh-18/edit")
    lead.locator("[name=title]").fill(RENAMED)
    lead.locator("[name=reason]").fill("It was unclear.")
    press(lead, re.compile("^Save"))
    expect(lead.get_by_role("heading", level=1)).to_have_text(RENAMED)
    lead.goto(f"{meeting}/pack")
    expect(lead.get_by_role("main")).to_contain_text(before)
    expect(lead.get_by_role("main")).not_to_contain_text(RENAMED)
    following = plan_meeting(lead, date.today() + NEXT)  # noqa: DTZ011
    lead.goto(f"/plans/{PLAN}/action-log")
    expect(lead.get_by_role("main")).to_contain_text("The contact is to be named first.")
    lead.goto(f"{following}/compare")
    expect(lead.get_by_role("heading", level=1)).to_contain_text("against")


def press_if_there(page: Page, words: str) -> None:
    """Whoever looks before the thread has begun may press; afterwards there is nothing to press."""
    button = page.get_by_role("main").get_by_role("button", name=words)
    if button.count():
        button.first.click()
