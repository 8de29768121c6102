"""What an action still lacks before anybody could say that it is done; advice, never a hindrance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.words import gettext

if TYPE_CHECKING:
    from actions.models import Action

MOST_ADVICE = 3
_NUMBER = re.compile(r"\d|\b(all|every|each|none|no|one|two|three|half|twice)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Missing:
    """One piece of advice; `field` is the field of the action's form that would answer it, or `priority`."""

    field: str
    words: str


def missing(action: Action, *, has_priority: bool, has_indicator: bool = False) -> list[Missing]:
    """The advice that matters most for an open action, at most three pieces."""
    if not action.is_open:
        return []
    lacking = [
        (action.owner_id is None, "owner", gettext("Nobody owns it, so nobody is asked how it goes.")),
        (action.due_on is None, "due_on", gettext("It has no due date, so it can never be late.")),
        (
            not action.measure and not has_indicator,
            "measure",
            gettext("Nothing says how anybody would know that it worked."),
        ),
        (not has_priority, "priority", gettext("It delivers none of the plan’s priorities.")),
        (
            bool(action.measure) and not has_indicator and not _NUMBER.search(action.measure),
            "measure",
            gettext("The measure of success has no number."),
        ),
        (not action.description, "description", gettext("It has a title and no more: say what will be done.")),
    ]
    return [Missing(field, words) for lacks, field, words in lacking if lacks][:MOST_ADVICE]
