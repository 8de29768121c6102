"""Filters of lists: what narrows a list, and words that must all stand in a record."""

from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

import actions.filters
import kb.accounts.people
from actions.measures.service import IndicatorFilter
from actions.requests.filters import RequestFilter
from kb.catalogue.comparisons import ComparisonFilter
from kb.catalogue.figures import FigureFilter
from kb.catalogue.key_points import KeyPointFilter
from kb.catalogue.organisations import OrganisationFilter
from kb.catalogue.posts import PostFilter
from kb.catalogue.sources import SourceFilter
from kb.forms import filtering
from kb.models.record import Record
from kb.models.source import SourceName
from kb.narrowing import MOST_WORDS, bears, is_called

FILTERS = [
    actions.filters.Filters,
    kb.accounts.people.Filters,
    ComparisonFilter,
    FigureFilter,
    IndicatorFilter,
    KeyPointFilter,
    OrganisationFilter,
    PostFilter,
    RequestFilter,
    SourceFilter,
]


@pytest.mark.parametrize("filter_of", FILTERS)
def test_a_filter_narrows_by_anything_but_its_order(filter_of):
    assert not filter_of().is_narrowing
    assert {field.name for field in fields(filter_of) if not filter_of(**{field.name: 1}).is_narrowing} <= {"sort"}


def titles(session, clauses):
    return set(session.scalars(select(Record.title).where(*clauses)))


def test_each_word_must_stand_in_one_of_the_columns_as_it_is(session, make):
    make.source(title="Mental health strategy", ref="mental-1")
    make.source(title="A strategy for health", ref="health-2")
    session.flush()
    assert titles(session, bears("HEALTH Strat", Record.title)) == {"Mental health strategy", "A strategy for health"}
    assert titles(session, bears("strategy mental-1", Record.title, Record.ref)) == {"Mental health strategy"}
    assert titles(session, bears("strategy mental-1", Record.title)) == set()
    assert titles(session, bears("str%gy", Record.title)) == set()
    assert bears("  ", Record.title) == []


def test_words_past_the_most_that_count_are_left_out(session, make):
    make.source(title="Strategy")
    session.flush()
    assert titles(session, bears("strategy " * MOST_WORDS + "nonsense", Record.title)) == {"Strategy"}


def test_a_source_is_found_by_its_title_and_its_other_names_together(session, make):
    make.source(title="Framework for action", names=[SourceName(name="Blue book")])
    session.flush()
    assert titles(session, is_called("framework blue")) == {"Framework for action"}
    assert titles(session, is_called("framework red")) == set()


def test_a_value_that_is_on_stays_in_the_list_though_it_is_not_offered():
    listed = filtering.choices({"a": "One"}, "b")
    assert [(one["value"], one["is_on"]) for one in listed] == [("", False), ("a", False), ("b", True)]
    assert [one["value"] for one in filtering.ticks({"a": "One", "b": "Two", "c": "Three"}, {"a": 2}, ("c",))] == [
        "a",
        "c",
    ]


def test_an_address_is_read_only_as_far_as_a_database_can_take_it():
    args = MultiDict([("q", f" {'x' * 500} "), ("kind", "a"), ("kind", ""), ("kind", "a"), ("sort", "sideways")])
    assert filtering.word(args, "q") == "x" * 200
    assert filtering.words(args, "kind") == ("a",)
    assert filtering.words(MultiDict([("kind", str(n)) for n in range(500)]), "kind")[-1] == "59"
    assert filtering.one_of(args, "sort", ("title", "date"), "title") == "title"
