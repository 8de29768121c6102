"""A served copy of the service with the seed in it, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
ROLES = ("lead", "owner", "steering", "viewer", "administrator")
WIDE, NARROW, NARROWEST = 1280, 390, 320


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served demonstration with the seed and a worker."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    env = {**os.environ, "KB_DEMO": "1", "KB_DATA_DIR": str(folder), "PYTHONWARNINGS": "default"}
    with serving(folder, env, port, "--with-seed") as at:
        yield at


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, env: dict[str, str], port: int, *options: str) -> Iterator[str]:
    """The service with a worker over this data folder, until the work inside is done."""
    log = (folder / "served.log").open("w")
    served = subprocess.Popen(
        [sys.executable, "-m", "kb", "run", "--port", str(port), "--with-worker", *options],
        env=env,
        stdout=log,
        stderr=log,
    )
    try:
        yield _answering(f"http://127.0.0.1:{port}", folder)
    finally:
        served.terminate()
        served.wait(timeout=20)
        log.close()


def _answering(address: str, folder: Path) -> str:
    for _ in range(480):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2).close()
        except OSError:
            time.sleep(0.25)
        else:
            return address
    raise AssertionError((folder / "served.log").read_text())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("KB_REQUIRE_BROWSER"):
            pytest.fail("Chromium is not installed, and this run may skip nothing")
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, address: str) -> dict[str, object]:
    """For each role the cookies of somebody who signed in through the page."""
    states: dict[str, object] = {}
    for role in ROLES:
        context = chromium.new_context(base_url=address)
        page = context.new_page()
        sign_in(page, role)
        states[role] = context.storage_state()
        context.close()
    return states


NAMES = {
    "lead": "Strategy lead",
    "owner": "Action owner",
    "steering": "Steering group member",
    "viewer": "Viewer",
    "administrator": "Administrator",
}


def sign_in(page: Page, role: str) -> None:
    """Press the button of a demonstration account."""
    page.goto("/sign-in")
    page.get_by_role("button", name=NAMES[role]).click()
    page.wait_for_load_state()


@pytest.fixture
def open_as(chromium: Browser, address: str, signed_in: dict[str, object]) -> Iterator[object]:
    """open_as(role=None, width=…, scripts=True) gives a page; every failed request or script error fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(role: str | None = None, *, width: int = WIDE, scripts: bool = True, bypass_csp: bool = False) -> Page:
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            storage_state=signed_in[role] if role else None,  # type: ignore[arg-type]
            bypass_csp=bypass_csp,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.on("request", lambda sent: None if sent.url.startswith(address) else complaints.append(sent.url))
        return page

    yield opened
    for context in contexts:
        context.close()
    unexpected = [line for line in complaints if "the server responded with a status of 4" not in line]
    assert unexpected == []


@pytest.fixture(scope="session")
def page_of(chromium: Browser, address: str, signed_in: dict[str, object]) -> Iterator[object]:
    """page_of(role) gives one page for each role that stays open, for tests that only look."""
    pages: dict[str | None, Page] = {}

    def opened(role: str | None = None) -> Page:
        if role not in pages:
            state = signed_in[role] if role else None
            context = chromium.new_context(base_url=address, storage_state=state, bypass_csp=True)  # type: ignore[arg-type]
            pages[role] = context.new_page()
        return pages[role]

    yield opened
    for page in pages.values():
        page.context.close()
