"""A pasted column of readings: every line accounted for, and all of them written or none."""

from __future__ import annotations

from datetime import date

import pytest

from actions.measures import columns_pasted, pasting, readings, service
from kb.errors import Invalid, NotAllowed

TODAY = date(2026, 11, 22)


def days(text, unit=""):
    return [(line.day, line.value) for line in columns_pasted.read(text, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "31/01/2026\t71.8\n28/02/2026\t1,072",
        "Period\tValue\n\n31 January 2026\t71.8\r\nFebruary 2026\t1,072\n",
        "2026-01-31;71.8\n2026-02-28;1072",
        "January 2026  71.8\nFeb 2026 1072",
        "Jan-26\t71.8\nFeb-26\t1072",
    ],
)
def test_a_column_is_read_as_spreadsheets_and_people_write_it(text):
    assert days(text) == [(date(2026, 1, 31), 71.8), (date(2026, 2, 28), 1072.0)]


def test_a_number_may_bear_the_unit_of_the_indicator():
    assert days("January 2026\t71.8%", "%") == [(date(2026, 1, 31), 71.8)]
    assert days("January 2026\t1,200 staff", "staff") == [(date(2026, 1, 31), 1200.0)]


@pytest.mark.parametrize(
    ("words", "unit", "value"),
    [
        ("71.8 %", "%", 71.8),
        ("-4 %", "%", -4.0),
        ("£1,200", "£", 1200.0),
        ("£ 1,200", "£", 1200.0),
        ("−£5", "£", -5.0),
        ("£1.5 million", "£ million", 1.5),
        ("1.5 £ Million", "£ million", 1.5),
        ("1,200 Staff", "staff", 1200.0),
    ],
)
def test_the_unit_may_stand_in_front_of_the_number_or_behind(words, unit, value):
    assert days(f"January 2026\t{words}", unit) == [(date(2026, 1, 31), value)]


def test_a_unit_may_follow_the_number_where_blanks_are_all_that_stands_between():
    assert days("January 2026 71.8 %", "%") == [(date(2026, 1, 31), 71.8)]
    assert days("January 2026 £ 1,200", "£") == [(date(2026, 1, 31), 1200.0)]


@pytest.mark.parametrize(
    ("line", "unit", "problem"),
    [
        ("January 2026", "", "a day and a number"),
        ("71.8", "", "a day and a number"),
        ("January 2026\t71.8\t12", "", "a day and a number"),
        ("January 2026\tmany", "", "Give one number"),
        ("31/02/2026\t1", "", "no such date"),
        ("soon\t1", "", "Give the date"),
        ("January 2026\t71.8%", "staff", "This is in %, but the unit is staff"),
        ("January 2026\t£5", "%", "This is in £, but the unit is %"),
        ("January 2026\t$5", "£", "This is in $, but the unit is £"),
        ("January 2026\t12 weeks", "staff", "Give one number"),
        ("January 2026\t27,4", "%", "Is 27,4 meant as 27.4? Write the decimal point"),
        ("January 2026\t1,20", "staff", "Is 1,20 meant as 1.20"),
    ],
)
def test_a_line_that_says_nothing_tells_why(line, unit, problem):
    assert problem in columns_pasted.read(f"{line}\nMarch 2026\t1", unit)[0].problem


def test_a_day_that_comes_twice_is_refused_with_the_line_of_the_first():
    found = columns_pasted.read("January 2026\t1\n31/01/2026\t2")
    assert [line.problem for line in found] == ["", "Line 1 has the same day"]


def test_headings_are_left_out_at_the_top_only():
    assert [line.number for line in columns_pasted.read("Month\tShare\nJanuary 2026\t1\nMonth\tShare")] == [2, 3]


def test_too_many_lines_are_refused_before_any_is_read(make):
    with pytest.raises(ValueError, match=r"at most 500 lines at a time; these are 50,000"):
        columns_pasted.read("January 2026\t1\n" * 50_000)


@pytest.fixture
def paste(session):
    """Propose a column for an indicator and write it."""

    def paste(ref, column, by, source="", reason=""):
        session.expire_all()
        indicator = readings.readable(session, ref, by)
        found = pasting.propose(indicator, column, by=by, today=TODAY)
        pasting.write(session, indicator, found, data_source=source, reason=reason, by=by, today=TODAY)
        return found

    return paste


def test_all_lines_are_written_or_none(session, make, paste):
    indicator, lead = make.indicator(unit="%"), make.person(make.lead())
    make.reading(indicator, ends_on=date(2026, 1, 31), value=70.0)
    make.reading(indicator, ends_on=date(2026, 2, 28), value=71.0)
    session.expire_all()
    column = "January 2026\t70\nFebruary 2026\t72\nMarch 2026\t73\nDecember 2026\t74"

    def standing():
        session.expire_all()
        return [reading.value for reading in service.current(service.get(session, indicator.ref, lead))]

    found = pasting.propose(service.get(session, indicator.ref, lead), column, by=lead, today=TODAY)
    assert [one.deed for one in found] == ["same", "correct", "add", "refuse"]
    assert found[3].problem == "31 December 2026 is still to come"
    assert pasting.count(found) == {"add": 1, "correct": 1, "same": 1, "refuse": 1}
    with pytest.raises(Invalid, match="leave out line 4"):
        paste(indicator.ref, column, lead, "ESR", "So")
    assert standing() == [70, 71]
    right = column.rsplit("\n", 1)[0]
    with pytest.raises(Invalid, match="Say why"):
        paste(indicator.ref, right, lead, "ESR", " ")
    assert standing() == [70, 71]
    paste(indicator.ref, right, lead, "ESR", "Late returns")
    assert standing() == [70, 72, 73]
    assert {one.deed for one in paste(indicator.ref, right, lead)} == {"same"}


@pytest.mark.parametrize(("source", "kept"), [("", "Ward book"), ("ESR", "Ward book"), ("Census", "Census")])
def test_a_pasted_correction_keeps_the_note_and_the_source_of_the_reading(session, make, paste, source, kept):
    indicator, lead = make.indicator(data_source="ESR"), make.person(make.lead())
    make.reading(
        indicator, ends_on=date(2026, 1, 31), value=70.0, data_source="Ward book", quality_note="Two teams missing"
    )
    paste(indicator.ref, "January 2026\t71\nFebruary 2026\t72", lead, source, "Late returns")
    session.expire_all()
    corrected, added = service.current(service.get(session, indicator.ref, lead))
    assert (corrected.value, corrected.data_source, corrected.quality_note) == (71, kept, "Two teams missing")
    assert (added.value, added.data_source, added.quality_note) == (72, source, "")


@pytest.mark.parametrize("text", ["", " \n ", "Month\tShare"])
def test_an_empty_column_says_what_to_paste(make, text, session):
    indicator, lead = make.indicator(), make.person(make.lead())
    with pytest.raises(Invalid, match="Paste the days"):
        pasting.propose(service.get(session, indicator.ref, lead), text, by=lead, today=TODAY)


def test_who_may_not_add_a_reading_may_not_paste_one(session, make, paste):
    indicator, reader = make.indicator(), make.person(make.user())
    with pytest.raises(NotAllowed):
        paste(indicator.ref, "January 2026\t1", reader)
    found = pasting.propose(indicator_of(session, indicator, make), "January 2026\t1", **as_lead(make))
    with pytest.raises(NotAllowed):
        pasting.write(session, indicator, found, data_source="", reason="", by=reader, today=TODAY)


def indicator_of(session, indicator, make):
    return service.get(session, indicator.ref, make.person(make.lead()))


def as_lead(make):
    return {"by": make.person(make.lead()), "today": TODAY}


def test_a_person_sees_what_a_column_would_do_before_it_is_written(browse, make):
    indicator = make.indicator(ref="share", unit="%")
    make.reading(indicator, ends_on=date(2026, 1, 31), value=70.0)
    browse.sign_in(make.lead())
    address = "/indicators/share/readings/paste"
    assert "Paste readings" in browse.get("/indicators/share").text
    assert browse.post(address, {"column": ""}).status_code == 422
    shown = browse.post(address, {"column": "January 2026\t71\nFebruary 2026\tlots"})
    assert "1 to correct" in shown.text.replace("\n", " ")
    assert "Cannot be written." in shown.text
    assert 'name="write"' not in shown.text
    column = "January 2026\t71\nFebruary 2026\t72"
    assert "Corrects 70%, which is kept" in browse.post(address, {"column": column}).text
    unsaid = browse.post(address, {"column": column, "write": "1"})
    assert (unsaid.status_code, "Say why the readings" in unsaid.text) == (422, True)
    assert column in unsaid.text
    assert "72%" not in browse.get("/indicators/share").text
    assert browse.post(address, {"column": column, "write": "1", "reason": "Late returns"}).status_code == 303
    page = browse.get("/indicators/share").text
    assert all(words in page for words in ("71%", "72%", "was 70%, until"))
