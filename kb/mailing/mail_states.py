"""The states of a mail and what moves it from one to the next: one table, no database."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from kb.errors import KnowledgeBaseError
from kb.models.outbox import MailState

if TYPE_CHECKING:
    from collections.abc import Mapping


class MailEvent(StrEnum):
    """What can happen to a mail."""

    CLAIM = "a worker took it"
    START = "the server took the address, so the text is about to leave"
    ACCEPT = "the server took the mail"
    DEFER = "the server said: not now"
    REFUSE = "the server said: never"
    PUT_BACK = "it did not leave, and may be tried again"
    BREAK_OFF = "the line broke while the text was leaving"
    CANCEL = "it is no longer wanted"
    SEND_AGAIN = "a person decided to send it again"
    ARRIVED = "a person found that it had arrived"


class NotPossible(KnowledgeBaseError):
    """The mail is in a state in which this cannot happen to it."""


TRANSITIONS: Mapping[tuple[MailState, MailEvent], MailState] = {
    (MailState.QUEUED, MailEvent.CLAIM): MailState.CLAIMED,
    (MailState.QUEUED, MailEvent.CANCEL): MailState.CANCELLED,
    (MailState.CLAIMED, MailEvent.START): MailState.SENDING,
    (MailState.CLAIMED, MailEvent.PUT_BACK): MailState.QUEUED,
    (MailState.CLAIMED, MailEvent.DEFER): MailState.QUEUED,
    (MailState.CLAIMED, MailEvent.REFUSE): MailState.FAILED,
    (MailState.CLAIMED, MailEvent.CANCEL): MailState.CANCELLED,
    (MailState.SENDING, MailEvent.ACCEPT): MailState.SENT,
    (MailState.SENDING, MailEvent.DEFER): MailState.QUEUED,
    (MailState.SENDING, MailEvent.REFUSE): MailState.FAILED,
    (MailState.SENDING, MailEvent.BREAK_OFF): MailState.UNKNOWN,
    # Only where sending twice leaves one copy (files in a folder) may a mail that broke off be tried again.
    (MailState.SENDING, MailEvent.PUT_BACK): MailState.QUEUED,
    # The lease of a slow sender ran out, and then the server answered it after all.
    (MailState.UNKNOWN, MailEvent.ACCEPT): MailState.SENT,
    (MailState.UNKNOWN, MailEvent.DEFER): MailState.QUEUED,
    (MailState.UNKNOWN, MailEvent.REFUSE): MailState.FAILED,
    (MailState.UNKNOWN, MailEvent.BREAK_OFF): MailState.UNKNOWN,
    (MailState.UNKNOWN, MailEvent.SEND_AGAIN): MailState.QUEUED,
    (MailState.UNKNOWN, MailEvent.ARRIVED): MailState.SENT,
    (MailState.FAILED, MailEvent.SEND_AGAIN): MailState.QUEUED,
}
# Minutes to wait after each “not now”; then every quarter of an hour, four hours in all.
WAITS = (1, 2, 4, 8)
LONGEST_WAIT = 15
GIVE_UP_AFTER = timedelta(hours=4)


def after(state: str, event: MailEvent) -> MailState:
    """The state that follows; raises NotPossible where none does."""
    try:
        return TRANSITIONS[MailState(state), event]
    except KeyError:
        raise NotPossible(f"A mail that is {state} cannot become what follows when {event}") from None


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after this many refusals for now; None when it is time to give up."""
    waits = [*WAITS, *[LONGEST_WAIT] * attempts][:attempts]
    if timedelta(minutes=sum(waits)) > GIVE_UP_AFTER:
        return None
    return timedelta(minutes=waits[-1])
