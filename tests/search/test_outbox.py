from __future__ import annotations

import pytest
from sqlalchemy import select, update

from kb.models.plan import PrioritySet
from kb.models.source import Source, SourceName, SourceNation
from kb.models.term import Meaning
from search.documents import outbox
from search.documents.touched import touched_by
from search.models import IndexChange

pytestmark = pytest.mark.differs


@pytest.fixture
def noted(session):
    """What is noted by a change: `noted()` empties the notes, `noted()` again gives what came since."""

    def since() -> set[int]:
        session.flush()
        rows = session.scalars(select(IndexChange)).all()
        for row in rows:
            session.delete(row)
        session.flush()
        return {row.record_id for row in rows}

    return since


def test_new_changed_and_deleted_records_are_noted(session, make, noted):
    source = make.source()
    assert noted() == {source.id}
    source.title = "Another title"
    assert noted() == {source.id}
    session.delete(make.priority())
    assert len(noted()) == 3  # the priority, and the set and the plan it was made in


def test_an_object_that_did_not_change_is_not_noted(session, make, noted):
    source = make.source()
    noted()
    source.title = source.title
    assert noted() == set()


def test_rows_that_are_no_records_note_the_record_they_belong_to(session, make, noted):
    source, term = make.source(), make.term("PA", "physician associate")
    noted()
    for row, record in (
        (SourceName(source_id=source.id, name="T4MH"), source),
        (SourceNation(source_id=source.id, nation="wales"), source),
        (Meaning(term_id=term.id, position=2, expansion="personal assistant"), term),
    ):
        session.add(row)
        assert noted() == {record.id}
        session.delete(row)
        assert noted() == {record.id}


def test_associations_note_the_record_that_holds_them(session, make, noted):
    action, source, organisation, theme = make.action(), make.source(), make.organisation(), make.theme()
    noted()
    session.refresh(source, ["publishers", "themes"])
    source.publishers.append(organisation)
    assert source.id in noted()
    source.themes.append(theme)
    assert source.id in noted()
    session.refresh(action, ["contributors"])
    action.contributors.append(organisation)
    assert action.id in noted()


def test_a_key_point_notes_its_source_and_the_source_it_came_from(session, make, noted):
    first, second = make.source(), make.source()
    point = make.key_point(first)
    assert noted() >= {point.id, first.id}
    point.source_id = second.id
    assert noted() == {point.id, first.id, second.id}


def test_the_name_of_a_set_or_a_staff_group_reaches_what_repeats_it(session, make, noted):
    priority, group, implication = make.priority(), make.staff_group(), make.implication()
    session.refresh(implication, ["staff_groups"])
    implication.staff_groups.append(group)
    noted()
    session.get(PrioritySet, priority.set_id).title = "Another name"
    group.title = "Another group"
    assert noted() == {priority.set_id, group.id}
    assert touched_by(session, {priority.set_id, group.id}) == {
        priority.set_id, group.id, priority.id, implication.id, implication.source_id,
    }  # fmt: skip


def test_a_figure_reaches_its_comparisons_and_an_owner_its_indicators(session, make, noted):
    source, post = make.source(), make.post()
    figure = make.figure(source)
    comparison, indicator = make.comparison(figure, make.figure()), make.indicator(owner_id=post.id)
    noted()
    figure.value = "Another number"
    assert noted() == {figure.id}
    assert touched_by(session, {figure.id}) == {figure.id, comparison.id}
    assert touched_by(session, {source.id}) == {source.id, figure.id, comparison.id}
    assert touched_by(session, {post.id}) == {post.id, indicator.id}
    session.refresh(comparison, ["figures"])
    comparison.figures.append(make.figure())
    assert comparison.id in noted()


def test_what_rests_on_a_deleted_record_is_noted_with_it(session, make, noted):
    theme, source = make.theme(), make.source()
    session.refresh(source, ["themes"])
    source.themes.append(theme)
    noted()
    session.expire(source)
    session.delete(theme)
    assert noted() == {theme.id, source.id}


def test_notes_are_undone_with_the_change(session, make, noted):
    noted()
    with session.begin_nested() as inner:
        make.source()
        inner.rollback()
    assert noted() == set()


def test_a_bulk_update_is_not_seen_so_services_change_objects(session, make, noted):
    source = make.source()
    noted()
    session.execute(update(Source).where(Source.id == source.id).values(summary="Changed behind the session’s back"))
    assert noted() == set()


def test_installing_again_notes_nothing_twice(session, make, noted):
    outbox.install()
    noted()
    source = make.source()
    session.flush()
    rows = session.scalars(select(IndexChange).where(IndexChange.record_id == source.id)).all()
    assert len(rows) == 1


def test_a_change_touches_every_record_that_repeats_its_words(session, make):
    organisation = make.organisation()
    source, post = make.source(), make.post(organisation_id=organisation.id)
    session.refresh(source, ["publishers"])
    source.publishers.append(organisation)
    point, implication = make.key_point(source), make.implication(source)
    response, action = make.response(source), make.action(owner_id=post.id)
    session.flush()
    assert touched_by(session, {source.id}) == {source.id, point.id, implication.id, response.id}
    assert touched_by(session, {point.id}) == {point.id, source.id, implication.id, response.id}
    assert touched_by(session, {post.id}) == {post.id, action.id}
    everything = {organisation.id, post.id, source.id, point.id, implication.id, response.id}
    assert touched_by(session, {organisation.id}) == everything
