from __future__ import annotations

import pytest

from search.documents.document import Document, Part
from search.index import ranking, snapshot, store
from search.index.expanding import Glossary, ambiguous, groups_of
from search.language.filters import NO_FILTERS, Filters
from search.language.query import parse
from search.language.understanding import understood

MEANINGS = {
    "CAMHS": ("child and adolescent mental health services",),
    "LTP": ("long-term plan", "long-term physical conditions"),
    "PA": ("physician associate",),
    "IT": ("information technology",),
    "A": ("advanced", "assessment"),
    "R,R&R": ("recruitment, retention and return",),
    "E&T": ("education and training",),
    "CYP IAPT": ("children’s talking therapies",),
}
SYNONYMS = {("talk", "therapi"): ("psychological therapies",), ("burnout",): ("staff wellbeing", "no such words")}
GLOSSARY = Glossary(MEANINGS, {}, SYNONYMS, frozenset({"IT", "A"}))
TEXTS = {
    1: "CAMHS in schools",
    2: "Child and adolescent mental health services",
    3: "The long-term plan",
    4: "Long-term physical conditions",
    5: "Physician associate",
    6: "Information technology",
    7: "It rains",
    8: "Advanced practice",
    9: "Recruitment, retention and return of nurses",
    10: "R,R&R payments",
    11: "Psychological therapies",
    12: "Staff wellbeing",
    13: "LTP in brief",
    14: "Education and training",
    15: "Children’s talking therapies",
}


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    root = tmp_path_factory.mktemp("index")
    documents = [Document(number, "source", f"r{number}", title) for number, title in TEXTS.items()]
    documents += [
        Document(20, "source", "r20", "Nursing one", nation=("scotland",), status="draft", ends="2022"),
        Document(21, "source", "r21", "Nursing two", nation=("wales",), status="in-force", year=2020),
        Document(22, "source", "r22", "Scottish midwives", parts=(Part("summary", "In Scotland."),)),
    ]
    store.build(root, [documents], mark="one")
    return snapshot.current(root)


def found(held, question, glossary=GLOSSARY):
    query, hints = parse(question), understood(question)
    ranked = ranking.answer(held, query, NO_FILTERS, None, glossary=glossary, hints=hints)
    return [held.kept(int(place))["id"] for place in ranked.places]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("CAMHS", {1, 2}),
        ("camhs", {1, 2}),
        ("child and adolescent mental health services", {1, 2}),
        ("PAs", {5}),
        ("R,R&R", {9, 10}),
        ("recruitment, retention and return", {9, 10}),
        ("E&T", {14}),
        ("CYP IAPT", {15}),
        ("LTP", {3, 4, 13}),
    ],
)
def test_acronyms_and_what_they_stand_for_find_each_other(held, question, expected):
    assert expected <= set(found(held, question))


def test_an_acronym_that_is_a_word_counts_only_in_capitals(held):
    assert 6 in found(held, "IT for midwives")
    assert 6 not in found(held, "it for midwives")


def test_a_single_letter_is_an_acronym_only_when_it_stands_alone(held):
    assert found(held, "A") == [8]
    assert 8 not in found(held, "A plan for midwives")


def test_a_meaning_that_was_chosen_comes_first_and_the_others_are_not_searched(held):
    chosen = Glossary(MEANINGS, {"LTP": 2})
    assert found(held, "LTP", chosen)[0] == 4
    assert 3 not in found(held, "LTP", chosen)
    assert ambiguous(parse("LTP and PA").wanted, chosen) == {"LTP": MEANINGS["LTP"]}


@pytest.mark.parametrize("place", [0, 3, 99, -1])
def test_a_meaning_that_is_not_there_chooses_nothing(held, place):
    assert {3, 4} <= set(found(held, "LTP", Glossary(MEANINGS, {"LTP": place})))


def test_synonyms_are_searched_one_way_and_named_where_they_stand_in_records(held):
    assert 11 in found(held, "talking therapies")
    assert found(held, "staff wellbeing") == [12]
    assert groups_of(held, parse("burnout").wanted, GLOSSARY)[1] == ("staff wellbeing",)
    assert found(held, "burnout", Glossary()) == []


def test_a_phrase_in_quotation_marks_means_its_words(held):
    assert 11 not in found(held, '"talking therapies"')


def test_where_a_record_is_filed_raises_it_and_finds_it_only_when_nothing_else_is_asked(held):
    assert found(held, "nursing Scottish")[0] == 20
    assert set(found(held, "Scottish")) == {20, 22}
    assert found(held, "nursing ending in 2022")[0] == 20
    assert found(held, "nursing in force")[0] == 21
    assert 20 not in found(held, "Scottish midwives")
    assert found(held, "ending in 2022") == [20]


def titled(tmp_path, *documents):
    store.build(tmp_path, [documents], mark="one")
    return snapshot.current(tmp_path)


def test_a_year_that_limits_is_not_searched_as_a_word(tmp_path):
    own = [
        Document(1, "source", "a", "Nursing 2015 2015", year=2015),
        Document(2, "source", "b", "Nursing", parts=(Part("summary", "All that nurses do."),), year=2014),
        Document(3, "source", "c", "Midwives 2015", year=2015),
    ]
    held = titled(tmp_path, *own)
    assert found(held, "nursing before 2015") == [2, 1]
    assert found(held, "before 2015") == [2]
    assert found(held, "nursing 2015")[0] == 1


def test_a_record_with_nothing_of_the_subject_is_found_only_where_none_has_it(held):
    assert 20 not in found(held, "midwives 2022")
    assert found(held, "unheard Scottish")[0] == 20


def test_being_filed_under_a_nation_counts_more_than_its_word_and_most_alone(tmp_path):
    own = [
        Document(1, "source", "a", "Scottish Scottish strategy of nursing", nation=("wales",), ends="2022"),
        Document(2, "source", "b", "Strategy of nursing", nation=("scotland", "wales")),
        Document(3, "source", "c", "Strategy of nursing", nation=("scotland",)),
    ]
    assert found(titled(tmp_path, *own), "Scottish nursing strategy") == [3, 2, 1]


def test_the_word_as_typed_comes_before_its_synonyms(tmp_path):
    own = [Document(1, "source", "a", "Unfilled posts"), Document(2, "source", "b", "Vacancies here")]
    own += [Document(3 + number, "source", f"r{number}", "Vacancies and other things") for number in range(9)]
    held = titled(tmp_path, *own)
    glossary = Glossary(synonyms={("vacanc",): ("unfilled posts",)})
    assert set(found(held, "vacancies", glossary)) == set(range(1, 12))
    assert found(held, "vacancies", glossary)[0] == 2


def test_filters_that_hints_name_are_those_of_the_index(held):
    query = parse("nursing")
    ranked = ranking.answer(held, query, Filters(ends=("2022",)), None, glossary=Glossary())
    assert [held.kept(int(place))["id"] for place in ranked.places] == [20]
