"""Every change is noted: who, when, from what to what, through what, why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.db import now
from kb.models.history import Channel
from kb.models.record import Visibility
from kb.permissions import Person

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make

pytestmark = pytest.mark.differs


def test_each_changed_column_gets_a_line_with_old_and_new(session: Session, make: Make) -> None:
    action, lead = make.action(due_on=date(2026, 6, 30)), make.person(make.lead())
    action.due_on, action.measure = date(2026, 9, 30), "Ten more nurses"
    history.note_changes(session, action, by=lead, reason="asked for")
    session.flush()
    lines = {line.field: line for line in history.list_for(session, action, person=lead)}
    assert (lines["due_on"].old, lines["due_on"].new) == ("30 June 2026", "30 September 2026")
    assert lines["measure"].new == "Ten more nurses"
    assert {line.reason for line in lines.values()} == {"asked for"}
    assert {line.channel for line in lines.values()} == {Channel.WEB}
    assert lines["due_on"].person is not None
    assert lines["due_on"].person.id == lead.user_id


def test_saving_without_a_change_notes_nothing(session: Session, make: Make) -> None:
    source = make.source(title="As before")
    source.title = "As before"
    assert history.note_changes(session, source, by=make.person(make.lead())) == []


def test_a_session_that_does_not_say_where_changes_come_from_may_not_note(session: Session, make: Make) -> None:
    source = make.source()
    del session.info["channel"]
    with pytest.raises(KeyError):
        history.note(session, source, "title", "a", "b", by=make.person(make.lead()))


def test_recent_changes_leave_out_what_the_first_loading_wrote_and_what_may_not_be_seen(
    session: Session, make: Make
) -> None:
    seeded, edited, draft = make.source(), make.source(), make.source(visibility=Visibility.DRAFT)
    lead, viewer = make.person(make.lead()), make.person(make.viewer())
    session.info["channel"] = Channel.SEED
    history.note_created(session, seeded, by=lead)
    session.info["channel"] = Channel.WEB
    history.note(session, edited, "title", "a", "b", by=lead)
    history.note(session, draft, "title", "a", "b", by=lead)
    session.flush()
    assert [line.record.ref for line in history.list_recent(session, person=viewer)] == [edited.ref]
    assert {line.record.ref for line in history.list_recent(session, person=lead)} == {edited.ref, draft.ref}


def test_lines_that_tell_of_people_or_updates_are_for_those_who_may_read_updates(session: Session, make: Make) -> None:
    action, lead = make.action(), make.person(make.lead())
    for field in sorted(history.PRIVATE):
        history.note(session, action, field, None, "told", by=lead)
    history.note(session, action, "title", "a", "b", by=lead)
    session.flush()
    public = Person(reads_publicly=True)
    assert [line.field for line in history.list_for(session, action, person=public)] == ["title"]
    assert [line.field for line in history.list_recent(session, person=public)] == ["title"]
    assert history.count_recent(session, person=public) == 1
    assert len(history.list_for(session, action, person=lead)) == 1 + len(history.PRIVATE)
    assert history.count_recent(session, person=lead) == 1 + len(history.PRIVATE)


def test_recent_changes_may_be_those_since_an_instant(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    old = history.note(session, make.source(), "title", "a", "b", by=lead)
    old.at = now() - timedelta(days=8)
    new = history.note(session, make.source(), "title", "a", "b", by=lead)
    session.flush()
    assert history.list_recent(session, person=lead) == [new, old]
    assert history.list_recent(session, person=lead, since=now() - timedelta(days=7)) == [new]
    assert history.list_recent(session, person=lead, offset=1) == [old]
