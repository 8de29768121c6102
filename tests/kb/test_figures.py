"""Figures and comparisons: numbers stay as their sources state them, whatever anybody makes of them."""

from __future__ import annotations

import pytest

from kb import history
from kb.catalogue import comparisons, figures
from kb.catalogue.amounts import amount, parse, range_of, with_unit
from kb.catalogue.comparisons import ComparisonFilter
from kb.catalogue.figures import FigureDetails, FigureFilter
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.models.record import Visibility


def refs(session, person, **wanted):
    given = FigureFilter(**wanted)
    found = figures.list_figures(session, given, person=person)
    assert figures.count(session, given, person=person) == len(found)
    return [figure.ref for figure in found]


def test_figures_are_found_by_source_kind_unit_words_and_plan(session, make):
    first, second = make.source(title="A review"), make.source(title="B strategy")
    staff = make.figure(second, title="Therapists in training", unit="staff", value="4,500", figure_kind="target")
    share = make.figure(first, title="People who wait", unit="%", population="Wales")
    make.response(second)
    reader = make.person(make.viewer())
    assert refs(session, reader) == [share.ref, staff.ref]
    assert refs(session, reader, sort="title") == [share.ref, staff.ref]
    assert refs(session, reader, kinds=("target",)) == [staff.ref]
    assert refs(session, reader, source=first.ref) == [share.ref]
    assert refs(session, reader, unit="STAFF") == [staff.ref]
    assert refs(session, reader, words="wait wales") == [share.ref]
    assert refs(session, reader, plan=make.the_plan.ref) == [staff.ref]
    assert refs(session, reader, source="there-is-none") == []
    assert figures.facets(session, person=reader).kinds == {"target": 1, "statistic": 1}
    assert figures.facets(session, person=reader).sources == {
        first.ref: (first.title, 1),
        second.ref: (second.title, 1),
    }


def test_a_figure_of_a_draft_source_is_for_those_who_may_see_the_source(session, make):
    source = make.source(visibility=Visibility.DRAFT)
    figure = make.figure(source)
    make.the_plan  # noqa: B018 (the first plan is the one that people belong to)
    reader, lead = make.person(make.viewer()), make.person(make.lead())
    assert refs(session, reader) == []
    assert figures.facets(session, person=reader).kinds == {}
    with pytest.raises(NotFound):
        figures.get(session, figure.ref, person=reader)
    assert refs(session, lead) == [figure.ref]
    made = figures.create(session, source.ref, FigureDetails("Beds", value="12"), by=lead)
    assert made.visibility == Visibility.DRAFT


def test_a_lead_writes_down_a_figure_and_its_numbers_are_read_from_it(session, make):
    lead, source = make.person(make.lead()), make.source()
    make.figure(source, position=7)
    made = figures.create(session, source.ref, FigureDetails(" Beds ", value="10 to 12", unit="beds"), by=lead)
    assert (made.title, made.low, made.high, made.position) == ("Beds", 10.0, 12.0, 8)
    worded = figures.create(session, source.ref, FigureDetails("Share", value="one in four"), by=lead)
    assert (worded.low, worded.high) == (None, None)
    with pytest.raises(NotAllowed):
        figures.create(session, source.ref, FigureDetails("Beds", value="1"), by=make.person(make.viewer()))
    with pytest.raises(Invalid, match="number"):
        figures.create(session, source.ref, FigureDetails("Beds", value=" "), by=lead)


def test_a_change_of_a_figure_says_what_it_was_and_why(session, make):
    lead, figure = make.person(make.lead()), make.figure(value="4,500")
    with pytest.raises(Invalid, match="why"):
        figures.edit(session, figure.ref, FigureDetails("X", value="4,904"), version=1, reason="", by=lead)
    with pytest.raises(Conflict):
        figures.edit(session, figure.ref, FigureDetails("X", value="4,904"), version=9, reason="Typed wrong", by=lead)
    figures.edit(
        session, figure.ref, FigureDetails(figure.title, value="4,904"), version=1, reason="Typed wrong", by=lead
    )
    changes = {
        (change.field, change.old, change.new, change.reason)
        for change in history.list_for(session, figure, person=lead)
    }
    assert ("value", "4,500", "4,904", "Typed wrong") in changes


def test_compared_figures_point_to_each_other_and_are_never_merged(session, make):
    lead = make.person(make.lead())
    years, headline = make.figure(value="4,904"), make.figure(value="4,500")
    with pytest.raises(Invalid, match="two"):
        comparisons.create(session, "Therapists", [years.ref, years.ref], by=lead)
    with pytest.raises(Invalid, match="no-such"):
        comparisons.create(session, "Therapists", [years.ref, "no-such"], by=lead)
    made = comparisons.create(session, "Therapists", [years.ref, headline.ref], by=lead)
    session.expire_all()
    found = figures.get(session, years.ref, person=lead)
    assert [other.value for other in found.comparisons[0].figures] == ["4,904", "4,500"]
    assert found.comparisons[0].ref == made.ref


def test_a_comparison_is_settled_by_a_person_on_a_day_with_a_reason_and_stays(session, make):
    user = make.lead()
    lead, figure = make.person(user), make.figure()
    made = make.comparison(figure, make.figure())
    for outcome, reason, words in (("disagree", " ", "why"), ("agree", "So", "Choose")):
        with pytest.raises(Invalid, match=words):
            comparisons.settle(session, made.ref, outcome=outcome, reason=reason, version=1, by=lead, today=make.today)
    others = make.person(make.steering())
    with pytest.raises(NotAllowed):
        comparisons.settle(session, made.ref, outcome="disagree", reason="So", version=1, by=others, today=make.today)
    given = {"outcome": "disagree", "reason": "Two counts of the same posts", "version": 1}
    comparisons.settle(session, made.ref, **given, by=lead, today=make.today)
    session.expire_all()
    found = comparisons.get(session, made.ref, person=lead)
    assert (found.outcome, found.note, found.settled_on, found.settled_by.name) == (
        "disagree", "Two counts of the same posts", make.today, user.name,
    )  # fmt: skip
    assert len(found.figures) == 2
    assert figures.get(session, figure.ref, person=lead).comparisons[0].outcome == "disagree"
    again = {"outcome": "open", "reason": "The source was reissued", "version": found.version}
    comparisons.settle(session, made.ref, **again, by=lead, today=make.today)
    assert (found.outcome, found.settled_on, found.settled_by_id) == (None, None, None)
    outcomes = [change for change in history.list_for(session, found, person=lead) if change.field == "outcome"]
    assert [change.reason for change in outcomes] == ["The source was reissued", "Two counts of the same posts"]


def test_open_comparisons_come_first_and_are_counted(session, make):
    make.comparison(make.figure(), make.figure(), title="A", outcome="misprint")
    waiting = make.comparison(make.figure(), make.figure(), title="B")
    reader = make.person(make.viewer())
    total, found = comparisons.list_comparisons(session, ComparisonFilter(), person=reader)
    assert (total, [one.title for one in found]) == (2, ["B", "A"])
    assert comparisons.counts(session, person=reader) == {"misprint": 1, "open": 1}
    assert comparisons.list_comparisons(session, ComparisonFilter(outcome="open"), person=reader)[1] == [waiting]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("4,500", (4500.0, 4500.0)),
        ("71.8%", (71.8, 71.8)),
        ("£1,200", (1200.0, 1200.0)),
        ("10–12", (10.0, 12.0)),
        ("10% to 12%", (10.0, 12.0)),
        ("−3", (-3.0, -3.0)),
        ("12-10", (None, None)),
        ("1.2 million", (None, None)),
        ("9" * 40, (None, None)),
        ("", (None, None)),
    ],
)
def test_numbers_are_read_only_where_nothing_else_stands(text, ends):
    assert range_of(text) == ends


def test_numbers_are_shown_with_their_units():
    told = [
        amount(4500.0, "staff"),
        amount(71.8, "%"),
        amount(-29.0),
        amount(1200.0, "£"),
        amount(-5.0, "£"),
        amount(None, "%"),
    ]
    assert told == ["4,500 staff", "71.8%", "−29", "£1,200", "−£5", ""]
    assert with_unit("71.8%", "%") == "71.8%"
    assert parse(" 4,500 ") == 4500.0
    with pytest.raises(ValueError, match="figures"):
        parse("ten")


def test_the_list_takes_the_same_statements_for_ten_and_for_a_hundred(session, make, count_statements):
    lead = make.person(make.lead())

    def fill(number):
        for _ in range(number):
            make.comparison(make.figure(), make.figure())
        session.expire_all()
        with count_statements() as count:
            figures.list_figures(session, FigureFilter(), person=lead, limit=500)
            comparisons.list_comparisons(session, ComparisonFilter(), person=lead, limit=500)
        return count.number

    few = fill(10)
    assert fill(90) == few
