"""Where an indicator stands: limits from enough readings, computed anew for a reason, and a scorecard of a plan."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from actions.indicators.run_charts import Unfit
from actions.indicators.variation import Assurance, Variation
from actions.measures import chart, chart_parts, rebasing, scorecard, service, standing, standing_words
from actions.measures.chart import Lines
from actions.measures.picture import picture_of
from actions.measures.rebasing import RebaseDetails
from actions.measures.scorecard import Quarter
from kb import history
from kb.catalogue import amounts
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.link import LinkType

USUAL = [10, 12, 11, 9, 10, 11, 10, 12, 9, 11, 10, 11, 9, 12]


def day(month):
    """The last day of a month, counted from January 2024."""
    following = date(2024 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return following - timedelta(days=1)


@pytest.fixture
def read(make):
    def read(values, **details):
        details.setdefault("direction", "higher")
        indicator = make.indicator(**details)
        for month, value in enumerate(values):
            make.reading(indicator, ends_on=day(month), value=float(value))
        return indicator

    return read


def stands(session, make, indicator):
    session.expire_all()
    found = service.detail(session, indicator.ref, make.person(make.lead()))
    return found, standing.standing_of(found.indicator, found.readings[::-1])


def test_few_readings_have_no_limits_and_some_have_provisional_ones(session, make, read):
    _, five = stands(session, make, read(USUAL[:5], target=10.0))
    assert (five.process, five.settled) == (None, None)
    assert standing_words.variation(five) == "Too few readings"
    assert standing_words.assurance(five, 10.0) == "Too early to say"
    assert "5 readings of the 13" in standing_words.why(five, "%")
    _, twelve = stands(session, make, read(USUAL[:12], target=10.0))
    assert twelve.process.now.is_provisional
    assert twelve.settled is None
    assert standing_words.limits(twelve, "%") == "12 of 13 readings"
    _, thirteen = stands(session, make, read(USUAL[:13], target=10.0))
    assert (thirteen.settled.variation, thirteen.settled.assurance) == (Variation.COMMON, Assurance.HIT_OR_MISS)


def test_yearly_readings_have_a_median_and_no_limits(session, make, read):
    _, yearly = stands(session, make, read([1, 2, *[5] * 2, 6, 7, 8, 9, 7, 8], frequency="yearly"))
    assert (yearly.process, yearly.unfit) == (None, Unfit.SELDOM)
    assert standing_words.limits(yearly, "") == standing_words.variation(yearly) == "Run chart only"
    _, flat = stands(session, make, read([0, 0, 0, 1, 0, 0, 0]))
    assert standing_words.why(flat, "") == (
        "Most readings repeat the one before, so limits would mislead. The median is 0."
    )
    _, shifted = stands(session, make, read([1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9], frequency="yearly"))
    assert "The last 6 are above the median of 5, a shift." in standing_words.why(shifted, "")
    _, sunk = stands(session, make, read([9, 9, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1], frequency="yearly"))
    assert "The last 6 are below the median of 5, a shift." in standing_words.why(sunk, "")


@pytest.mark.parametrize(
    ("direction", "target", "icon", "sentence"),
    [
        ("higher", 30.0, "Will not meet the target", "is above the upper limit"),
        ("higher", 2.0, "Will meet the target", "is not above the lower limit"),
        ("lower", 30.0, "Will meet the target", "is not below the upper limit"),
        ("lower", 2.0, "Will not meet the target", "is below the lower limit"),
        ("higher", 11.0, "May or may not meet it", "lies between the limits"),
        ("none", 11.0, "No better side is set", ""),
        ("higher", None, "No target", ""),
    ],
)
def test_the_target_is_judged_by_the_limits_in_a_sentence(session, make, read, direction, target, icon, sentence):
    _, found = stands(session, make, read(USUAL, direction=direction, target=target))
    assert standing_words.assurance(found, target) == icon
    told = standing_words.target_sentence(found, target, "%")
    assert sentence in told
    assert bool(told) == bool(sentence)


@pytest.mark.parametrize(
    ("more", "direction", "icon", "why"),
    [
        ([30], "higher", "Improving, high", "The last reading is above the upper limit."),
        ([30], "lower", "Concern, high", "The last reading is above the upper limit."),
        ([-20], "lower", "Improving, low", "The last reading is below the lower limit."),
        ([-20], "none", "Changing, low", "The last reading is below the lower limit."),
        ([30], "none", "Changing, high", "The last reading is above the upper limit."),
        ([14] * 8, "higher", "Improving, high", "9 readings in a row are above the mean of 11.8."),
        ([7] * 8, "higher", "Concern, low", "8 readings in a row are below the mean of 9.2."),
    ],
)
def test_the_last_reading_is_told_with_what_makes_it_special(session, make, read, more, direction, icon, why):
    _, found = stands(session, make, read([*USUAL, *more], direction=direction))
    assert standing_words.variation(found) == icon
    assert standing_words.why(found, "") == f"{why} Chance alone would seldom do that."


def test_a_fall_that_begins_above_the_mean_is_not_told_as_a_run_on_its_side(session, make, read):
    """Both hold: seven and more above the mean, a concern, and seven that fall, the improvement that wins."""
    _, found = stands(
        session, make, read([13, 7] * 2 + [10, 4, 5, 6, 3, 5, 4, 20, 19, 18, 17, 16, 15, 14], direction="lower")
    )
    assert found.process.last.variation is Variation.IMPROVEMENT
    assert found.process.now.limits.side(found.process.last.value) == 1
    assert standing_words.why(found, "") == (
        "The last reading is part of seven or more that fall. Chance alone would seldom do that."
    )


def test_after_limits_are_computed_anew_only_the_readings_that_they_rest_on_are_counted(session, make, read):
    indicator, lead = read([*USUAL, *[30, 32, 31, 29, 30, 31]]), make.person(make.lead())
    rebasing.rebase(session, indicator.ref, RebaseDetails(day(14), None, "New wards"), by=lead)
    _, found = stands(session, make, indicator)
    assert (found.count, found.counted) == (20, 6)
    assert standing_words.limits(found, "") == "6 of 13 readings"
    assert standing_words.why(found, "").startswith("6 readings of the 13")


def test_numbers_beside_lines_are_as_fine_as_in_the_table(session, make, read):
    found, where = stands(session, make, read([value / 500 for value in USUAL]))
    levels = {level.kind: level.number() for level in picture_of(found, where).wide.levels}
    now = where.settled.now.limits
    assert levels["lower"] != levels["upper"]
    assert standing_words.limits(where, "") == f"{levels['lower']}–{levels['upper']}"
    assert levels["mean"] == amounts.rounded(now.mean, now.upper - now.lower)


def test_each_rule_has_its_words_for_either_side(session, make, read):
    rising = [*USUAL, 4, 6, 8, 10, 12, 14, 16, 18]
    _, up = stands(session, make, read(rising))
    _, down = stands(session, make, read([-value for value in rising]))
    words = {standing_words.cause(point) for found in (up, down) for point in found.process.points}
    assert {"part of seven or more that rise", "part of seven or more that fall", ""} <= words
    near = [*[10, 11] * 8, 12.6, 12.7, 11]
    _, high = stands(session, make, read(near))
    _, low = stands(session, make, read([-value for value in near]))
    words = {standing_words.cause(point) for found in (high, low) for point in found.process.points}
    assert {"one of two in three near the upper limit", "one of two in three near the lower limit"} <= words
    _, shift = stands(session, make, read([*USUAL, *[12, 13] * 4]))
    _, other = stands(session, make, read([*USUAL, *[9, 8] * 4]))
    words = {standing_words.cause(point) for found in (shift, other) for point in found.process.points}
    assert {"one of seven or more above the mean", "one of seven or more below the mean"} <= words


def test_a_lead_computes_limits_anew_and_the_history_keeps_why(session, make, read):
    indicator, lead = read([*USUAL, *(value + 20 for value in USUAL)], target=25.0), make.person(make.lead())
    _, before = stands(session, make, indicator)
    assert before.has_moved
    made = rebasing.rebase(session, indicator.ref, RebaseDetails(day(14), None, " New curriculum "), by=lead)
    found, after = stands(session, make, indicator)
    assert len(after.process.spells) == 2
    assert not after.has_moved
    assert after.settled.now.limits.mean > 30
    pictured = picture_of(found, after).wide
    assert sum(level.kind == "mean" for level in pictured.levels) == 2
    assert [level.kind for level in pictured.levels if level.has_words] == ["target", "upper", "mean", "lower"]
    newest = history.list_for(session, indicator, person=lead, limit=1)[0]
    assert (newest.field, newest.new, newest.reason) == (
        "limits",
        "Limits from the readings since 31 March 2025",
        "New curriculum",
    )
    with pytest.raises(Invalid, match="Say why"):
        rebasing.withdraw(session, indicator.ref, made.id, reason=" ", by=lead)
    rebasing.withdraw(session, indicator.ref, made.id, reason="Too early", by=lead)
    _, again = stands(session, make, indicator)
    assert again.process == before.process
    with pytest.raises(NotFound):
        rebasing.withdraw(session, indicator.ref, made.id, reason="Twice", by=lead)
    rebasing.rebase(session, indicator.ref, RebaseDetails(day(14), None, "Now it is sure"), by=lead)


def test_limits_may_rest_on_the_readings_before_a_change(session, make, read):
    indicator, lead = read([*USUAL, *[14] * 8]), make.person(make.lead())
    made = rebasing.rebase(session, indicator.ref, RebaseDetails(day(0), day(13), "The year before"), by=lead)
    assert rebasing.told(made) == "Limits from the readings of 31 January 2024 to 28 February 2025"
    _, found = stands(session, make, indicator)
    assert (found.settled.now.of, found.settled.variation) == (14, Variation.IMPROVEMENT)


@pytest.mark.parametrize(
    ("starts_on", "until", "reason", "field"),
    [
        (day(3), None, " ", "reason"),
        (day(3), None, "x" * 501, "reason"),
        (day(3), day(2), "So", "until"),
        (date(2030, 1, 1), None, "So", "starts_on"),
        (date(2024, 2, 1), date(2024, 2, 2), "So", "until"),
        (day(5), None, "So", "starts_on"),
    ],
)
def test_limits_that_the_readings_do_not_allow_are_refused(session, make, read, starts_on, until, reason, field):
    indicator, lead = read(USUAL), make.person(make.lead())
    rebasing.rebase(session, indicator.ref, RebaseDetails(day(5), None, "Once"), by=lead)
    with pytest.raises(Invalid) as refused:
        rebasing.rebase(session, indicator.ref, RebaseDetails(starts_on, until, reason), by=lead)
    assert refused.value.field == field


def test_an_owner_may_not_compute_limits_anew(session, make, read):
    post = make.post()
    indicator = read(USUAL, owner_id=post.id)
    with pytest.raises(NotAllowed):
        rebasing.rebase(session, indicator.ref, RebaseDetails(day(5), None, "So"), by=make.person(make.owner(post)))


def test_the_actions_that_were_done_stand_on_the_chart(session, make, read):
    indicator = read(USUAL)
    done = make.action(title="New curriculum", closure="done", done_on=date(2024, 6, 15))
    stopped = make.action(title="Stopped", closure="stopped", done_on=date(2024, 7, 15))
    early = make.action(title="Long ago", closure="done", done_on=date(2020, 1, 1))
    for action in (done, stopped, early, make.action()):
        make.link(action, LinkType.MEASURED_BY, indicator)
    found, where = stands(session, make, indicator)
    assert [title for _, title in found.done] == ["Long ago", "New curriculum"]
    assert [event.title for event in picture_of(found, where).wide.events] == ["New curriculum"]


def test_a_scorecard_lists_each_indicator_once_by_perspective(session, make, read):
    better = read([*USUAL, 30], perspective="Workforce", target=100.0, title="Better")
    worse = read([*USUAL, 30], perspective="Workforce", direction="lower")
    unread = read([], perspective="Finance")
    read(USUAL, plan_id=make.plan().id)
    session.expire_all()
    card = scorecard.scorecard(session, make.the_plan, make.person(make.lead()))
    assert {name: [row.indicator.id for row in rows] for name, rows in card.groups.items()} == {
        "Workforce": [better.id, worse.id],
        "Finance": [unread.id],
    }
    assert [card.count(kind) for kind in (Variation.IMPROVEMENT, Variation.CONCERN)] == [1, 1]
    assert (card.missing_target, card.moved) == (1, 0)
    assert card.newest == day(14)
    assert card.quarters == [Quarter(2024, 1), Quarter(2024, 2), Quarter(2024, 3), Quarter(2024, 4), Quarter(2025, 1)]
    row = card.groups["Workforce"][0]
    assert [row.by_quarter[each].value for each in card.quarters] == [11, 11, 9, 11, 30]
    assert standing_words.summary(card) == (
        "3 indicators, two of them read: one improving, one giving concern, "
        "one that will not meet the target as things run now."
    )


def test_limits_of_a_time_that_is_over_do_not_judge_the_target(session, make, read):
    indicator = read(range(50, 80), target=75.0)
    _, found = stands(session, make, indicator)
    assert found.settled.assurance is Assurance.FAILS  # by the rules, though the last readings reach it
    assert standing_words.assurance(found, 75.0) == "Cannot say: its limits no longer fit"
    assert found.judged is None
    assert "say little about the target of 75%" in standing_words.target_sentence(found, 75.0, "%")
    card = scorecard.scorecard(session, make.the_plan, make.person(make.lead()))
    assert (card.missing_target, card.moved) == (0, 1)
    assert standing_words.summary(card) == (
        "1 indicator, one of them read: one improving, one whose limits no longer fit."
    )


def test_a_scorecard_of_nothing_says_so(session, make, read):
    lead = make.person(make.lead())
    assert scorecard.scorecard(session, make.the_plan, lead).quarters == []
    read([])
    card = scorecard.scorecard(session, make.the_plan, lead)
    assert (card.newest, standing_words.summary(card)) == (None, "1 indicator, and nobody has read one yet.")
    read([3, 4])
    card = scorecard.scorecard(session, make.the_plan, lead)
    assert standing_words.summary(card) == (
        "2 indicators, one of them read. It is too early to tell a real change from usual ups and downs."
    )


def test_a_scorecard_in_one_line_says_what_is_known_and_no_more(session, make, read):
    def told():
        session.expire_all()
        return standing_words.summary(scorecard.scorecard(session, make.the_plan, make.person(make.lead())))

    read(USUAL)
    assert told() == "1 indicator, one of them read. None shows a real change."
    read([3, 4])
    assert told() == "2 indicators, two of them read. The one with enough readings shows no real change."
    read([*USUAL, 30], direction="none")
    assert told() == "3 indicators, three of them read: one changing, for better or worse not said."
    read([1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9], frequency="yearly")
    assert told().endswith("one changing, for better or worse not said, one with a shift on the run chart.")


def test_words_beside_level_lines_keep_apart_and_in_order():
    days = [(day(month), value) for month, value in enumerate((50.0, 51.0, 50.5))]
    drawn = chart.draw(days, lines=Lines(target=50.5, baseline=50.4, median=50.45))
    places = sorted(level.word_y for level in drawn.levels)
    assert all(after - before >= chart_parts.LINE - 0.1 for before, after in pairwise(places))
    by_value = sorted(drawn.levels, key=lambda level: level.value)
    assert [level.word_y for level in by_value] == sorted(places, reverse=True)


def test_numbers_are_shown_as_finely_as_the_readings_spread():
    assert amounts.rounded(66.7543, 8.6, "%") == "66.8%"
    assert amounts.rounded(1545.167, 1600, "") == "1,545"
    assert amounts.rounded(0.01234, 0.004, "") == "0.012"
    assert amounts.rounded(71.8, 0.0, "%") == "71.8%"


def test_indicators_that_moved_are_listed_with_concerns_first(session, make, read):
    better = read([*USUAL, 30])
    worse = read([*USUAL, 30], direction="lower")
    read([*USUAL, 30, 11])
    read(USUAL[:12])
    elsewhere = make.plan()
    read([*USUAL, 30], plan_id=elsewhere.id)
    session.expire_all()
    lead = make.person(make.lead())
    assert [row.indicator.id for row in scorecard.signals(session, [make.the_plan], lead)] == [worse.id, better.id]
    assert len(scorecard.signals(session, [make.the_plan, elsewhere], lead)) == 3
    assert scorecard.signals(session, [], lead) == []


def test_the_newest_number_stands_below_its_reading_where_it_would_cover_the_plan():
    read = [(day(0), 205.0), (day(12), 350.0), (day(24), 300.0)]
    planned = [(day(0), 210.0), (day(12), 350.0), (day(24), 330.0), (day(36), 408.0)]
    alone, beside = chart.draw(read), chart.draw(read, planned)
    assert alone.last_word_y < alone.read[-1].y
    assert beside.last_word_y > beside.read[-1].y
    low = chart.draw([(day(0), 400.0), (day(12), 0.0)], [(day(0), 400.0), (day(12), 10.0)])
    assert low.last_word_y < low.read[-1].y < low.bottom + 1
