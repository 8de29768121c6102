"""What the filters of the sources offer is what the sources themselves say."""

from __future__ import annotations

from collections import Counter

from kb.catalogue import sources
from kb.catalogue.sources import SourceFilter
from kb.db import now
from tests.conftest import TODAY


def test_each_value_is_counted_once_for_every_source_that_the_reader_sees(make, session):
    crisis, wards = make.theme(title="Crisis"), make.theme(title="Wards")
    board, college = make.organisation(title="Board"), make.organisation(title="College")
    make.source(title="Both", nations=("wales", "england"), themes=[crisis, wards], publishers=[board, college])
    make.source(title="One", nations=("wales",), themes=[crisis], publishers=[board])
    make.source(title="Unseen", nations=("wales",), themes=[crisis], publishers=[college], visibility="draft")
    make.source(title="Gone", nations=("wales",), themes=[wards], publishers=[board], deleted_at=now())
    make.action(themes=[crisis, wards])  # what else is filed under a theme is no source
    reader = make.person(make.viewer())

    found = sources.facets(session, person=reader, today=TODAY)
    assert found.nations == {"england": 1, "wales": 2}
    assert found.themes == {crisis.ref: ("Crisis", 2), wards.ref: ("Wards", 1)}
    assert found.publishers == {board.ref: ("Board", 2), college.ref: ("College", 1)}

    listed = sources.list_sources(session, SourceFilter(), person=reader, today=TODAY)
    counted = Counter(nation.nation for source in listed for nation in source.nations)
    assert found.nations == counted
