"""Facts about the links in mails: programs that look through mails fetch them, and that changes nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from actions.reminder_models import AnswerLink
from actions.reminding import reminders
from kb.db import Base
from kb.models.outbox import OutboxMessage

ADDRESS = re.compile(r"https?://[^\s\"<>]+")


def test_fetching_every_link_of_every_mail_three_times_changes_nothing(browse, session, make, settings):
    post = make.post()
    make.owner(post)
    make.steering()
    make.owner(sponsor := make.post())
    for days in (60, 1, 0, -5):
        make.action(owner_id=post.id, sponsor_id=sponsor.id, due_on=make.today - timedelta(days=days))
    at = datetime.combine(make.today, datetime.min.time(), UTC).replace(hour=9)
    reminders.plan(session, make.today, at, settings, at_once=True)
    session.commit()
    written = session.scalars(select(OutboxMessage)).all()
    addresses = {address for mail in written for part in (mail.text, mail.html) for address in ADDRESS.findall(part)}
    paths = sorted(urlsplit(address).path for address in addresses)
    assert sum(path.startswith("/answer/") for path in paths) == len(session.scalars(select(AnswerLink)).all()) == 4
    assert any(path.startswith("/unsubscribe/") for path in paths)
    before = _everything(session)
    for _ in range(3):
        for path in paths:
            for method in (browse.client.get, browse.client.head):
                answer = method(path)
                answer.close()
                assert answer.status_code in (200, 303), path
    session.expire_all()
    assert _everything(session) == before


def _everything(session):
    return {
        name: sorted(map(repr, session.execute(select(table)).all())) for name, table in Base.metadata.tables.items()
    }
