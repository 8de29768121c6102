"""Facts about the gaps that records themselves show: reviews, indicators, posts with too much, likely twins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph import service
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM
from tests.conftest import TODAY


def _gaps(session, make, kind, person=SYSTEM, plan=None):
    return service.gaps(session, person, plan or make.the_plan, TODAY)[kind]


def _titles(session, make, kind):
    return [gap.title for gap in _gaps(session, make, kind)]


@pytest.mark.parametrize("answer", ["monitoring", "considering"])
def test_a_source_that_is_watched_or_considered_past_its_review_is_a_gap(session, make, answer):
    source = make.source(title="The bill")
    for title, days in (("Past", -1), ("Today", 0)):
        review = TODAY + timedelta(days=days)
        make.response(source, title=title, response_type=answer, text="We watch it.", review_by=review)
    (gap,) = _gaps(session, make, "watch-overdue")
    assert (gap.title, gap.detail, gap.source_ref) == ("Past", "Review was due on 22 November 2026", source.ref)
    assert _titles(session, make, "review-overdue") == []
    assert _titles(session, make, "watch-without-review") == []


def test_a_source_that_is_watched_needs_a_review_date_and_one_that_is_taken_up_does_not(session, make):
    for answer in ("monitoring", "considering", "incorporated", "context-only"):
        make.response(make.source(), title=answer, response_type=answer, text="Said.")
    assert _titles(session, make, "watch-without-review") == ["monitoring", "considering"]
    assert _titles(session, make, "watch-overdue") == []


def test_an_indicator_that_measures_nothing_is_a_gap(session, make):
    used, of_priority, idle, of_stopped = (make.indicator(title=title) for title in ("Used", "Aim", "Idle", "Stopped"))
    make.link(make.action(), LinkType.MEASURED_BY, used)
    make.link(make.priority(), LinkType.MEASURED_BY, of_priority)
    make.link(make.action(closure="stopped"), LinkType.MEASURED_BY, of_stopped)
    assert _titles(session, make, "indicator-without-action") == [idle.title, of_stopped.title]


@pytest.mark.parametrize(
    ("frequency", "days", "is_gap"),
    [
        ("monthly", 30, False),
        ("monthly", 31, True),
        ("quarterly", 91, False),
        ("quarterly", 92, True),
        ("yearly", 365, False),
        ("yearly", 366, True),
        ("not-stated", 0, True),
        ("once", 0, True),
    ],
)
def test_an_indicator_has_until_its_first_period_is_over_to_be_read(session, make, frequency, days, is_gap):
    made = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) - timedelta(days=days)
    make.indicator(title="Vacancies", frequency=frequency, created_at=made)
    assert (_titles(session, make, "indicator-without-reading") == ["Vacancies"]) is is_gap


def test_an_indicator_that_is_read_once_has_until_its_target_date(session, make):
    make.indicator(title="Later", frequency="once", target_on=TODAY + timedelta(days=1))
    make.indicator(title="Now", frequency="once", target_on=TODAY)
    assert _titles(session, make, "indicator-without-reading") == ["Now"]


def test_a_reading_closes_the_gap_and_one_that_was_replaced_does_not(session, make):
    read, replaced = make.indicator(title="Read"), make.indicator(title="Replaced")
    make.reading(read, ends_on=TODAY, value=1.0)
    make.reading(replaced, ends_on=TODAY, value=1.0, replaced_at=datetime(2026, 11, 20, tzinfo=UTC))
    assert _titles(session, make, "indicator-without-reading") == ["Replaced"]


def test_the_owner_of_an_indicator_acts_on_it(session, make):
    make.indicator(owner_id=make.post(title="Analyst").id)
    make.indicator()
    assert [gap.who for gap in _gaps(session, make, "indicator-without-reading")] == ["Analyst", "Strategy lead"]


def _owned(make, post, number, **values):
    for _ in range(number):
        make.action(owner_id=post and post.id, **values)


def test_a_post_that_owns_the_share_that_the_plan_names_has_too_much(session, make):
    heavy, light = make.post(title="Director"), make.post(title="Deputy")
    _owned(make, heavy, 3)
    _owned(make, light, 2)
    _owned(make, None, 5)
    _owned(make, heavy, 4, closure="done")
    make.the_plan.heavy_post_percent = 30
    (gap,) = _gaps(session, make, "heavy-post")
    assert (gap.title, gap.detail, gap.who) == ("Director", "Owns 3 of 10 open actions (30%)", "Strategy lead")
    assert gap.plan_ref == make.the_plan.ref
    make.the_plan.heavy_post_percent = 31
    assert _gaps(session, make, "heavy-post") == []


def test_two_actions_are_never_too_much_and_all_actions_are_told_so(session, make):
    post = make.post(title="Director")
    _owned(make, post, 2)
    assert _gaps(session, make, "heavy-post") == []
    _owned(make, post, 1)
    assert [gap.detail for gap in _gaps(session, make, "heavy-post")] == ["Owns all 3 open actions"]


def test_each_plan_is_weighed_by_itself(session, make):
    post, other = make.post(title="Director"), make.plan(title="Ours").id and make.plan(title="Theirs")
    _owned(make, post, 3)
    _owned(make, post, 1, plan_id=other.id)
    _owned(make, make.post(), 9, plan_id=other.id)
    (gap,) = [gap for gap in service.gaps(session, SYSTEM, None, TODAY)["heavy-post"] if gap.title == "Director"]
    assert gap.plan_ref == make.the_plan.ref


def test_a_draft_that_the_reader_may_not_see_is_in_nobodys_share(session, make):
    post = make.post(title="Director")
    _owned(make, post, 2)
    _owned(make, post, 1, visibility=Visibility.DRAFT)
    assert _titles(session, make, "heavy-post") == ["Director"]
    assert _gaps(session, make, "heavy-post", make.person(make.viewer())) == []


def test_two_actions_that_are_likely_the_same_are_a_gap_of_both_plans(session, make):
    ours, theirs = make.plan(title="Ours"), make.plan(title="Theirs")
    one = make.action(title="Recruit perinatal nurses in Gwent")
    other = make.action(title="Recruit perinatal nurses for Gwent", plan_id=theirs.id)
    for plan in (ours, theirs):
        (gap,) = _gaps(session, make, "same-action", plan=plan)
        assert (gap.ref, gap.other_ref) == (one.ref, other.ref)
    assert gap.detail == "Recruit perinatal nurses for Gwent, in Theirs"
    assert _gaps(session, make, "same-action", plan=make.plan(title="A third")) == []


def test_the_most_costly_kinds_come_first(session, make):
    make.plan()
    kinds = list(service.gaps(session, SYSTEM, make.the_plan, TODAY))
    assert kinds[:2] == ["empty-response", "implication-without-priority"]
    assert kinds.index("action-without-owner") < kinds.index("action-without-measure")
    assert kinds[-1] == "same-action"
