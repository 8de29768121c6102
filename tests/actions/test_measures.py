"""Indicators: what leads and owners may do with them, and that a correction keeps what it replaced."""

from __future__ import annotations

from datetime import date

import pytest

from actions import record as action_record
from actions import service as action_service
from actions.filters import Filters
from actions.measures import editing, readings, service, trajectories
from actions.measures.editing import IndicatorDetails
from actions.measures.planned import by_period
from actions.measures.readings import ReadingDetails
from actions.measures.service import IndicatorFilter
from actions.measures.trajectories import Point
from kb import history
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)


def told(changes):
    return [(change.field, change.old, change.new, change.reason) for change in changes if change.field != "record"]


def test_a_lead_adds_an_indicator_to_the_own_plan_and_to_no_other(session, make):
    plan, lead = make.the_plan, make.person(make.lead())
    made = editing.create(session, plan, IndicatorDetails("Vacancies in nursing", unit="%", target=5.0), by=lead)
    assert (made.ref, made.plan_id, made.target) == ("vacancies-in-nursing", plan.id, 5.0)
    with pytest.raises(NotAllowed):
        editing.create(session, make.plan(), IndicatorDetails("Another"), by=lead)
    with pytest.raises(Invalid, match="target"):
        editing.create(session, plan, IndicatorDetails("Another", target_on=OCTOBER), by=lead)


def test_another_target_needs_a_reason_and_keeps_the_old_one(session, make):
    indicator, lead = make.indicator(target=75.0), make.person(make.lead())
    found = service.get(session, indicator.ref, lead)
    details = IndicatorDetails(found.title, target=80.0)
    with pytest.raises(Invalid, match="why"):
        editing.edit(session, found.ref, details, version=found.version, reason=" ", by=lead)
    with pytest.raises(Conflict):
        editing.edit(session, found.ref, details, version=found.version - 1, reason="A new year", by=lead)
    editing.edit(session, found.ref, details, version=found.version, reason="A new year", by=lead)
    assert ("target", "75", "80", "A new year") in told(history.list_for(session, found, person=lead))


def test_whoever_holds_the_post_adds_a_reading_and_others_do_not(session, make):
    post = make.post()
    indicator = make.indicator(owner_id=post.id)
    details = ReadingDetails(SEPTEMBER, 71.8, "Monthly return")
    owner = make.person(make.owner(post))
    readings.add(session, indicator.ref, details, by=owner, today=make.today)
    for user in (make.viewer(), make.owner(), make.steering(), make.lead(make.plan())):
        with pytest.raises(NotAllowed):
            readings.add(session, indicator.ref, ReadingDetails(OCTOBER, 1.0), by=make.person(user), today=make.today)
    with pytest.raises(NotAllowed):
        editing.edit(session, indicator.ref, IndicatorDetails("Mine"), version=1, reason="So", by=owner)
    session.expire_all()
    assert service.detail(session, indicator.ref, owner).latest.value == 71.8


def test_a_reading_is_of_a_day_that_is_past_and_has_none_yet(session, make):
    indicator, lead = make.indicator(), make.person(make.lead())
    readings.add(session, indicator.ref, ReadingDetails(SEPTEMBER, 70.0), by=lead, today=make.today)
    for day, words in ((SEPTEMBER, "already"), (date(2027, 1, 1), "still to come"), (date(1900, 1, 1), "year")):
        with pytest.raises(Invalid, match=words):
            readings.add(session, indicator.ref, ReadingDetails(day, 70.0), by=lead, today=make.today)
    with pytest.raises(Invalid, match="large"):
        readings.add(session, indicator.ref, ReadingDetails(OCTOBER, 1e300), by=lead, today=make.today)


def test_a_correction_keeps_the_old_value_and_why(session, make):
    indicator, lead = make.indicator(unit="%"), make.person(make.lead())
    first = make.reading(indicator, ends_on=SEPTEMBER, value=70.0, is_demonstration=True)
    make.reading(indicator, ends_on=OCTOBER, value=71.0)
    with pytest.raises(Invalid, match="why"):
        readings.correct(session, indicator.ref, first.id, ReadingDetails(SEPTEMBER, 72.0), reason="", by=lead,
                         today=make.today)  # fmt: skip
    readings.correct(session, indicator.ref, first.id, ReadingDetails(SEPTEMBER, 72.0), reason="Two teams were missing",
                     by=lead, today=make.today)  # fmt: skip
    session.expire_all()
    found = service.detail(session, indicator.ref, lead)
    assert [(one.ends_on, one.value, one.is_demonstration) for one in found.readings] == [
        (OCTOBER, 71.0, False),
        (SEPTEMBER, 72.0, False),
    ]
    assert [one.value for one in found.replaced[SEPTEMBER]] == [70.0]
    change = told(history.list_for(session, found.indicator, person=lead))[0]
    assert change == ("reading", "30 September 2026: 70%", "30 September 2026: 72%", "Two teams were missing")
    with pytest.raises(NotFound):  # what was replaced cannot be replaced again
        readings.correct(session, indicator.ref, first.id, ReadingDetails(SEPTEMBER, 1.0), reason="Again", by=lead,
                         today=make.today)  # fmt: skip


def test_a_correction_may_move_to_another_day_but_not_onto_one_that_is_taken(session, make):
    indicator, lead = make.indicator(), make.person(make.lead())
    first = make.reading(indicator, ends_on=SEPTEMBER, value=70.0)
    make.reading(indicator, ends_on=OCTOBER, value=71.0)
    with pytest.raises(Invalid, match="already"):
        readings.correct(session, indicator.ref, first.id, ReadingDetails(OCTOBER, 1.0), reason="Wrong month", by=lead,
                         today=make.today)  # fmt: skip
    august = date(2026, 8, 31)
    readings.correct(session, indicator.ref, first.id, ReadingDetails(august, 70.0), reason="Wrong month", by=lead,
                     today=make.today)  # fmt: skip
    session.expire_all()
    found = service.detail(session, indicator.ref, lead)
    assert [one.ends_on for one in found.readings] == [OCTOBER, august]
    assert list(found.replaced) == [SEPTEMBER]


def test_a_trajectory_is_a_row_for_each_period_and_a_column_for_each_organisation(session, make):
    indicator, lead = make.indicator(unit="staff"), make.person(make.lead())
    north, south = make.organisation(title="North"), make.organisation(title="South")
    ends = date(2021, 3, 31)
    points = [
        Point("2020/21", ends, 1168.0),
        Point("2019/20", date(2020, 3, 31), 1014.0),
        Point("2020/21", ends, 700.0, south.ref),
        Point("2020/21", ends, 468.0, north.ref),
    ]
    version = service.get(session, indicator.ref, lead).version
    trajectories.set_trajectory(session, indicator.ref, points, version=version, reason="From the source", by=lead)
    make.reading(indicator, ends_on=ends, value=947.0)
    session.expire_all()
    found = service.get(session, indicator.ref, lead)
    table = by_period(found)
    assert [column.title if column else None for column in table.columns] == [None, "North", "South"]
    assert [(row.words, row.planned, row.against and row.against.difference) for row in table.periods] == [
        ("2019/20", (1014.0, None, None), None),
        ("2020/21", (1168.0, 468.0, 700.0), -221.0),
    ]
    with pytest.raises(Invalid, match="twice"):
        trajectories.set_trajectory(
            session, indicator.ref, [points[0]] * 2, version=found.version, reason="So", by=lead
        )
    kept = next(point for point in found.trajectory if point.value == 1168.0)
    change = [Point("2020/21", ends, 1200.0, id=kept.id)]
    trajectories.set_trajectory(session, indicator.ref, change, version=found.version, reason="Revised", by=lead)
    session.expire_all()
    assert [(p.id, p.value) for p in service.get(session, indicator.ref, lead).trajectory] == [(kept.id, 1200.0)]
    changed = told(history.list_for(session, found, person=lead))
    assert ("trajectory", "2020/21: 1,168 staff", "2020/21: 1,200 staff", "Revised") in changed
    assert ("trajectory", "2020/21, North: 468 staff", None, "Revised") in changed


def test_the_list_is_narrowed_by_plan_owner_words_and_findings(session, make):
    post, _own, other = make.post(), make.the_plan, make.plan()
    read = make.indicator(title="Vacancies", owner_id=post.id, target=5.0)
    bare = make.indicator(title="Waiting times")
    foreign = make.indicator(title="Sickness", plan_id=other.id)
    make.reading(read, ends_on=OCTOBER, value=7.0)
    make.link(make.action(), LinkType.MEASURED_BY, read)
    reader = make.person(make.viewer())

    def refs(**wanted):
        total, found = service.list_indicators(session, reader, IndicatorFilter(**wanted))
        assert total == len(found)
        return {one.indicator.ref for one in found}

    assert refs() == {read.ref, bare.ref, foreign.ref}
    assert refs(plan=other.ref) == {foreign.ref}
    assert refs(owner=post.ref) == {read.ref}
    assert refs(owner="none", words="wait") == {bare.ref}
    assert refs(only="no-reading") == refs(only="no-target") == refs(only="no-link") == {bare.ref, foreign.ref}
    assert refs(plan="there-is-none") == set()
    newest = service.list_indicators(session, reader, IndicatorFilter(words="vacancies"))[1][0].latest
    assert newest.value == 7.0


def test_a_draft_indicator_is_for_its_plan_alone(session, make):
    draft = make.indicator(visibility=Visibility.DRAFT)
    action = make.action()
    make.link(action, LinkType.MEASURED_BY, draft)
    assert service.measuring(session, action, person=make.person(make.viewer())) == []
    assert len(service.measuring(session, action, person=make.person(make.lead()))) == 1
    with pytest.raises(NotFound):
        service.get(session, draft.ref, make.person(make.viewer()))


def test_an_action_that_an_indicator_measures_is_not_without_a_measure(session, make):
    measured, worded, bare = make.action(), make.action(measure="Posts filled"), make.action(measure=" ")
    make.link(measured, LinkType.MEASURED_BY, make.indicator())
    found = action_service.list_actions(session, SYSTEM, Filters(only="no-measure"), make.today)
    assert [one.action.ref for one in found] == [bare.ref]
    advice = action_record.detail(session, measured.ref, SYSTEM, make.today).check.missing
    assert "measure" not in {one.field for one in advice}
    assert worded.measure


def test_the_list_takes_the_same_statements_for_ten_and_for_a_hundred(session, make, count_statements):
    def measure(number):
        for _ in range(number):
            make.reading(make.indicator(owner_id=make.post().id), ends_on=OCTOBER, value=1.0)
        session.expire_all()
        with count_statements() as count:
            service.list_indicators(session, make.person(make.lead()), IndicatorFilter(), limit=200)
        return count.number

    few = measure(10)
    assert measure(90) == few


def test_a_page_takes_the_same_statements_however_much_it_shows(session, make, count_statements):
    indicator = make.indicator(owner_id=make.post().id)

    def fill(number):
        for _ in range(number):
            day = date(2000 + fill.done // 12, fill.done % 12 + 1, 1)
            fill.done += 1
            make.reading(indicator, ends_on=day, value=1.0)
            body = make.organisation()
            make.point(indicator, ends_on=day, organisation_id=body.id)
            make.link(make.action(), LinkType.MEASURED_BY, indicator)
            make.relate(indicator, figures=[make.figure()])
        session.flush()
        session.expire_all()
        with count_statements() as count:
            service.detail(session, indicator.ref, make.person(make.lead()))
        return count.number

    fill.done = 0
    few = fill(3)
    assert few <= 16
    assert fill(30) == few


def test_a_withdrawn_reading_counts_no_more_and_stays_on_record(session, make):
    indicator, lead = make.indicator(unit="%"), make.person(make.lead())
    reading = readings.add(session, indicator.ref, ReadingDetails(SEPTEMBER, 71.8), by=lead, today=make.today)
    with pytest.raises(Invalid, match="why"):
        readings.withdraw(session, indicator.ref, reading.id, reason=" ", by=lead)
    with pytest.raises(NotAllowed):
        readings.withdraw(session, indicator.ref, reading.id, reason="A slip", by=make.person(make.viewer()))
    readings.withdraw(session, indicator.ref, reading.id, reason="A slip", by=lead)
    assert service.current(service.get(session, indicator.ref, lead)) == []
    assert ("reading", "30 September 2026: 71.8%", None, "A slip") in told(
        history.list_for(session, indicator, person=lead)
    )
    with pytest.raises(NotFound):
        readings.withdraw(session, indicator.ref, reading.id, reason="Again", by=lead)
    readings.add(session, indicator.ref, ReadingDetails(SEPTEMBER, 70.0), by=lead, today=make.today)


@pytest.mark.parametrize("value", [-0.1, 100.1, 300])
def test_a_share_lies_between_none_and_all(session, make, value):
    lead = make.person(make.lead())
    share = make.indicator(unit="%", numerator="Consultants over 55", denominator="All consultants")
    with pytest.raises(Invalid, match="between 0% and 100%"):
        readings.add(session, share.ref, ReadingDetails(SEPTEMBER, value), by=lead, today=make.today)
    for whole in (0, 100):
        day = SEPTEMBER if whole else SEPTEMBER.replace(month=8)
        assert readings.add(session, share.ref, ReadingDetails(day, whole), by=lead, today=make.today).value == whole


def test_a_change_in_per_cent_may_be_below_nought_or_more_than_double(session, make):
    lead, growth = make.person(make.lead()), make.indicator(unit="%")
    assert readings.add(session, growth.ref, ReadingDetails(SEPTEMBER, -12), by=lead, today=make.today).value == -12
