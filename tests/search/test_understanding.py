from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.language.filters import NO_FILTERS, Filters, filters_from
from search.language.understanding import MOST_HINTS, Offered, offered_by, understood

KINDS = ("strategy", "white-paper", "legislation")
NOT_YET = ("in-development", "draft", "consultation", "enacted")


def filters_of(question: str) -> list[Filters]:
    return [hint.filters for hint in understood(question, KINDS, date(2026, 12, 5))]


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("ending in 2022", Filters(ends=("2022",))),
        ("plans that expire in 2022", Filters(ends=("2022",))),
        ("published since 2019", Filters(year_from=2019)),
        ("after 2019", Filters(year_from=2020)),
        ("before 2019", Filters(year_to=2018)),
        ("between 2017 and 2021", Filters(year_from=2017, year_to=2021)),
        ("from 2021 to 2017", Filters(year_from=2017, year_to=2021)),
        ("published in 2020", Filters(year_from=2020, year_to=2020)),
        ("suicide 2020", Filters(year_from=2020, year_to=2020)),
        ("Scottish", Filters(nation=("scotland",))),
        ("Welsh law on staffing", Filters(nation=("wales",))),
        ("NORTHERN IRELAND", Filters(nation=("northern-ireland",))),
        ("NI", Filters(nation=("northern-ireland",))),
        ("not yet in force", Filters(status=NOT_YET)),
        ("what is in force", Filters(status=("in-force",))),
        ("no longer in force", Filters(status=("ended", "superseded", "withdrawn"))),
        ("drafts", Filters(status=("draft",))),
        ("out for consultation", Filters(status=("consultation",))),
        ("strategies", Filters(source_kind=("strategy",))),
        ("a White Paper", Filters(source_kind=("white-paper",))),
        ("the Act", Filters(source_kind=("legislation",))),
        ("which strategies have ended", Filters(status=("ended", "superseded", "withdrawn"))),
        ("expired strategies", Filters(status=("ended", "superseded", "withdrawn"))),
        ("actions on suicide", Filters(kind=("action",))),
        ("key points", Filters(kind=("key_point",))),
        ("what is overdue?", Filters(kind=("action",), due=("overdue",))),
        ("overdue actions", Filters(kind=("action",), due=("overdue",))),
        ("actions due this month", Filters(kind=("action",), due=("2026-12",))),
        ("due next month", Filters(kind=("action",), due=("2027-01",))),
        ("due soon", Filters(kind=("action",), due=("<30d",))),
    ],
)
def test_years_nations_states_and_types_are_read_in_words(question, filters):
    assert filters in filters_of(question)


@pytest.mark.parametrize(
    "question",
    [
        "Welsh language",
        "ni",
        "12022",
        "drafting",
        '"Scottish"',
        "-Scottish",
        "nation:scotland",
        "reinforce",
        "by 22",
        "NOT Scottish",
        "action",
        "figure",
    ],
)
def test_what_may_mean_something_else_is_not_read(question):
    assert filters_of(question) == []


def test_without_a_day_no_month_is_read():
    assert [hint.filters for hint in understood("actions due this month")] == [Filters(kind=("action",))]


def test_only_years_that_limit_others_are_a_span():
    assert [understood(question)[0].is_span for question in ("before 2015", "since 2015", "in 2015")] == [
        True, True, False,
    ]  # fmt: skip


def test_no_word_is_read_twice():
    assert filters_of("not yet in force") == [Filters(status=NOT_YET)]
    assert filters_of("between 2017 and 2021") == [Filters(year_from=2017, year_to=2021)]


def test_each_hint_holds_the_words_as_typed():
    assert [hint.text for hint in understood("Scottish plans ending in 2022")] == ["Scottish", "ending in 2022"]


def test_what_a_hint_offers_can_stand_in_an_address():
    offered = [each for hint in understood("draft Scottish plans since 2019 ending 2022") for each in offered_by(hint)]
    assert offered == [
        Offered("status", ("draft",), "draft"),
        Offered("nation", ("scotland",), "Scottish"),
        Offered("year", ("2019..",), "since 2019"),
        Offered("ends", ("2022",), "ending 2022"),
    ]
    for each in offered:
        filters, notes = filters_from({each.name: each.values})
        assert filters != NO_FILTERS
        assert not notes


@given(
    st.lists(st.sampled_from(["ending in", "2022", "draft", "Welsh", "not yet in force", '"', "-", ":", "and", "ŵ"]))
)
@settings(max_examples=200, deadline=None)
def test_any_question_is_understood_and_the_work_is_bounded(pieces):
    hints = understood(" ".join(pieces), KINDS)
    assert len(hints) <= MOST_HINTS
    assert all(hint.filters for hint in hints)
