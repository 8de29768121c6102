"""Facts about the matrix of a plan as one reader sees it, over the database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.coverage import service as covering
from graph.coverage.service import NO_THEME, By, Wanted
from kb.db import now
from kb.errors import NotFound
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM


@pytest.fixture
def field(make):
    """Two themes, three sources, two priorities; the plan maps what it does not take up."""
    children, data = make.theme(title="Children"), make.theme(title="Data")
    make.theme(title="Empty")
    welsh = make.source(title="A Welsh strategy", nations=("wales",), themes=[children, data])
    english = make.source(title="An English report", nations=("england",), themes=[data])
    bare = make.source(title="Without a theme")
    nurses, beds = make.priority(title="Nurses"), make.priority(title="Beds")
    make.link(make.implication(welsh), LinkType.CALLS_FOR, nurses, reason="Asks for nurses.")
    make.link(welsh, LinkType.CALLS_FOR, nurses)
    make.link(english, LinkType.CALLS_FOR, beds)
    make.response(bare)
    action = make.action(title="Hire")
    make.link(nurses, LinkType.DELIVERED_BY, action)
    make.action(title="Idle")
    return {"welsh": welsh, "english": english, "bare": bare, "nurses": nurses, "beds": beds, "action": action}


def _figures(found):
    titles = {row.id: row.title for row in found.rows} | {column.id: column.title for column in found.columns}
    return {titles[row]: {titles[c]: n for c, n in counts.items()} for row, counts in found.matrix.cells.items()}


def _gaps(found):
    return [each.title for each in (*found.rows, *found.columns) if each.is_gap]


def test_themes_stand_by_title_with_their_sources_and_what_has_no_theme_is_not_lost(session, make, field):
    found = covering.cover(session, SYSTEM, Wanted(plan=make.the_plan))
    assert [(row.title, row.size) for row in found.rows] == [("Children", 1), ("Data", 2), ("No theme", 1)]
    assert _figures(found) == {"Children": {"Nurses": 1}, "Data": {"Nurses": 1, "Beds": 1}}
    assert _gaps(found) == ["No theme"]
    assert found.without_source == ["Empty"]


def test_of_a_source_the_ways_are_counted_and_one_that_the_plan_maps_in_vain_is_a_gap(session, make, field):
    make.source(title="Nobody took this up")
    found = covering.cover(session, SYSTEM, Wanted(By.SOURCES, make.the_plan))
    assert _figures(found) == {"A Welsh strategy": {"Nurses": 2}, "An English report": {"Beds": 1}}
    assert _gaps(found) == ["Without a theme"]


def test_actions_stand_against_the_priorities_that_they_deliver(session, make, field):
    found = covering.cover(session, SYSTEM, Wanted(By.ACTIONS, make.the_plan))
    assert _figures(found) == {"Hire": {"Nurses": 1}}
    assert _gaps(found) == ["Idle", "Beds"]


def test_a_nation_and_a_theme_narrow_the_sources_before_anything_is_counted(session, make, field):
    wanted = Wanted(plan=make.the_plan, nation="england")
    assert _figures(covering.cover(session, SYSTEM, wanted)) == {"Data": {"Beds": 1}}
    theme = field["welsh"].themes[0]
    found = covering.cover(session, SYSTEM, replace(wanted, nation="", theme=theme.ref))
    assert _figures(found) == {"Children": {"Nurses": 1}}
    found = covering.cover(session, SYSTEM, Wanted(By.ACTIONS, make.the_plan, nation="wales"))
    assert (_figures(found), [column.title for column in found.columns]) == ({"Hire": {"Nurses": 1}}, ["Nurses"])


def test_the_priorities_of_other_plans_are_in_the_matrix_of_all_plans_alone(session, make, field):
    other = make.plan(title="Other")
    make.priority(title="Elsewhere", plan_id=other.id, set=make.priority_set(plan_id=other.id))
    own = covering.cover(session, SYSTEM, Wanted(plan=make.the_plan))
    assert [column.title for column in own.columns] == ["Nurses", "Beds"]
    whole = covering.cover(session, SYSTEM, Wanted())
    assert [column.title for column in whole.columns] == ["Nurses", "Beds", "Elsewhere"]


def test_drafts_count_for_whoever_may_see_them_alone(session, make, field):
    draft = make.source(title="In draft", visibility=Visibility.DRAFT, themes=field["english"].themes)
    make.link(draft, LinkType.CALLS_FOR, field["beds"])
    wanted = Wanted(plan=make.the_plan)
    lead, viewer = make.person(make.lead()), make.person(make.viewer())
    assert _figures(covering.cover(session, lead, wanted))["Data"]["Beds"] == 2
    found = covering.cover(session, viewer, wanted)
    assert _figures(found)["Data"]["Beds"] == 1
    assert found.matrix.total == 2
    with pytest.raises(NotFound):
        covering.ways(session, viewer, replace(wanted, by=By.SOURCES), draft.ref, None)


def test_a_deleted_source_and_a_retired_link_count_in_nothing(session, make, field):
    field["english"].deleted_at = now()
    make.link(field["bare"], LinkType.CALLS_FOR, field["beds"], state=LinkState.RETIRED)
    session.flush()
    found = covering.cover(session, SYSTEM, Wanted(plan=make.the_plan))
    assert _figures(found) == {"Children": {"Nurses": 1}, "Data": {"Nurses": 1}}
    assert "Beds" in _gaps(found)


def test_the_ways_of_a_cell_fit_its_figure(session, make, field):
    wanted = Wanted(By.SOURCES, make.the_plan)
    row, column, listed = covering.ways(session, SYSTEM, wanted, field["welsh"].ref, field["nurses"].ref)
    assert (row.title, column.title, len(listed)) == ("A Welsh strategy", "Nurses", 2)
    assert {way.edges[-1].reason for way in listed} == {"Asks for nurses.", "It says so."}
    _, _, everything = covering.ways(session, SYSTEM, wanted, None, None)
    assert [way.source.title for way in everything] == ["A Welsh strategy"] * 2 + ["An English report"]
    _, _, unthemed = covering.ways(session, SYSTEM, Wanted(plan=make.the_plan), NO_THEME, None)
    assert unthemed == []
    _, _, delivered = covering.ways(session, SYSTEM, Wanted(By.ACTIONS, make.the_plan), field["action"].ref, None)
    assert [[node.title for node in way.nodes] for way in delivered] == [["Nurses", "Hire"]]


@pytest.mark.parametrize("by", list(By))
def test_a_row_or_column_that_the_matrix_has_not_is_not_found(session, make, field, by):
    wanted = Wanted(by, make.the_plan)
    with pytest.raises(NotFound):
        covering.ways(session, SYSTEM, wanted, "no-such-row", None)
    with pytest.raises(NotFound):
        covering.ways(session, SYSTEM, wanted, None, "no-such-priority")
