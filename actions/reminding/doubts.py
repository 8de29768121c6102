"""Suspect links, told in the one mail of a day to those who answer for what hangs on them.

They come with whatever else a mail tells; by themselves they bring one only when some of them are newer than the last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from actions.reminding import answerers
from actions.reminding.digest import CONFIRM_AT, SHOWN, links_told
from actions.reminding.told import Changed
from kb import suspects
from kb.models.outbox import MailState, OutboxMessage
from kb.models.record import Visibility
from kb.planning import reminder_policy
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from kb.models.link import Link
    from kb.planning.reminder_policy import Ruled


@dataclass(frozen=True, slots=True)
class Doubts:
    """The links that one reader is asked to look at, and whether no mail can have told of some of them yet."""

    links: Sequence[Link]
    is_new: bool


def of_owners(
    session: Session, today: date, ruled: Mapping[int, Ruled], *, digests: str, only: int | None = None
) -> dict[int, Doubts]:
    """The suspect links by the person who answers for what hangs on them; those of paused plans wait.

    `digests` is how the keys of the mails begin that tell of them.
    """
    by_post = suspects.by_post(session)
    answering = answerers.of_posts(session, list(by_post), today)
    found: dict[int, dict[int, Link]] = {}
    for post_id, answerer in answering.items():
        for link in by_post[post_id]:
            if _may_be_told(link, ruled) and only in (None, answerer.user_id):
                found.setdefault(answerer.user_id, {})[link.id] = link
    last = _last_mails(session, list(found), digests)
    return {
        user_id: Doubts(list(some.values()), _is_new(some.values(), last.get(user_id)))
        for user_id, some in found.items()
    }


def told(some: Sequence[Link]) -> list[Changed]:
    """What changed, the most of it first, each with the records to which its links lead."""
    ends: dict[str, dict[int, str]] = {}
    for link in some:
        ends.setdefault(link.suspect_because.rstrip("."), {})[link.to_id] = link.end.title
    by_why = {why: list(titles.values()) for why, titles in ends.items()}
    most = sorted(by_why.items(), key=lambda each: -len(each[1]))
    return [
        Changed(why or gettext("It is not recorded what changed"), titles[:SHOWN], len(titles[SHOWN:]))
        for why, titles in most
    ]


def list_changed(session: Session, messages: Mapping[int, OutboxMessage], today: date, *, digests: str) -> set[int]:
    """The mails among these that tell of more or fewer links to confirm than wait for their reader now."""
    telling = {id: message for id, message in messages.items() if CONFIRM_AT in message.text}
    if not telling:
        return set()
    waiting = of_owners(session, today, reminder_policy.list_ruled(session), digests=digests)
    numbers = {user_id: len(one.links) for user_id, one in waiting.items()}
    return {id for id, message in telling.items() if not _says(message, numbers.get(message.recipient_id or 0, 0))}


def _says(message: OutboxMessage, number: int) -> bool:
    # “2 links to confirm” is within “12 links to confirm” too.
    return bool(number) and bool(re.search(rf"(?<!\d){re.escape(links_told(number))}", message.html))


def _may_be_told(link: Link, ruled: Mapping[int, Ruled]) -> bool:
    """Whether it belongs to no paused plan, and to no draft, which its reader may not be allowed to see."""
    ends = (link.start, link.end)
    is_paused = any(end.plan_id in ruled and ruled[end.plan_id].is_paused for end in ends if end.plan_id)
    return not is_paused and all(end.visibility == Visibility.PUBLISHED for end in ends)


def _is_new(some: Collection[Link], last: datetime | None) -> bool:
    since = [link.suspect_since for link in some if link.suspect_since]
    return last is None or any(each > last for each in since)


def _last_mails(session: Session, user_ids: Collection[int], digests: str) -> dict[int, datetime]:
    """When each of these people's newest mail of a day was written that was not taken back."""
    if not user_ids:
        return {}
    query = (
        select(OutboxMessage.recipient_id, func.max(OutboxMessage.made_at))
        .where(
            OutboxMessage.recipient_id.in_(user_ids),
            OutboxMessage.dedupe.startswith(digests),
            OutboxMessage.state != MailState.CANCELLED,
        )
        .group_by(OutboxMessage.recipient_id)
    )
    return {user_id: at for user_id, at in session.execute(query) if user_id is not None}
