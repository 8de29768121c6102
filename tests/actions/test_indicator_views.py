"""The pages of indicators."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, date, datetime

import pytest

from actions.measures import chart, chart_parts
from actions.measures.scales import scale
from kb.models.link import LinkType

MARCH = {"ends_on-day": "31", "ends_on-month": "3", "ends_on-year": "2026"}


def test_a_lead_adds_an_indicator_gives_it_a_trajectory_and_links_an_action(browse, make):
    plan = make.the_plan
    make.action(ref="the-action", title="Train therapists")
    browse.sign_in(make.lead())
    wrong = browse.post(f"/indicators/new?plan={plan.ref}", {"title": "Therapists", "target": "many"})
    assert wrong.status_code == 422
    assert "many" in wrong.text
    given = {"title": "Therapists", "target": "4,904", "unit": "staff", "direction": "higher", "frequency": "yearly"}
    made = browse.post(f"/indicators/new?plan={plan.ref}", given)
    assert made.headers["Location"] == "/indicators/therapists"
    address = "/indicators/therapists/trajectory"
    rows = {"row-0-period": "2019/20", "row-0-value": "1,014", "row-1-period": "2020/21", "row-1-value": "1,168"}
    version = browse.get(address).text.split('name="version"')[1].split('value="')[1].split('"')[0]
    more = browse.post(address, {**rows, "version": version, "more": "1"})
    assert 'name="row-4-period"' in more.text
    assert browse.post(address, {**rows, "row-2-period": "soon", "row-2-value": "1", "reason": "So", "version": version}
                       ).status_code == 422  # fmt: skip
    saved = browse.post(address, {**rows, "row-2-period": "", "reason": "From the plan", "version": version})
    assert saved.status_code == 303
    linked = {"way": "measured-by-back", "words": "the-action", "reason": "It is what the training is for"}
    assert browse.post("/links/new?from=indicator:therapists", linked).status_code == 303
    page = browse.get("/indicators/therapists").text
    assert all(words in page for words in ("4,904 staff", "1,014 staff", "2020/21", "Train therapists"))
    assert "Therapists" in browse.get("/actions/the-action").text.split('id="milestones"')[0]


def test_the_owner_adds_a_reading_and_corrects_it_on_the_page(browse, make):
    post = make.post()
    make.indicator(ref="share", unit="%", owner_id=post.id)
    owner = make.owner(post)
    browse.sign_in(owner)
    assert browse.post("/indicators/share/readings/new", {**MARCH, "value": "lots"}).status_code == 422
    assert browse.post("/indicators/share/readings/new", {**MARCH, "value": "71.8%"}).status_code == 303
    page = browse.get("/indicators/share").text
    assert "71.8%" in page
    address = re.findall(r"/indicators/share/readings/\d+/correct", page)[0]
    corrected = browse.post(address, {**MARCH, "value": "72", "reason": "Two teams were missing"})
    assert corrected.status_code == 303
    page = browse.get("/indicators/share").text
    assert "was 71.8%, until" in page
    assert f"added by {owner.name}" in page
    assert "Edit" not in page.split("<main")[1].split("</h1>")[0]
    assert browse.get("/indicators/share/edit").status_code == 403


def test_the_readings_that_count_of_the_indicators_that_fit_are_a_file(browse, make):
    """What a correction has replaced is none of them."""
    for title in ("Vacancies", "Sickness"):
        indicator = make.indicator(title=title, unit="%")
        make.reading(indicator, ends_on=date(2026, 1, 31), value=9.0, replaced_at=datetime(2026, 2, 1, tzinfo=UTC))
        make.reading(indicator, ends_on=date(2026, 1, 31), value=9.5)
        make.reading(indicator, ends_on=date(2025, 12, 31), value=8.0)
    page = browse.sign_in(make.viewer()).get("/indicators?q=vacancies").text
    [address] = [html.unescape(one) for one in re.findall(r'href="([^"]*as=readings[^"]*)"', page) if "csv" in one]
    rows = list(csv.DictReader(io.StringIO(browse.get(address).data.decode("utf-8-sig"))))
    told = [(row["Indicator"], row["Period end"], row["Value"], row["Unit"]) for row in rows]
    assert told == [("Vacancies", "2025-12-31", "8", "%"), ("Vacancies", "2026-01-31", "9.5", "%")]


def test_readings_that_are_made_up_are_marked_wherever_they_show(browse, make):
    indicator = make.indicator(ref="share", unit="%")
    for month in (1, 2, 3):
        make.reading(indicator, ends_on=date(2026, month, 28), value=70.0 + month, is_demonstration=True)
    action, priority = make.action(ref="the-action"), make.priority(ref="the-priority")
    for record in (action, priority):
        make.link(record, LinkType.MEASURED_BY, indicator)
    browse.sign_in(make.lead())
    for address in (
        "/indicators", "/indicators/share", "/actions/the-action", "/priorities/the-priority",
        "/actions/the-action/thread", "/indicators/share/readings/new",
    ):  # fmt: skip
        main = browse.get(address).text.split("<main")[1]
        assert "73%" in main, address
        assert "demonstration" in main, address
    assert browse.get("/api/v1/indicators").json["indicators"][0]["latest"]["is_demonstration"] is True


def test_an_indicator_has_a_thread_back_to_its_sources(browse, make):
    source = make.source(title="A law about nurses")
    implication, priority = make.implication(source), make.priority()
    action, indicator = make.action(), make.indicator(ref="vacancies")
    make.link(implication, LinkType.CALLS_FOR, priority)
    make.link(priority, LinkType.DELIVERED_BY, action)
    make.link(action, LinkType.MEASURED_BY, indicator)
    page = browse.sign_in(make.viewer()).get("/indicators/vacancies/thread")
    assert page.status_code == 200
    assert "A law about nurses" in page.text
    assert "No gap and no suspect link" in page.text


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ([1.0, 4.0], (0.0, 1.0, 2.0, 3.0, 4.0)),
        ([66.0, 72.0, 75.0], (66.0, 68.0, 70.0, 72.0, 74.0, 76.0)),
        ([5.0, 5.0], (5.0, 6.0)),
        ([-3.0, 2.0], (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0)),
        ([0.0, 0.0], (0.0, 0.2)),
    ],
)
def test_the_numbers_at_the_side_are_round_and_hold_every_value(values, steps):
    found = scale(values)
    assert found[0] <= min(values)
    assert found[-1] >= max(values)
    assert found == steps


def test_a_line_needs_two_days_and_keeps_within_its_picture():
    days = [date(2026, month, 1) for month in range(1, 13)]
    assert chart.draw([(days[0], 1.0)]) is None
    assert chart.draw([]) is None
    for is_narrow in (False, True):
        found = chart.draw(
            [(day, float(number)) for number, day in enumerate(days)],
            lines=chart.Lines(target=10.0, baseline=10.2),
            is_narrow=is_narrow,
        )
        assert found is not None
        assert all(found.left <= dot.x <= found.right and found.top <= dot.y <= found.bottom for dot in found.read)
        target, baseline = found.levels
        assert abs(target.word_y - baseline.word_y) >= chart_parts.LINE
        assert all(later.at - earlier.at >= 80 for earlier, later in zip(found.days, found.days[1:], strict=False))


def test_a_lead_computes_limits_anew_and_as_before_and_the_page_says_why(browse, make):
    indicator = make.indicator(ref="share", unit="%", direction="higher")
    for month in range(1, 13):
        make.reading(indicator, ends_on=date(2025, month, 28), value=60.0 + month % 3)
        make.reading(indicator, ends_on=date(2024, month, 28), value=40.0 + month % 3)
    browse.sign_in(make.lead())
    assert "One mean no longer fits" in browse.get("/indicators/share").text
    first = {"starts_on-day": "1", "starts_on-month": "1", "starts_on-year": "2025"}
    wrong = browse.post("/indicators/share/limits", {**first, "reason": ""})
    assert wrong.status_code == 422
    assert 'value="2025"' in wrong.text
    late = browse.post("/indicators/share/limits", {**first, "starts_on-year": "2031", "reason": "New form"})
    assert "No reading is from that day or later" in late.text
    assert browse.post("/indicators/share/limits", {**first, "reason": "The new form began"}).status_code == 303
    page = browse.get("/indicators/share").text
    assert "Limits from the readings since 1 January 2025: The new form began" in page
    assert "Limits are provisional until there are 13 readings" in page
    back = re.findall(r"/indicators/share/limits/\d+/withdraw", page)[0]
    assert browse.post(back, {"reason": ""}).status_code == 422
    assert browse.post(back, {"reason": "The old form is back"}).status_code == 303
    assert "The new form began" not in browse.get("/indicators/share").text.split('id="readings"')[0]
    assert browse.get(back).status_code == 404


def test_the_scorecard_shows_what_is_read_and_lists_what_is_not(browse, make):
    share = make.indicator(ref="share", title="Share treated", target=50.0, direction="higher", perspective="People")
    for number in range(14):
        make.reading(share, ends_on=date(2025 + number // 12, 1 + number % 12, 28), value=10.0 + number % 3)
    make.indicator(title="Never read")
    browse.sign_in(make.lead())
    page = browse.get("/indicators/scorecard").text
    assert "How the measures are moving, to February 2026" in page
    assert "Will not meet the target" in page
    assert "1 that nobody has read yet" in page
    quarters = browse.get("/indicators/scorecard?by=quarter").text
    assert "October to December 2025" in quarters
    assert "not read" not in quarters.split("Never read")[0]
    rows = list(csv.reader(io.StringIO(browse.get("/indicators/scorecard?format=csv").text)))
    named = next(row for row in rows if "Share treated" in row)
    assert {"People", "No real change", "Will not meet the target", "14"} <= set(named)
    assert browse.get("/indicators/scorecard?plan=no-such-plan").status_code == 200


def test_a_period_that_nobody_read_is_named_and_never_bridged(browse, make):
    indicator = make.indicator(ref="share", frequency="monthly")
    for month in (1, 2, 3, 5, 6, 7, 8):
        make.reading(indicator, ends_on=date(2026, month, 28), value=float(month % 3))
    browse.sign_in(make.lead())
    page = browse.get("/indicators/share").text
    assert "Not read: 28 April 2026" in page
    assert page.count('class="gt-line__read') == 2 * 2  # two parts of a line, wide and narrow
    assert re.search(r"Late: 28 \w+ 20\d\d is not read", page)
