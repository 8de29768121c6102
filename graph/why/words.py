"""Why a record is there, in sentences that need no picture."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from graph.snapshot import OTHER_DRIVER, RESEARCH, STATUTE
from kb.words import counted, gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.service import Step, Why


def heading(why: Why) -> str:
    """What sort of reason it is; those from a source that is over stand apart, since they support nothing any more."""
    if not why.is_live:
        return gettext("From sources that are over, which support nothing any more")
    return {
        STATUTE: gettext("What the law asks"),
        OTHER_DRIVER: gettext("What policy asks"),
        RESEARCH: gettext("What research says"),
    }[why.weight]


def sort(why: Why) -> str:
    """The same in a word, beside a source among others of all sorts."""
    if not why.is_live:
        return gettext("Over: it supports nothing any more")
    return {STATUTE: gettext("Law"), OTHER_DRIVER: gettext("Policy"), RESEARCH: gettext("Research")}[why.weight]


def summed(behind: Sequence[Why], kind: str) -> str:
    """How many sources lead to a record, and how; of an action by what names it, else only by its priorities."""
    live = [way for way in behind if way.is_live]
    number, straight = len(live), sum(way.is_straight for way in live)
    rest = number - straight
    if not number:
        return gettext("No source that is still in force leads here.")
    if kind != "action":
        return ngettext("One source leads here.", "%(sources)s sources lead here.", number, sources=_large(number))
    if not rest:
        return ngettext(
            "One source leads here: a plan’s answer to it names this action.",
            "%(sources)s sources lead here: a plan’s answers to them name this action.",
            number,
            sources=_large(number),
        )
    if not straight:
        return ngettext(
            "One source leads here, through a priority that this action delivers; no answer names the action.",
            "%(sources)s sources lead here, all through priorities that this action delivers; "
            "no answer names the action.",
            number,
            sources=_large(number),
        )
    return gettext(
        "%(sources)s sources lead here: %(straight)s because a plan’s answer names this action, "
        "%(rest)s only through priorities that it delivers.",
        sources=_large(number),
        straight=counted(straight),
        rest=counted(rest),
    )


def over(behind: Sequence[Why]) -> str:
    """How many sources once led to a record; nothing where there are none."""
    number = sum(not way.is_live for way in behind)
    if not number:
        return ""
    return ngettext(
        "One other is over and supports nothing any more.",
        "%(sources)s others are over and support nothing any more.",
        number,
        sources=_large(number),
    )


def how(kind: str) -> str:
    """How the page is worked out."""
    told = gettext(
        "Worked out from the links held here. Of each source the shortest way is told, and any one is enough to "
        "support it."
    )
    if kind != "action":
        return told
    return f"{told} {gettext('A source that leads here in several ways stands under each.')}"


def through(title: str, ways: Sequence[Why]) -> str:
    """What stands above the sources that lead through a priority."""
    number = sum(way.is_live for way in ways)
    if not number:
        return gettext("Through the priority “%(title)s”: no source that is still in force", title=title)
    return ngettext(
        "Through the priority “%(title)s”: %(num)s source",
        "Through the priority “%(title)s”: %(num)s sources",
        number,
        title=title,
    )


def told(why: Why) -> str:
    """The whole way on from the source, a sentence for each link, with its reason or that nobody has given one."""
    return " ".join(_link(start, end) for start, end in pairwise(why.steps))


def delivered(priority: Step) -> str:
    """That the action of the page delivers this priority, and why."""
    return " ".join([gettext("This action delivers it."), *_reason(priority)])


def _large(number: int) -> str:
    words = counted(number)
    return words[:1].upper() + words[1:]


def _link(start: Step, end: Step) -> str:
    return " ".join([_said(start, end), *_reason(start)])


def _reason(start: Step) -> list[str]:
    said = []
    if start.is_suspect:
        said.append(gettext("What this rests on has changed, and nobody has confirmed it since."))
    if start.reason:
        said.append(gettext("The reason given: %(reason)s", reason=_ended(start.reason)))
    elif not start.is_own:
        said.append(gettext("Nobody has written down why."))
    return said


def _said(start: Step, end: Step) -> str:
    """One link in words; what it ends at is known from the page or the heading, and not named again."""
    match start.kind, end.kind:
        case "source", "implication":
            return gettext("For the workforce it means: “%(end)s”", end=_ended(end.title))
        case "source", "response":
            return gettext("The plan has an answer to it.")
        case "source", "priority" if start.is_own:
            return gettext("It sets this priority itself.")
        case "source", "priority":
            return gettext("It calls for this priority.")
        case "implication", "priority":
            return gettext("That calls for this priority.")
        case "response", "priority":
            return gettext("That answer calls for this priority.")
        case "response", "action":
            return gettext("That answer is carried out by this action.")
    raise ValueError(f"{start.kind} {start.ref} does not lead to {end.kind} {end.ref}")


def _ended(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."
