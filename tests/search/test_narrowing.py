"""Facts about narrowing: what each filter leaves, what the counts say, and what depends on the day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.models.record import Visibility
from kb.permissions import Person
from search import service
from search.documents.document import Document
from search.index import coding, narrowing, pointer, snapshot, store
from search.index.narrowing import FACETS, Standing
from search.index.ordering import Order, in_order
from search.language.asked import Asked
from search.language.filters import Filters
from tests.conftest import TODAY

if TYPE_CHECKING:
    from search.index.snapshot import Mask, Snapshot

READER = Person(reads_publicly=True)
VALUES = {
    "kind": ("source", "action", "term"),
    "theme": ("nursing", "autism", "crisis"),
    "nation": ("wales", "england"),
    "publisher": ("welsh-government", "nhs-england", "heiw"),
    "status": ("open", "in-force"),
    "owner": ("lead", "chair"),
    "schedule": ("overdue", "stale"),
}
STATES = {1: "overdue", 2: "stale", 5: "overdue", 8: "on_time"}


def several(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(VALUES[name]), max_size=2, unique=True).map(tuple)


documents = st.lists(
    st.builds(
        lambda **values: values,
        kind=st.sampled_from(VALUES["kind"]),
        theme=several("theme"),
        nation=several("nation"),
        publisher=several("publisher"),
        status=st.sampled_from(("", *VALUES["status"])),
        owner=st.sampled_from(("", *VALUES["owner"])),
        year=st.sampled_from((None, 2019, 2021, 2026)),
        readers=st.sampled_from((("everyone",), ("plan-1",))),
    ),
    min_size=12,
    max_size=12,
)
filters = st.builds(
    Filters,
    **{name: several(name) for name in VALUES},
    year_from=st.sampled_from((None, 2020)),
    year_to=st.sampled_from((None, 2021)),
)


@pytest.fixture(scope="module")
def held_of(tmp_path_factory):
    """A state of the index with these documents, of which the first was changed since and the last is gone."""

    def making(documents: list[Document]) -> Snapshot:
        root = tmp_path_factory.mktemp("index")
        store.build(root, [documents], mark="one")
        before = snapshot.current(root)
        for name in FACETS[:-1]:
            coding.codes_of(before, name)
        store.change(root, documents[:1], [documents[-1].id], mark="two")
        return snapshot.current(root)

    return making


def has(document: Document, name: str, values: tuple[str, ...]) -> bool:
    if name == "schedule":
        return STATES.get(document.id) in values
    own = getattr(document, name)
    return bool(set(own if isinstance(own, tuple) else (own,)) & set(values))


def fits(document: Document, wanted: Filters, *, without: str) -> bool:
    for name, values in wanted.values().items():
        if name != without and not has(document, name, values):
            return False
    if without == "year" or (wanted.year_from is None and wanted.year_to is None):
        return True
    return document.year is not None and (wanted.year_from or 0) <= document.year <= (wanted.year_to or 9999)


def counted_one_by_one(documents: list[Document], wanted: Filters, readers: frozenset[str] | None) -> dict:
    """The plain way: every document is looked at for every facet."""
    counts = {}
    for name in FACETS:
        found: Counter[str] = Counter()
        for each in documents:
            if (readers is None or set(each.readers) & readers) and fits(each, wanted, without=name):
                value = STATES.get(each.id) if name == "schedule" else getattr(each, name)
                found.update(value if isinstance(value, tuple) else [str(value)] if value else [])
        counts[name] = dict(found)
    return counts


@settings(max_examples=25, deadline=None)
@given(rows=documents, several_filters=st.lists(filters, min_size=8, max_size=8))
def test_counts_are_those_of_looking_at_each_document(held_of, rows, several_filters):
    made = [Document(id=key, ref=f"r{key}", title=f"Record {key}", **row) for key, row in enumerate(rows, 1)]
    held = held_of(made)
    standing = Standing(TODAY, coding.codes_of_records(held, STATES), frozenset())
    for wanted in several_filters:
        for readers in (None, frozenset({"everyone"})):
            allowed = narrowing.allowed_to(held, readers)
            conditions = narrowing.conditions_of(held, wanted, standing)
            counts = narrowing.counts_of(held, FACETS, allowed, conditions, standing)
            assert counts == counted_one_by_one(made[:-1], wanted, readers)
            assert counts == {name: by_lists(held, name, allowed, conditions, standing) for name in FACETS}


def by_lists(held: Snapshot, name: str, allowed: Mask, conditions: dict[str, Mask], standing: Standing) -> dict:
    """The way that coding speeds up: each value's list of places, most used first."""
    mask = allowed
    for other, condition in conditions.items():
        mask = mask if other == name else mask & condition
    if name == "schedule":
        places = {value: standing.schedule.having((value,), held.size) for value in standing.schedule.values}
        counts = {value: int(np.count_nonzero(mask & having)) for value, having in places.items()}
    else:
        counts = {value: int(np.count_nonzero(mask[held.ids(name, value)])) for value in held.lexicon(name)}
    return {value: count for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])) if count}


def test_what_needs_a_day_leaves_nothing_without_one(held_of):
    held = held_of([Document(1, "action", "r1", "A", due="2026-12-01"), Document(2, "action", "r2", "B")])
    for wanted in (Filters(schedule=("overdue",)), Filters(due=("<30d",))):
        (condition,) = narrowing.conditions_of(held, wanted).values()
        assert not condition.any()


def test_by_due_date_what_is_open_comes_first_and_what_has_none_by_its_score(held_of):
    made = [
        Document(1, "source", "r1", "A source", status="in-force"),
        Document(2, "action", "r2", "Later", due="2027-01-01", status="open"),
        Document(3, "action", "r3", "Sooner, done", due="2026-01-01", status="done"),
        Document(4, "action", "r4", "Sooner", due="2026-06-01", status="open"),
        Document(5, "action", "r5", "No date", status="open"),
        Document(6, "term", "gone", "Gone"),
    ]
    held = held_of(made)
    places = np.flatnonzero(held.alive).astype(np.int32)
    scores = np.zeros(held.size)
    scores[[place for place in places if held.kept(place)["id"] == 5]] = 1.0
    assert [held.kept(place)["id"] for place in in_order(held, places, scores, Order.DUE)] == [4, 2, 3, 5, 1]


@pytest.fixture
def actions(make):
    """Actions that are due in five ways, and what is called in their titles."""
    make.action(title="Late promise", due_on=TODAY - timedelta(days=3), starts_on=date(2026, 1, 1))
    make.action(title="Soon promise", due_on=TODAY + timedelta(days=20), last_said_on=TODAY)
    make.action(title="Far promise", due_on=TODAY + timedelta(days=90), last_said_on=TODAY)
    make.action(title="Undated promise", last_said_on=TODAY)
    make.action(title="Kept promise", due_on=TODAY + timedelta(days=5), closure="done", done_on=TODAY)
    make.source(title="A promise of the government")


DUE = {
    "due:overdue": {"Late"},
    "due:<30d": {"Soon"},
    "due:30d": {"Soon"},
    "due:<4w": {"Soon"},
    "due:>30d": {"Far"},
    "due:none": {"Undated"},
    "due:overdue,<30d": {"Late", "Soon"},
    "due:2026-11": {"Late", "Kept"},
    "due:2026-11-28": {"Kept"},
    "due:2026-12..2027": {"Soon", "Far"},
    "due:2027..": {"Far"},
    "due:..2026-11": {"Late", "Kept"},
    "schedule:overdue": {"Late"},
    "schedule:due-soon": {"Soon"},
    "schedule:due_soon,no-date": {"Soon", "Undated"},
}


def test_actions_are_found_by_when_they_are_due_with_the_index_and_without(make, actions, ask, own, session):
    def first_words(found):
        return {hit.record.title.partition(" ")[0] for hit in found.hits}

    assert {each: first_words(ask(f"promise {each}")) for each in DUE} == DUE
    pointer.discard(own.index_dir)
    by_sql = {}
    for each in DUE:
        found = service.find(session, own, READER, Asked(f"promise {each}"), today=TODAY)
        assert found.is_fallback
        by_sql[each] = first_words(found)
    assert by_sql == DUE


@pytest.mark.parametrize("words", ["due:soonish", "due:2026-13", "due:9999d", "due:..", "schedule:closed", "due:,"])
def test_what_is_no_time_is_searched_as_words_and_said(make, ask, words):
    make.action(title="Promise")
    found = ask(f"promise {words}")
    assert not found.filters
    assert found.notes


def test_the_counts_by_schedule_are_those_of_the_day(make, actions, ask):
    assert ask("promise").facets["schedule"] == {"due_soon": 1, "no_date": 1, "on_time": 1, "overdue": 1}
    later = ask("promise", today=TODAY + timedelta(days=70))
    assert later.facets["schedule"] == {"overdue": 2, "due_soon": 1, "stale": 1}
    assert ask("promise", today=TODAY).facets["schedule"]["overdue"] == 1


def test_the_schedule_is_asked_of_the_database_once_for_each_state_of_the_index(
    make, actions, ask, session, own, count_statements
):
    ask("promise")
    with count_statements() as again:
        service.find(session, own, READER, Asked("promise"), today=TODAY)
    with count_statements() as next_day:
        service.find(session, own, READER, Asked("promise"), today=TODAY + timedelta(days=1))
    assert again.number < next_day.number


def test_the_schedule_follows_an_update_a_date_and_the_plans_patience(make, session, ask):
    action = make.action(title="Promise", due_on=date(2027, 6, 1), starts_on=date(2026, 1, 1))
    action.created_at = action.created_at.replace(year=2026, month=1)
    states = lambda: list(ask("promise").facets["schedule"])  # noqa: E731
    assert states() == ["stale"]
    make.update(action, days_ago=10)
    assert states() == ["on_time"]
    make.the_plan.stale_after_days = 7
    assert states() == ["stale"]
    action.due_on = TODAY
    assert states() == ["due_soon"]
    action.closure, action.done_on = "done", TODAY
    assert states() == []


def test_drafts_and_their_names_are_in_no_count_for_those_who_may_not_see_them(make, ask):
    draft = {"visibility": Visibility.DRAFT}
    hidden_post, hidden_group = make.post(title="Secret head", **draft), make.staff_group(title="Secret staff", **draft)
    body = make.organisation(title="Secret body", **draft)
    source = make.source(title="Promise of a law")
    make.implication(source, title="Promise for staff", staff_groups=[hidden_group])
    make.action(title="Promise", owner_id=hidden_post.id, due_on=TODAY)
    make.action(title="Promise in draft", due_on=TODAY - timedelta(days=2), **draft)
    make.session.refresh(source, ["publishers"])
    source.publishers = [body]
    make.session.flush()
    seen = ask("promise", READER).facets
    assert (seen["owner"], seen["publisher"], seen["staff_group"]) == ({}, {}, {})
    assert seen["schedule"] == {"due_soon": 1}
    lead = ask("promise", make.person(make.lead())).facets
    assert lead["owner"] == {hidden_post.ref: 1}
    assert lead["schedule"] == {"due_soon": 1, "overdue": 1}


def test_staff_groups_leave_the_implications_about_them_and_their_sources(make, ask, own, session):
    nurses, others = make.staff_group(title="Nurses"), make.staff_group(title="Doctors")
    source = make.source(title="Promise of more staff")
    wanted = make.implication(source, title="Promise for nurses", staff_groups=[nurses])
    make.implication(source, title="Promise for doctors", staff_groups=[others])
    make.source(title="Another promise")
    chosen = {"staff_group": [nurses.ref]}
    found = ask("promise", filters=chosen)
    assert {hit.ref for hit in found.hits} == {source.ref, wanted.ref}
    assert found.facets["staff_group"] == {nurses.ref: 2, others.ref: 2}
    assert found.titles["staff_group", nurses.ref] == "Nurses"
    pointer.discard(own.index_dir)
    without = service.find(session, own, READER, Asked.by_name("promise", chosen), today=TODAY)
    assert {hit.ref for hit in without.hits} == {source.ref, wanted.ref}


def test_a_renamed_staff_group_reaches_the_source_through_its_implication(make, ask):
    group = make.staff_group(title="Nurses", ref="nurses")
    source = make.source(title="Promise")
    make.implication(source, title="More of them", staff_groups=[group])
    assert ask("promise").facets["staff_group"] == {"nurses": 2}
    group.visibility = Visibility.DRAFT
    assert ask("promise", READER).facets["staff_group"] == {}
    assert ask("promise").facets["staff_group"] == {}
