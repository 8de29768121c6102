from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from actions.story import story
from kb.models.history import Change, Channel
from tests.conftest import TODAY


def changed(field: str, *, days_ago: int, channel: Channel = Channel.WEB) -> Change:
    at = datetime.combine(TODAY - timedelta(days=days_ago), time(12), UTC)
    return Change(field=field, at=at, channel=channel)


def test_updates_and_the_changes_that_explain_them_stand_newest_first(make):
    action = make.action()
    old, new = make.update(action, days_ago=9), make.update(action, days_ago=1)
    moved = changed("due_on", days_ago=4)
    told = story(
        [new, old], [changed("measure", days_ago=2), moved, changed("closure", days_ago=9, channel=Channel.SEED)]
    )
    assert [(event.update, event.change) for event in told] == [(new, None), (None, moved), (old, None)]


def test_on_one_day_what_was_changed_stands_above_what_was_said(make):
    update, reopened = make.update(make.action()), changed("closure", days_ago=0)
    assert [event.change for event in story([update], [reopened])] == [reopened, None]
