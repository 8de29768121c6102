"""A team starts from nothing: one person with the link of `kb init`, and no manual.

Each is at a desk and on a phone in turn: what they fill in can be filled in at both, and what they press can be pressed
at both.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE, free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

PASSWORD = "a long enough pass phrase 7"
PLAN, SOURCE = "Workforce plan for the north", "The national strategy for people in care"
ACTION = "Train forty nurses in the north"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """An empty knowledge base that is no demonstration: its address, and the link of its first administrator."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    env = {**os.environ, "KB_DATA_DIR": str(tmp_path), "KB_BASE_URL": address, "KB_SECRET_KEY": "s" * 40}
    env |= {"KB_DEMO": "", "KB_SMTP_URL": "", "KB_DATABASE_URL": "", "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-m", "kb", "init", "--email", "lead@example.org", "--name", "First Person"]
    link = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.split()[-1]
    with serving(tmp_path, env, port):
        yield address, link


class Walk:
    """One person who does what the page says next, at every width."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        """Press it on the phone, where the next page is filled in, when it can be pressed at the desk too."""
        for width in (WIDE, NARROW):
            self.page.set_viewport_size({"width": width, "height": 900})
            what.click(trial=True)
        what.click()

    def next(self, words: str) -> None:
        """Follow the step that the page leads to."""
        expect(self.page.get_by_role("main")).to_contain_text("Next:")
        self.press(self.page.get_by_role("main").get_by_role("link", name=words, exact=True).first)

    def fill(self, **values: str) -> None:
        for width, name, value in ((width, *each) for width in (WIDE, NARROW) for each in values.items()):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.locator(f"main [name='{name.replace('__', '-')}']").first.fill(value)

    def choose(self, **values: str) -> None:
        for width, name, label in ((width, *each) for width in (WIDE, NARROW) for each in values.items()):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.locator(f"main select[name='{name.replace('__', '-')}']").select_option(label=label)

    def open_and_check(self, name: str) -> None:
        self.press(self.page.locator(f"details:has([name='{name}']) > summary").first)
        self.page.locator(f"input[type=checkbox][name='{name}']").first.check()

    def send(self) -> None:
        self.press(self.page.locator("main form button").last)
        self.page.wait_for_load_state()


def test_a_team_maps_a_source_and_hears_from_the_owner_of_its_first_action_at_a_desk_and_on_a_phone(
    chromium: Browser, start: tuple[str, str]
) -> None:
    address, link = start
    lead = Walk(chromium.new_context(base_url=address).new_page())
    page = lead.page
    page.goto(link)
    lead.fill(password=PASSWORD, again=PASSWORD)
    lead.send()
    lead.press(page.get_by_role("main").get_by_role("link", name="Start the plan"))
    lead.fill(title=PLAN)
    lead.send()
    lead.next("Add your organisation")
    lead.fill(title="North Health Board")
    lead.send()
    lead.next("Bring in the people")
    lead.fill(name="Olive Owner", email="owner@example.org")
    lead.send()
    invitation = re.search(r"http://127[^<\"]+/invitations/[\w-]+", page.content())
    assert invitation is not None
    lead.next("Add a post and say who holds it")
    lead.fill(title="Head of Learning")
    lead.choose(organisation="North Health Board")
    lead.send()
    lead.next("Say who holds the post")
    lead.choose(who="Olive Owner (owner@example.org)")
    lead.send()
    lead.next("Name the plan’s priorities")
    lead.fill(title="Strategic priorities")
    lead.send()
    lead.next("Name the plan’s priorities")
    lead.fill(title="Grow our own nurses")
    lead.send()
    lead.next("Map the first source")
    lead.fill(title=SOURCE, published="June 2018")
    page.get_by_label("Policy driver").check()
    page.locator("select[name=source_kind]").select_option(index=1)
    lead.send()
    lead.next("Map the first source")
    lead.fill(**{"key_points-0-text": "Boards train their own nurses and report numbers each year."})
    lead.fill(**{"implications-0-text": "More places to train nurses are needed in the north."})
    page.locator("[name='implications-0-kind']").select_option(index=1)
    lead.open_and_check("implications-0-priorities")
    lead.fill(**{"implications-0-reason": "It asks for people trained here", "response-text": "We take it up."})
    page.locator("[name='response-type']").select_option(index=1)
    lead.press(page.get_by_role("button", name="Save the mapping").last)
    lead.next("Add the first action")
    soon = (datetime.now(UTC) + timedelta(days=4)).date()
    lead.fill(title=ACTION, **{"due_on-day": str(soon.day), "due_on-month": str(soon.month)})
    lead.fill(**{"due_on-year": str(soon.year)})
    page.locator("main select[name=owner]").select_option(index=1)
    page.get_by_label("Grow our own nurses").check()
    lead.send()
    expect(page.get_by_role("heading", level=1)).to_have_text(ACTION)
    for word in (SOURCE, "More places to train nurses", "Grow our own nurses"):
        expect(page.get_by_role("main")).to_contain_text(word)
    lead.press(page.get_by_role("button", name=re.compile("Remind")))
    expect(page.get_by_role("main")).to_contain_text("The reminder to the owner is written")

    olive = Walk(chromium.new_context(base_url=address).new_page())
    olive.page.goto(invitation.group(0))
    olive.fill(password=PASSWORD, again=PASSWORD)
    olive.send()
    olive.page.goto("/my-actions")
    olive.press(olive.page.get_by_role("main").get_by_role("link", name=re.compile("Update")).first)
    olive.page.get_by_label("On track", exact=False).first.check()
    olive.fill(narrative="Two colleges have agreed.")
    olive.press(olive.page.get_by_role("button", name=re.compile("^Send")).first)
    expect(olive.page.get_by_role("main")).to_contain_text("Thank you")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Two colleges have agreed.")
    for walk in (lead, olive):
        walk.page.context.close()
