"""Moving about in a thread: the canvas shows what the picture shows, and everything can be done without a mouse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.conftest import NARROW
from tests.browser.test_every_page import AXE, findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

PRIORITY = "/priorities/wales-phase1-01/thread"
PLACES = """() => document.querySelector('[data-explore]').cy.nodes('.box').not('.away')
    .map(node => ({id: node.id(), x: node.position('x'), y: node.position('y')}))"""
AT = """id => { const cy = document.querySelector('[data-explore]').cy;
    const at = cy.getElementById(id).renderedPosition(); return [at.x, at.y]; }"""
ZOOM = "() => document.querySelector('[data-explore]').cy.zoom()"
PAN = "() => document.querySelector('[data-explore]').cy.pan()"
STILL = "() => !document.querySelector('[data-explore]').cy.animated()"
SOURCE = "Scotland Mental Health Strategy 2017-2027"


def explored(page: Page, path: str = f"{PRIORITY}/explore") -> Page:
    page.goto(path)
    page.wait_for_selector("[data-ready]")
    return page


def places(page: Page) -> dict[str, tuple[float, float]]:
    return {each["id"]: (each["x"], each["y"]) for each in page.evaluate(PLACES)}


def says(page: Page) -> Locator:
    return page.locator("[data-says]")


def listed(page: Page, title: str) -> Locator:
    return page.locator("[data-list]").get_by_role("button", name=title, exact=True)


def test_boxes_stand_on_the_canvas_where_the_picture_has_them(open_as: Callable[..., Page]) -> None:
    page = open_as()
    page.goto(PRIORITY)
    picture: list[dict[str, Any]] = page.evaluate(
        """() => [...document.querySelectorAll('svg.gt-map a > rect:first-of-type')].map(box => ({
            x: +box.getAttribute('x') + box.getAttribute('width') / 2,
            y: +box.getAttribute('y') + box.getAttribute('height') / 2}))"""
    )
    canvas = places(explored(page)).values()
    assert len(picture) > 20
    assert sorted((round(x), round(y)) for x, y in canvas) == sorted((round(at["x"]), round(at["y"])) for at in picture)


def test_a_record_is_chosen_on_the_canvas_and_read_beside_it(open_as: Callable[..., Page]) -> None:
    page = explored(open_as("lead"))
    x, y = page.evaluate(AT, "priority:wales-phase1-01")
    page.locator("[data-canvas]").click(position={"x": x, "y": y})
    panel = page.get_by_role("region", name="Children and young people")
    expect(panel).to_contain_text("Rests on")
    expect(says(page)).to_have_text("“Children and young people” is chosen.")
    expect(listed(page, "Children and young people")).to_have_attribute("aria-current", "true")
    expect(panel.get_by_role("link", name="Open the record")).to_have_attribute("href", "/priorities/wales-phase1-01")


def test_what_a_record_touches_is_shown_alone_and_all_of_it_again(open_as: Callable[..., Page]) -> None:
    page = explored(open_as())
    before = places(page)
    listed(page, SOURCE).press("Enter")
    page.get_by_role("button", name="Show only what it touches").press("Enter")
    expect(says(page)).to_contain_text(f"Only what “{SOURCE}” rests on")
    alone = places(page)
    assert len(alone) < len(before)
    assert all(before[id] == at for id, at in alone.items())
    expect(listed(page, "Matrics Plant (2021)")).to_have_count(0)
    again = page.get_by_role("button", name="Show all of it again")
    expect(again).to_be_focused()
    again.press("Enter")
    expect(says(page)).to_have_text(f"All {len(page.evaluate(RECORDS))} records are shown.")
    assert places(page) == before


RECORDS = """() => document.querySelector('[data-explore]').cy.nodes('.box').not('.gap').map(node => node.id())"""


def test_neighbours_come_in_beside_what_is_there_and_go_again(open_as: Callable[..., Page]) -> None:
    page = explored(open_as())
    before = places(page)
    listed(page, SOURCE).click()
    page.get_by_role("button", name="Bring in its other links").click()
    expect(says(page)).to_have_text(re.compile(r"Brought in from other threads: \d"))
    after = places(page)
    assert set(before) < set(after)
    assert all(after[id] == at for id, at in before.items())
    assert len(set(after.values())) == len(after), "nothing stands on anything else"
    expect(page.get_by_role("button", name="Bring in its other links")).to_have_count(0)
    page.get_by_role("button", name="Take out what was brought in").click()
    expect(page.locator("[data-canvas]")).to_be_focused()
    assert places(page) == before


def test_a_filter_moves_nothing_and_stands_in_the_address(open_as: Callable[..., Page]) -> None:
    page = explored(open_as())
    before = places(page)
    page.get_by_label("Nation of the source").select_option("scotland")
    expect(says(page)).to_have_text(re.compile(r"\d+ of \d+ records are shown"))
    expect(page).to_have_url(re.compile(r"explore\?nation=scotland$"))
    left = places(page)
    assert 1 < len(left) < len(before)
    assert all(before[id] == at for id, at in left.items())
    expect(page.get_by_role("link", name="Thread page")).to_have_attribute(
        "href", re.compile(r"thread\?nation=scotland$")
    )
    assert places(explored(page, page.url)) == left
    page.get_by_label("Nation of the source").select_option("")
    expect(says(page)).to_contain_text("All ")
    assert places(page) == before


def test_a_summary_opens_box_by_box_and_closes_again(open_as: Callable[..., Page]) -> None:
    page = explored(open_as(), f"{PRIORITY}/explore?by=priority")
    closed = places(page)
    page.locator("[data-list]").get_by_role("button", name=re.compile(r"^\d+ sources")).first.click()
    page.get_by_role("button", name="Open this box").click()
    expect(says(page)).to_contain_text("is open.")
    opened = places(page)
    assert len(opened) > len(closed)
    expect(page).to_have_url(re.compile("open=source"))
    page.get_by_role("button", name="Close the boxes").click()
    expect(says(page)).to_contain_text("All ")
    assert places(page) == closed


def test_a_record_is_found_by_its_words(open_as: Callable[..., Page]) -> None:
    page = explored(open_as())
    find = page.get_by_label("Find a record in it")
    find.fill("scotland mental")
    expect(says(page)).to_contain_text("Press Enter to go to the first")
    expect(page.locator("[data-list] li:visible")).to_have_count(1)
    find.press("Enter")
    expect(page.get_by_role("region", name=SOURCE)).to_be_visible()
    find.fill("zzzz")
    expect(says(page)).to_have_text("No record here has these words in its title.")


def test_keys_move_and_zoom_and_the_wheel_belongs_to_the_page(open_as: Callable[..., Page]) -> None:
    page = explored(open_as())
    canvas = page.locator("[data-canvas]")
    start = page.evaluate(PAN)
    canvas.press("ArrowRight")
    assert page.evaluate(PAN)["x"] < start["x"]
    zoom = page.evaluate(ZOOM)
    canvas.press("+")
    page.wait_for_function(STILL)
    assert page.evaluate(ZOOM) > zoom
    page.get_by_role("button", name="Zoom out").click()
    page.wait_for_function(STILL)
    zoom, scrolled = page.evaluate(ZOOM), page.evaluate("scrollY")
    canvas.hover()
    page.mouse.wheel(0, 120)
    page.wait_for_function("before => scrollY > before", arg=scrolled)
    assert page.evaluate(ZOOM) == zoom


def test_nobody_is_kept_out_and_nothing_moves_sideways(open_as: Callable[..., Page]) -> None:
    page = explored(open_as(bypass_csp=True))
    listed(page, SOURCE).click()
    page.evaluate(AXE)
    assert findings(page, page.viewport_size["width"]) == []  # type: ignore[index]
    page.set_viewport_size({"width": NARROW, "height": 800})
    assert findings(page, NARROW) == []
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW


def test_without_scripts_the_page_says_where_the_same_is(open_as: Callable[..., Page]) -> None:
    page = open_as(scripts=False)
    page.goto(f"{PRIORITY}/explore")
    expect(page.get_by_text("scripts are off in your browser")).to_be_visible()
    page.get_by_role("link", name="Open the thread page").click()
    expect(page).to_have_url(re.compile(f"{PRIORITY}$"))


def test_the_map_script_is_loaded_only_to_explore(open_as: Callable[..., Page]) -> None:
    page = open_as("lead")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    for path in ("/", "/priorities/wales-phase1-01", PRIORITY, "/coverage", "/actions/t4mh-18/thread"):
        page.goto(path, wait_until="load")
    assert not [url for url in asked if "cytoscape" in url]
    explored(page)
    assert len([url for url in asked if "cytoscape" in url]) == 1
