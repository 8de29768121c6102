from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.language.filters import Filters, filters_from
from search.language.query import LONGEST_QUESTION, MOST_TERMS, Term, TermKind, parse, words_of


def texts(question: str) -> list[str]:
    return [term.text for term in parse(question).terms]


def test_words_phrases_beginnings_and_what_is_unwanted_are_told_apart():
    query = parse('nurses "peer support" recruit* -wales')
    assert query.terms == (
        Term(TermKind.WORD, ("nurses",)),
        Term(TermKind.PHRASE, ("peer", "support")),
        Term(TermKind.PREFIX, ("recruit",)),
        Term(TermKind.WORD, ("wales",), is_excluded=True),
    )
    assert query.notes == ()


def test_typographic_quotes_make_a_phrase_too():
    assert parse("“peer support”").terms[0].kind == TermKind.PHRASE


def test_a_quote_that_is_not_closed_runs_to_the_end():
    assert parse('"peer support').terms == (Term(TermKind.PHRASE, ("peer", "support")),)


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("kind:action", Filters(kind=("action",))),
        ("kind:Actions", Filters(kind=("action",))),
        ("kind:key-point", Filters(kind=("key_point",))),
        ("kind:glossary", Filters(kind=("term",))),
        ("nation:wales,england", Filters(nation=("wales", "england"))),
        ('nation:"Northern Ireland"', Filters(nation=("northern-ireland",))),
        ("theme:crisis-care theme:schools", Filters(theme=("crisis-care", "schools"))),
        ("type:delivery-plan", Filters(source_kind=("delivery-plan",))),
        ("year:2017..2021", Filters(year_from=2017, year_to=2021)),
        ("year:2021..2017", Filters(year_from=2017, year_to=2021)),
        ("year:2017", Filters(year_from=2017, year_to=2017)),
        ("year:2017..", Filters(year_from=2017)),
        ("year:..2017", Filters(year_to=2017)),
        ("year:2020 year:2021", Filters(year_from=2020, year_to=2021)),
        ("year:2017.. year:..2021", Filters(year_from=2017, year_to=2021)),
        ("year:2017.. year:2016", Filters(year_from=2016)),
        ("status:in force", Filters(status=("in-force",))),
        ("status:overdue", Filters(due=("overdue",))),
        ("status:due-soon", Filters(schedule=("due_soon",))),
        ("nation:cymru", Filters(nation=("wales",))),
        ("nation:uk", Filters(nation=("wales", "england", "scotland", "northern-ireland"))),
        ('owner:"Lead, workforce plan"', Filters(owner=("lead-workforce-plan",))),
        ("owner:lead,chair", Filters(owner=("lead", "chair"))),
        ("due:<30", Filters(due=("<30d",))),
        ("due:<30 days", Filters(due=("<30d",))),
        ("due:next month", Filters(due=("next-month",))),
    ],
)
def test_a_filter_is_read(question, filters):
    assert parse(question).filters == filters
    assert parse(question).terms == ()


@pytest.mark.parametrize("question", ["kind:banana", "year:soon", "year:99999", "year:0001", "-kind:action", "nation:"])
def test_what_is_no_filter_is_searched_as_words(question):
    query = parse(question)
    assert query.filters == Filters()
    assert query.terms


def test_the_name_of_a_filter_is_no_word_and_any_other_is():
    assert texts("nation:scotlnd") == ["scotlnd"]
    assert texts("foo:bar") == ["foo", "bar"]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("kind:banana", "It can be source, key-point"),
        ("nation:scotlnd", "Did you mean “nation:scotland”?"),
        ("status:foo", "It can be in-development"),
        ("status:in-frce", "Did you mean “status:in-force”?"),
        ("ower:me", "Did you mean “owner:me”?"),
        ("foo:bar training", "The filters are kind, theme"),
        ("due:soon", "Write it as 30d"),
    ],
)
def test_an_unreadable_filter_is_said_so_with_what_may_be_meant(question, told):
    (note,) = parse(question).notes
    assert f"“{question.split()[0]}” is no filter here" in note
    assert told in note


def test_an_address_of_the_web_is_no_filter_that_was_not_understood():
    assert parse("https://example.org/plan").notes == ()


@pytest.mark.parametrize(
    ("question", "rest", "as_words"),
    [
        ("nation:wales kind:source perinatal", "perinatal", "nation wales kind source perinatal"),
        ('carers status:in force "peer support"', 'carers "peer support"', 'carers status "in force" "peer support"'),
        ("kind:banana -training", "kind:banana -training", "kind:banana -training"),
    ],
)  # fmt: skip
def test_a_question_is_known_without_its_filters_and_with_them_as_words(question, rest, as_words):
    query = parse(question)
    assert (query.rest, query.as_words) == (rest, as_words)
    assert not parse(query.as_words).filters


def test_a_star_after_fewer_than_three_letters_is_no_beginning():
    query = parse("re*")
    assert query.terms == (Term(TermKind.WORD, ("re",)),)
    assert query.notes


@pytest.mark.parametrize("question", ["*", "**", "*?*", "a* b* c*", "***training***", "re**uit*"])
def test_a_bomb_of_wildcards_holds_no_beginning(question):
    assert all(term.kind != TermKind.PREFIX for term in parse(question).terms)


def test_common_words_are_left_out_and_acronyms_in_capitals_stay():
    assert texts("how to deliver IT for the nurses") == ["deliver", "IT", "nurses"]
    assert texts("what is it for") == []
    assert texts("WHAT IS IT") == []
    assert texts("IT") == ["IT"]


@pytest.mark.parametrize(
    ("question", "unwanted"),
    [("training NOT nursing", ["nursing"]), ('training NOT "peer support"', ["peer support"]),
     ("training not nursing", []), ("training NOT in force", []), ("training NOT", [])],
)  # fmt: skip
def test_not_in_capitals_leaves_the_next_word_out_and_says_so(question, unwanted):
    query = parse(question)
    assert [term.text for term in query.unwanted] == unwanted
    assert bool(query.notes) == bool(unwanted)


def test_a_question_is_cut_between_words_and_says_so():
    query = parse("workforce " * 1_000)
    assert len(query.text) <= LONGEST_QUESTION
    assert query.text.endswith("workforce")
    assert query.notes


def test_terms_above_the_limit_are_left_out_and_counted():
    query = parse(" ".join(f"word{number}" for number in range(MOST_TERMS + 3)))
    assert len(query.terms) == MOST_TERMS
    assert any("3 words" in note for note in query.notes)


def test_a_term_counts_once():
    assert texts("nurse Nurse nurse") == ["nurse"]


def test_acronyms_with_an_ampersand_are_one_word():
    assert words_of("A&E and IM&T, E&T; in-reach") == ["A&E", "and", "IM&T", "E&T", "in", "reach"]


def test_filters_of_an_address_keep_what_is_known_and_note_the_rest():
    filters, notes = filters_from({"kind": ["source", "banana"], "nation": [""], "colour": ["red"], "year": ["2020"]})
    assert filters == Filters(kind=("source",), year_from=2020, year_to=2020)
    assert len(notes) == 2
    assert "It can be source" in notes[0]
    filters, _ = filters_from({"year": ["2017..2019", "2021"], "status": ["overdue"]})
    assert filters == Filters(due=("overdue",), year_from=2017, year_to=2021)


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_is_understood(question):
    query = parse(question)
    assert len(query.text) <= LONGEST_QUESTION
    assert len(query.terms) <= MOST_TERMS
    assert all(term.words and all(term.words) for term in query.terms)


@given(
    st.lists(
        st.sampled_from(['"', "*", "-", ":", "kind:", "year:", "..", "(", ")", "~", "^", "[a TO", "AND", " ", "x"])
    )
)
@settings(max_examples=300, deadline=None)
def test_any_punctuation_is_understood(pieces):
    parse("".join(pieces))


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_what_was_understood_is_understood_the_same_again(question):
    once = parse(question)
    again = parse(once.text)
    assert (again.terms, again.filters) == (once.terms, once.filters)


@pytest.mark.parametrize("unit", ["*", '"', "a:", "-", "((", "a*", "é", "\0", "year:1..", '"a '])
def test_a_question_of_any_length_takes_no_time(unit):
    started = time.process_time()
    parse(unit * 100_000)
    assert time.process_time() - started < 0.5
