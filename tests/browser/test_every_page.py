"""Every page, for every role: no accessibility finding, nothing moves sideways, one heading, no dead link."""

from __future__ import annotations

import re
from html import unescape
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import NARROW, NARROWEST, ROLES, WIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

EVERYBODY = (
    "/",
    "/search",
    "/search?q=perinatal+nursing",
    "/search?q=zzzzqqq",
    "/like/actions/t4mh-18",
    "/sources",
    "/sources?status=draft",
    "/sources?q=nothing-is-called-this",
    "/sources/t4mh-delivery-plan-2019-22",
    "/sources/nhs-mh-implementation-plan",
    "/sources/t4mh-strategy/thread",
    "/sources/t4mh-strategy/thread/explore",
    "/priorities",
    "/priorities/wales-phase1-02",
    "/priorities/wales-phase1-03/thread",
    "/actions",
    "/actions?schedule=overdue",
    "/actions/t4mh-18",
    "/actions/t4mh-18/thread",
    "/actions/t4mh-18/why",
    "/gaps",
    "/coverage",
    "/coverage?by=sources&plan=all",
    "/coverage/cell?by=themes&row=perinatal",
    "/suspect-links",
    "/steering",
    "/indicators/psychologist-vacancy-rate",
    "/indicators/scorecard?plan=mental-health-workforce-wales",
    "/glossary",
    "/glossary?q=CAMHS",
    "/organisations",
    "/organisations/welsh-government",
    "/posts/plan-lead",
    "/plans/mental-health-workforce-wales",
    "/changes",
    "/help",
    "/accessibility",
    "/privacy",
    "/sign-in",
    "/sources/there-is-no-such-source",
)
BY_ROLE = {
    "lead": (
        "/sources/new",
        "/sources/t4mh-strategy/edit",
        "/sources/t4mh-strategy/state",
        "/sources/t4mh-strategy/supersede?by=ni-mental-health-strategy",
        "/sources/t4mh-strategy/map?plan=mental-health-workforce-wales",
        "/links/new?from=source:t4mh-strategy",
        "/actions/t4mh-18/edit",
        "/indicators/scorecard/mental-health-workforce-wales/perspectives",
        "/actions/t4mh-18/update",
        "/actions/new?plan=mental-health-workforce-wales",
        "/indicators/psychologist-vacancy-rate/limits",
        "/indicators/psychologist-vacancy-rate/readings/paste",
        "/my-actions",
        "/imports",
        "/imports/new",
        "/plans/mental-health-workforce-wales/meetings",
    ),
    "owner": ("/my-actions", "/actions/t4mh-18/update", "/actions/t4mh-18", "/outbox"),
    "steering": (
        "/steering",
        "/steering/since?plan=mental-health-workforce-wales&key=gaps",
        "/my-actions",
        "/plans/mental-health-workforce-wales/action-log",
    ),
    "viewer": ("/my-actions",),
    "administrator": ("/outbox",),
}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # Describing every element that is in order takes most of the time.
    "resultTypes": ["violations"],
}
AXE = Axe().axe_script
RUN_AXE = "rules => axe.run(rules).then(found => found.violations)"
# Contrast takes half of the time. A page has the same colours at each width, so at the second one it is looked at
# where something comes into sight that the first one hid.
REMEMBER_SEEN = (
    "() => { window.seen = new Set([...document.body.querySelectorAll('*')].filter(e => e.checkVisibility())) }"
)
RUN_AXE_ON_THE_REST = """async rules => {
    const shows = e => e.checkVisibility() && !window.seen.has(e);
    const fresh = [...document.body.querySelectorAll('*')].filter(e => shows(e) && !shows(e.parentElement));
    const whole = await axe.run({ ...rules, rules: { 'color-contrast': { enabled: false } } });
    if (!fresh.length) return whole.violations;
    const only = { type: 'rule', values: ['color-contrast'] };
    const contrast = await axe.run({ include: fresh }, { runOnly: only, resultTypes: ['violations'] });
    return [...whole.violations, ...contrast.violations];
}"""
# Links in pictures are SVG, whose href is no text.
# Links of one shape are made by one line of a template.
MOST_OF_A_SHAPE = 6
HREF = re.compile(r'<a\s[^>]*href="([^"]+)"')
VISITS = [(None, path) for path in EVERYBODY] + [(role, path) for role in ROLES for path in BY_ROLE[role]]


@pytest.mark.parametrize(("role", "path"), VISITS)
def test_a_page_has_no_accessibility_finding_and_nothing_moves_sideways(
    page_of: Callable[..., Page], role: str | None, path: str
) -> None:
    page = page_of(role)
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.goto(path)
    assert page.locator("h1").count() == 1
    page.evaluate(AXE)
    told = findings(page, WIDE)
    page.evaluate(REMEMBER_SEEN)
    page.set_viewport_size({"width": NARROW, "height": 900})
    told += findings(page, NARROW, RUN_AXE_ON_THE_REST)
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    if page.evaluate("document.documentElement.scrollWidth") > NARROWEST:
        told.append(f"moves sideways at {NARROWEST}")
    assert told == []


def findings(page: Page, width: int, run: str = RUN_AXE) -> list[str]:
    """What axe, which is on the page already, finds at this width."""
    found: list[dict[str, Any]] = page.evaluate(run, RULES)
    return [f"{one['id']} at {width}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def test_links_of_every_shape_on_every_page_lead_somewhere(open_as: Callable[..., Page], address: str) -> None:
    asked = open_as("lead").request
    seen: set[str] = set()
    answered: dict[str, int] = {}
    for path in (*EVERYBODY, *BY_ROLE["lead"]):
        page = asked.get(f"{address}{path}")
        answered[f"{address}{path}"] = page.status
        links = (urljoin(page.url, unescape(link)) for link in HREF.findall(page.text()))
        seen.update(urldefrag(link).url for link in links if link.startswith(address))
    assert len(seen) > 500, "the links of the pages are read"
    by_shape = groupby(sorted(seen, key=_shape), key=_shape)
    chosen = [link for _, links in by_shape for link in islice(links, MOST_OF_A_SHAPE)]
    assert len(chosen) > 100, "pages differ"
    answered |= {link: asked.get(link).status for link in chosen if link not in answered}
    broken = {link: answered[link] for link in chosen if answered[link] >= 400}
    expected = {link for link in broken if "there-is-no-such" in link}
    assert {link: broken[link] for link in broken if link not in expected} == {}


def _shape(link: str) -> tuple[str, ...]:
    """Two links are of one shape if they lead to one sort of page, of different records or with different filters."""
    parts = urlsplit(link)
    first, *refs = parts.path.strip("/").split("/")
    return first, *("*" if place == 0 else word for place, word in enumerate(refs)), *sorted(parse_qs(parts.query))
