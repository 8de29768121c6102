"""The words for each kind of gap."""

from __future__ import annotations

from dataclasses import dataclass

from kb.words import gettext, ngettext


@dataclass(frozen=True)
class Words:
    """The heading of a kind of gap, with its number, and why it matters."""

    heading: str
    why: str
    none: str  # said with the date where there is no such gap
    about: str  # heading of the column beside the record


def of(kind: str, number: int) -> Words:
    """The words for so many gaps of a kind."""
    one, many, why, none, about = _WORDS[kind]
    heading = ngettext(one, many, number) if number else gettext(many.removeprefix("%(num)s ")).capitalize()
    return Words(heading, gettext(why), gettext(none), gettext(about))


_WORDS = {
    "implication-without-priority": (
        "%(num)s implication without a priority",
        "%(num)s implications without a priority",
        "A source asks this of the workforce, and no priority or action takes it up.",
        "Every implication of the sources that the plan maps is taken up.",
        "Source",
    ),
    "priority-without-action": (
        "%(num)s priority without an action",
        "%(num)s priorities without an action",
        "The plan puts this first, and nobody has promised to do anything about it.",
        "Every priority has an action.",
        "",
    ),
    "action-without-source": (
        "%(num)s action without a source",
        "%(num)s actions without a source",
        "No policy or research held here asks for this, at any distance.",
        "Every action rests on a source.",
        "",
    ),
    "response-without-action": (
        "%(num)s response without an action",
        "%(num)s responses without an action",
        "The plan says that it acts on this source, and no action is linked to the answer.",
        "Every response that says the plan acts has an action.",
        "Source",
    ),
    "empty-response": (
        "%(num)s source without a response",
        "%(num)s sources without a response",
        "The source stands in the plan’s mapping table, and the answer is blank.",
        "Every row of the mapping table is answered.",
        "Source",
    ),
    "review-overdue": (
        "%(num)s review overdue",
        "%(num)s reviews overdue",
        "The plan promised to look at this answer again by a day that is past.",
        "No review is overdue.",
        "Review",
    ),
    "watch-overdue": (
        "%(num)s source watched past its review",
        "%(num)s sources watched past their review",
        "The plan answered “monitoring” or “considering” until a day that is past, and nobody has come back to it.",
        "Every source that the plan watches or considers has its review still ahead.",
        "Review",
    ),
    "watch-without-review": (
        "%(num)s source watched without a review date",
        "%(num)s sources watched without a review date",
        "The plan answered “monitoring” or “considering” and does not say when it will decide.",
        "Every answer “monitoring” or “considering” has a review date.",
        "Review",
    ),
    "action-without-owner": (
        "%(num)s action without an owner",
        "%(num)s actions without an owner",
        "Nobody is reminded of an action that no post owns.",
        "Every open action has an owner.",
        "Timescale as stated",
    ),
    "action-without-date": (
        "%(num)s action without a due date",
        "%(num)s actions without a due date",
        "Without a date an action is never late, and never reminded.",
        "Every open action has a due date.",
        "Timescale as stated",
    ),
    "action-without-measure": (
        "%(num)s action without a measure",
        "%(num)s actions without a measure",
        "Neither words nor an indicator say how to tell whether it worked.",
        "Every open action has a measure, in words or as an indicator.",
        "",
    ),
    "empty-post": (
        "%(num)s empty post",
        "%(num)s empty posts",
        "It owns open work, and nobody holds it, so reminders reach no one or only a deputy.",
        "Every post that owns open work is held.",
        "What waits",
    ),
    "heavy-post": (
        "%(num)s post with too much",
        "%(num)s posts with too much",
        "So much of the plan’s open work rests on one post that it stops when that post does.",
        "No post owns more of the open actions than the plan allows.",
        "What it owns",
    ),
    "indicator-without-reading": (
        "%(num)s indicator without a reading",
        "%(num)s indicators without a reading",
        "It should have been read by now, and nobody can tell where it stands.",
        "Every indicator that should have been read has a reading.",
        "How often",
    ),
    "indicator-without-action": (
        "%(num)s indicator without an action or priority",
        "%(num)s indicators without an action or priority",
        "It is measured, and nothing in the plan says that it tries to move it.",
        "Every indicator measures an action or a priority.",
        "",
    ),
    "same-action": (
        "%(num)s pair of actions that may be the same",
        "%(num)s pairs of actions that may be the same",
        "Their titles share the words that tell most. It is a suggestion, until somebody says whether they are.",
        "No two open actions look the same, or somebody has said whether they are.",
        "The other action",
    ),
}
