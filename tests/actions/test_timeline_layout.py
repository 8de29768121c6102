"""Where things stand on a timeline: the order of days, what is cut, and that no words touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.timeline import axis
from actions.timeline.axis import Span, axis_of, usual_span
from actions.timeline.layout import NARROW, WIDE, Group, Wait, draw
from actions.timeline.shapes import Item, Step
from actions.timeline.sheets import split

TODAY = date(2026, 11, 23)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SPAN = usual_span(TODAY)
LONG = "Train every member of every community team in trauma-informed approaches, and say how it went, in all regions"


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def item(id: int = 1, **values) -> Item:
    given = {"title": f"Action {id}", "due_on": days(60), "starts_on": days(-30), "notes": ("On time",), **values}
    return Item(id=id, **given)


def drawn(*items: Item, waits=(), span=SPAN, page=WIDE, title=""):
    words = {"today_words": "Today, 23 November 2026", "months": MONTHS}
    return draw([Group(title, items)], waits, span=span, today=TODAY, page=page, **words)


def row_of(one: Item, **values):
    return drawn(one, **values).rows[0]


def overlap(one, other) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_the_usual_span_looks_back_two_months_and_ahead_twelve():
    assert Span(date(2026, 9, 1), date(2027, 11, 30)) == SPAN
    assert TODAY in SPAN
    assert usual_span(date(2027, 1, 31)).first == date(2026, 11, 1)


def test_all_dates_run_from_the_start_of_a_month_to_the_end_of_one_with_today_among_them():
    assert axis.whole_span([date(2026, 2, 10), date(2026, 5, 5)], TODAY) == Span(date(2026, 2, 1), date(2026, 11, 30))
    assert axis.whole_span([], date(2026, 12, 31)) == Span(date(2026, 12, 1), date(2026, 12, 31))


def test_later_days_stand_further_right_and_days_outside_at_the_edge():
    line = axis_of(SPAN, 100, 900, MONTHS)
    places = [line.x(days(number)) for number in range(0, 300, 7)]
    assert places == sorted(places)
    assert line.x(SPAN.first) == 100
    assert line.end_x(SPAN.last) == 900
    assert (line.x(date(2020, 1, 1)), line.x(date(2040, 1, 1))) == (100, 900)


@pytest.mark.parametrize(
    ("span", "unit"),
    [
        (SPAN, "month"),
        (Span(date(2026, 1, 1), date(2029, 12, 31)), "quarter"),
        (Span(date(2026, 1, 1), date(2045, 12, 31)), "year"),
    ],
)
def test_the_line_of_time_names_months_then_quarters_then_years(span, unit):
    line = axis_of(span, 296, 908, MONTHS)
    assert line.unit == unit
    assert [tick.day.day for tick in line.ticks] == [1] * len(line.ticks)
    if unit == "quarter":
        assert {tick.day.month for tick in line.ticks} == {1, 4, 7, 10}
    assert line.years[0].words == "2026"


@given(st.dates(date(1800, 1, 1), date(2199, 1, 1)), st.integers(1, 140_000), st.sampled_from([WIDE, NARROW]))
def test_the_words_along_the_line_never_touch_whatever_the_span(first, length, page):
    last = min(first + timedelta(days=length), date(2200, 12, 31))
    picture = drawn(*(item(n) for n in range(10)), span=Span(first, last), page=page)
    boxes = [text.box for text in (*picture.labels, *([picture.today] if picture.today else []))]
    assert boxes
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
    assert all(box[0] >= 0 and box[2] <= page.width for box in boxes)
    assert (picture.today_x is not None) == (first <= TODAY <= last)


def test_a_bar_runs_from_the_start_to_the_due_date():
    row = row_of(item())
    line = axis_of(SPAN, WIDE.left, WIDE.right, MONTHS)
    assert row.bar is not None
    assert (row.bar.x1, row.bar.x2) == (line.x(days(-30)), line.end_x(days(60)))
    assert not (row.bar.is_cut_left)
    assert not (row.bar.is_cut_right)
    assert (row.point, row.overdue, row.moved, row.expected) == (None, None, None, None)


def test_a_bar_that_goes_on_outside_the_span_is_cut_and_says_where():
    row = row_of(item(starts_on=days(-900), due_on=days(900)))
    assert row.bar is not None
    assert (row.bar.x1, row.bar.x2) == (WIDE.left, WIDE.right)
    assert row.bar.is_cut_left
    assert row.bar.is_cut_right


def test_without_a_start_the_due_date_is_a_point():
    row = row_of(item(starts_on=None))
    assert row.bar is None
    assert row.point == axis_of(SPAN, WIDE.left, WIDE.right, MONTHS).end_x(days(60))
    assert row_of(item(starts_on=None, due_on=days(-400))).point is None


def test_what_is_overdue_reaches_today_and_what_is_done_does_not():
    late = row_of(item(due_on=days(-20)))
    assert late.bar is not None
    assert late.overdue is not None
    assert late.overdue.x1 == late.bar.x2
    assert late.overdue.x2 == drawn(item()).axis.end_x(TODAY)
    assert row_of(item(due_on=days(-20), is_open=False)).overdue is None
    assert row_of(item(due_on=TODAY)).overdue is None


def test_what_became_overdue_before_the_span_is_cut_at_its_edge():
    late = row_of(item(starts_on=days(-500), due_on=days(-300)))
    assert late.bar is None
    assert late.overdue is not None
    assert late.overdue.is_cut_left
    assert late.overdue.x1 == WIDE.left


@pytest.mark.parametrize("moved_by", [40, -15])
def test_a_due_date_that_moved_shows_the_first_one_and_the_way_between(moved_by):
    row = row_of(item(first_due_on=days(60 - moved_by)))
    assert row.bar is not None
    assert row.moved is not None
    assert row.first_due in (row.moved.x1, row.moved.x2)
    assert row.bar.x2 in (row.moved.x1, row.moved.x2)
    assert row.first_due != row.bar.x2


def test_a_due_date_that_never_moved_shows_no_slip():
    row = row_of(item(first_due_on=days(60)))
    assert (row.moved, row.first_due) == (None, None)


def test_a_forecast_is_drawn_from_the_due_date_or_from_today_where_that_has_passed():
    row = row_of(item(forecast_on=days(90)))
    assert row.bar is not None
    assert row.expected is not None
    assert (row.expected.x1, row.expected.x2) == (row.bar.x2, row.forecast)
    late = row_of(item(due_on=days(-20), forecast_on=days(30)))
    assert late.overdue is not None
    assert late.expected is not None
    assert late.expected.x1 == late.overdue.x2
    early = row_of(item(forecast_on=days(20)))
    assert early.expected is None
    assert early.forecast is not None
    assert row_of(item(forecast_on=days(90), is_open=False)).forecast is None
    assert row_of(item(forecast_on=days(60))).forecast is None


def test_milestones_are_done_open_or_late_and_those_outside_the_span_are_left_out():
    steps = (
        Step("Done", days(-40), done_on=days(-41)),
        Step("Late", days(-10)),
        Step("Today", TODAY),
        Step("Open", days(50)),
        Step("Far", days(2_000)),
    )
    states = {one.step.title: one.state for one in row_of(item(steps=steps)).diamonds}
    assert states == {"Done": "done", "Late": "late", "Today": "open", "Open": "open"}


@given(st.lists(st.integers(-60, 300), max_size=12))
def test_milestones_never_cover_each_other_and_stay_within_their_row(offsets):
    row = row_of(item(steps=tuple(Step("Step", days(number)) for number in offsets)))
    places = [(one.x, one.y) for one in row.diamonds]
    assert len(places) == len(offsets)
    assert all(abs(a[0] - b[0]) >= 17 or abs(a[1] - b[1]) >= 17 for a, b in combinations(places, 2))
    assert all(row.y < y - 8 and y + 8 <= row.y + row.height for _, y in places)


@pytest.mark.parametrize("page", [WIDE, NARROW])
def test_no_words_touch_each_other_or_a_line_of_days(page):
    many = [
        item(n, title=LONG * (n % 3 + 1) if n % 2 else f"Action {n}", alarm="Overdue 24 days" if n % 4 == 0 else "",
             notes=("On time, due 30 September 2027", "On track") * (n % 2 + 1))
        for n in range(12)
    ]  # fmt: skip
    words = {"today_words": "Today, 23 November 2026", "months": MONTHS}
    groups = [Group(LONG, many[:5], "5 actions, 2 late"), Group("Second", many[5:], "7 actions")]
    picture = draw(groups, [], span=SPAN, today=TODAY, page=page, **words)
    boxes = [text.box for text in picture.texts]
    assert len(boxes) > 40
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
    assert all(box[2] <= page.width + 1 for box in boxes)
    assert all(box[1] > 0 and box[3] < picture.height for box in boxes)
    for first, last in picture.plots:
        assert not [box for box in boxes if overlap(box, (page.left, first, page.right, last))]


def test_rows_follow_each_other_without_gaps_and_the_picture_ends_below_the_last():
    picture = drawn(*(item(n) for n in range(20)))
    assert all(one.y + one.height == pytest.approx(next.y) for one, next in pairwise(picture.rows))
    assert picture.bottom == pytest.approx(picture.rows[-1].y + picture.rows[-1].height)
    assert picture.height > picture.bottom


def test_a_line_joins_the_end_of_one_action_to_the_start_of_the_one_that_waits():
    first, then = item(1, starts_on=days(-20), due_on=days(10)), item(2, starts_on=days(40))
    picture = drawn(first, then, waits=[Wait(waiting_id=2, needed_id=1)])
    (line,) = picture.lines
    assert line.path.startswith(f"M{picture.rows[0].bar.x2:g} {picture.rows[0].bar_y:g}H")
    assert line.head == (picture.rows[1].bar.x1, picture.rows[1].bar_y)
    assert not line.is_late


def test_a_late_wait_goes_back_along_the_edge_of_the_row_and_carries_its_sign_there():
    later, waiting = item(1, due_on=days(100)), item(2, starts_on=None, due_on=days(20))
    for order in ((later, waiting), (waiting, later)):
        picture = drawn(*order, waits=[Wait(2, 1, is_late=True)])
        (line,) = picture.lines
        row = next(row for row in picture.rows if row.item.id == 2)
        assert line.is_late
        assert line.sign[1] in (row.y, row.y + row.height)
        assert line.head == (row.point - 6, row.bar_y)
    back = drawn(waiting, replace(later, starts_on=None), waits=[Wait(1, 2)])
    assert back.lines[0].path.startswith(f"M{back.rows[0].point + 6:g} ")


def test_waits_for_actions_that_are_not_drawn_have_no_line_and_on_a_phone_none_has():
    assert drawn(item(1), waits=[Wait(1, 99), Wait(98, 1)]).lines == ()
    outside = item(2, starts_on=days(-900), due_on=days(-800))
    assert drawn(item(1), outside, waits=[Wait(1, 2)]).lines == ()
    assert drawn(item(1), item(2), waits=[Wait(2, 1)], page=NARROW).lines == ()


def test_today_is_marked_only_where_it_lies_within_the_span():
    picture = drawn(item())
    assert picture.today_x == picture.axis.x(TODAY)
    past = drawn(item(), span=Span(date(2020, 1, 1), date(2020, 12, 31)))
    assert (past.today_x, past.today) == (None, None)


def test_a_long_timeline_is_cut_into_sheets_between_rows_with_the_heading_on_each():
    groups = [Group("First", [item(n) for n in range(9)]), Group("Second", [item(n) for n in range(9, 12)])]
    words = {"span": SPAN, "today": TODAY, "today_words": "Today", "months": MONTHS}
    whole = draw(groups, [], **words)
    sheets = split(groups, whole, first=200, others=300)
    assert len(sheets) > 2
    assert [one.id for sheet in sheets for group in sheet for one in group.items] == list(range(12))
    assert all(group.title for sheet in sheets for group in sheet)
    heights = [draw(sheet, [], **words).bottom for sheet in sheets]
    assert heights[0] <= 200
    assert max(heights) <= 300
    assert len(split(groups, whole, first=5_000, others=5_000)) == 1
    assert len(split(groups, whole, first=1, others=1)) == 12
    untitled = [Group("", groups[0].items)]
    assert len(split(untitled, draw(untitled, [], **words), first=5_000, others=5_000)) == 1
