from __future__ import annotations

from sqlalchemy import select

from graph.models import GraphRevision
from kb.models.link import LinkState, LinkType


def _revision(session):
    session.commit()
    return session.scalar(select(GraphRevision.revision)) or 0


def test_a_new_record_and_a_changed_title_move_the_revision(session, make):
    before = _revision(session)
    action = make.action()
    after = _revision(session)
    assert after == before + 1, "once for a transaction, whatever it held"
    action.title = "Another title"
    assert _revision(session) == after + 1


def test_a_link_that_is_made_retired_or_deleted_moves_the_revision(session, make):
    link = make.link(make.priority(), LinkType.DELIVERED_BY, make.action())
    made = _revision(session)
    link.state = LinkState.RETIRED
    assert _revision(session) == made + 1
    session.delete(link)
    assert _revision(session) == made + 2


def test_a_response_that_takes_another_source_moves_the_revision(session, make):
    response, source = make.response(), make.source()
    before = _revision(session)
    session.refresh(response, ["sources"])
    response.sources.append(source)
    assert _revision(session) == before + 1


def test_a_pair_that_is_dismissed_and_offered_again_moves_the_revision(session, make):
    one, other = make.action(), make.action()
    before = _revision(session)
    pair = make.dismissed(one, other)
    assert _revision(session) == before + 1
    session.delete(pair)
    assert _revision(session) == before + 2


def test_a_person_or_a_commit_without_change_leaves_the_revision(session, make):
    make.action()
    before = _revision(session)
    make.user()
    assert _revision(session) == before
    assert _revision(session) == before


def test_a_change_that_is_undone_leaves_the_revision(session, make):
    make.action()
    before = _revision(session)
    make.action()
    session.rollback()
    assert session.scalar(select(GraphRevision.revision)) == before
