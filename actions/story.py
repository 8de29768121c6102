"""What happened to an action, newest first: what its owner said and, in between, what others changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.models.history import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from actions.models import Update
    from kb.models.history import Change

# What explains the updates around it; everything else stands in the history alone.
TELLING = frozenset({"due_on", "owner", "closure"})


@dataclass(frozen=True, slots=True)
class Event:
    """An update, or a change; never both."""

    on: date
    update: Update | None = None
    change: Change | None = None


def story(updates: Iterable[Update], changes: Iterable[Change]) -> list[Event]:
    """Updates and telling changes together; on one day what was said is taken to come first."""
    said = [Event(update.said_on, update=update) for update in updates]
    changed = [
        Event(change.at.date(), change=change)
        for change in changes
        if change.field in TELLING and change.channel != Channel.SEED
    ]
    return sorted([*changed, *said], key=lambda event: event.on, reverse=True)
