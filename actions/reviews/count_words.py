"""What each number of a meeting is called, and what exactly it counts."""

from __future__ import annotations

from kb.words import gettext

# In the order of the page; what follows a number that it belongs to stands with it there.
KEYS = (
    "done", "verified", "overdue", "newly-overdue", "slipped", "confidence-fell", "confidence-rose", "silent", "asks",
    "requests", "signals", "off-trajectory", "sources", "suspect", "gaps",
)  # fmt: skip
# The five on the cover sheet of a pack.
ON_COVER = ("done", "overdue", "slipped", "silent", "gaps")
BESIDE = {"done": "verified", "overdue": "newly-overdue", "confidence-fell": "confidence-rose"}
# These say how things stand, whenever they came to stand so; all others count what happened since.
STANDING = frozenset({"overdue", "silent", "asks", "requests", "off-trajectory", "suspect", "gaps"})


def titles() -> dict[str, str]:
    """What stands beside the number."""
    return {
        "done": gettext("Done"),
        "verified": gettext("Verified"),
        "overdue": gettext("Overdue"),
        "newly-overdue": gettext("Newly overdue"),
        "slipped": gettext("Slipped"),
        "confidence-fell": gettext("Confidence fell"),
        "confidence-rose": gettext("Confidence rose"),
        "silent": gettext("Silent owners"),
        "asks": gettext("Asks for support"),
        "requests": gettext("Change requests to decide"),
        "signals": gettext("Indicators with a new signal"),
        "off-trajectory": gettext("Indicators off their trajectory"),
        "sources": gettext("Sources that changed"),
        "suspect": gettext("Suspect links"),
        "gaps": gettext("Gaps in the thread"),
    }


def meanings() -> dict[str, str]:
    """What a number counts, in one sentence."""
    return {
        "done": gettext(
            "Actions that their owners marked done since then, verified or not. What was stopped is not here."
        ),
        "verified": gettext("Actions that somebody other than their owner confirmed as done since then."),
        "overdue": gettext("Open actions whose due date has passed."),
        "newly-overdue": gettext("Open actions whose due date passed on that day or later."),
        "slipped": gettext(
            "Open actions that are to be done later than was said then: the due date was moved, or the owner expects "
            "a later day. What was moved back again is not here."
        ),
        "confidence-fell": gettext(
            "Open actions of which the owner is less sure now than in the last word before then."
        ),
        "confidence-rose": gettext("Open actions of which the owner is surer now than in the last word before then."),
        "silent": gettext(
            "Posts that own an open action which has begun, and have said nothing of it since they were asked. Until "
            "they are asked: nothing for longer than the plan allows."
        ),
        "asks": gettext("What owners of open actions need from the group, and nobody has answered."),
        "requests": gettext(
            "Changes that were asked for and that the group decides: of what is late, or moved before."
        ),
        "signals": gettext("Indicators whose last reading came in since then and lies outside their usual variation."),
        "off-trajectory": gettext(
            "Indicators whose last reading falls short of what was planned for that day by more than is tolerated."
        ),
        "sources": gettext("Sources that the plan rests on and whose text or standing changed since then."),
        "suspect": gettext("Links that wait for somebody to look, since what they rest on changed."),
        "gaps": gettext("Places where the thread of the plan is broken, or a record is unfinished."),
    }
