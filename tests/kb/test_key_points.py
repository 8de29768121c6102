"""The list of key points: lessons are found by where they were learnt and what they are about."""

from __future__ import annotations

from kb.catalogue import key_points
from kb.catalogue.key_points import KeyPointFilter
from kb.models.record import Visibility


def refs(session, person, **wanted):
    total, found = key_points.list_key_points(session, KeyPointFilter(**wanted), person=person)
    assert total == len(found)
    return [point.ref for point in found]


def test_lessons_are_found_by_site_theme_kind_source_and_words(session, make):
    engagement, data = make.theme(title="Engagement"), make.theme(title="Data")
    report, strategy = make.source(title="A report"), make.source(title="B strategy")
    for source, themes in ((report, [data]), (strategy, [data])):
        session.refresh(source, ["themes"])
        source.themes = themes
    lesson = make.key_point(report, title="Talk to staff first", point_kind="lesson", site="Tees", aspect="engagement")
    session.refresh(lesson, ["themes"])
    lesson.themes = [engagement]
    promise = make.key_point(strategy, title="Publish figures", point_kind="commitment", promised_by="The Board")
    session.flush()
    reader = make.person(make.viewer())
    assert refs(session, reader) == [lesson.ref, promise.ref]
    assert refs(session, reader, kinds=("lesson", "recommendation")) == [lesson.ref]
    assert refs(session, reader, site="Tees") == refs(session, reader, aspect="engagement") == [lesson.ref]
    assert refs(session, reader, theme=engagement.ref) == [lesson.ref]
    # The lesson has a theme of its own; the promise has none, and is filed as its source is.
    assert refs(session, reader, theme=data.ref) == [promise.ref]
    assert refs(session, reader, source=strategy.ref, words="board publish") == [promise.ref]
    assert refs(session, reader, sort="site") == [lesson.ref, promise.ref]
    found = key_points.facets(session, person=reader)
    assert (found.kinds, found.sites) == ({"lesson": 1, "commitment": 1}, {"Tees": 1})
    assert found.themes == {data.ref: "Data", engagement.ref: "Engagement"}


def test_what_a_draft_source_says_is_for_its_readers(session, make):
    point = make.key_point(make.source(visibility=Visibility.DRAFT), site="Tees")
    make.the_plan  # noqa: B018 (the first plan is the one that people belong to)
    assert refs(session, make.person(make.viewer())) == []
    assert key_points.facets(session, person=make.person(make.viewer())).sites == {}
    assert refs(session, make.person(make.lead())) == [point.ref]
