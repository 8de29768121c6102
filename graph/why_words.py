"""Why a record is there, in sentences that need no picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from graph.snapshot import OTHER_DRIVER, RESEARCH, STATUTE
from kb.words import gettext

if TYPE_CHECKING:
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


def told(why: Why) -> str:
    """The whole way from the source, a sentence for each link, with its reason or that nobody has given one."""
    return " ".join(_link(start, end) for start, end in pairwise(why.steps))


def _link(start: Step, end: Step) -> str:
    said = [_SAID[start.kind, end.kind](start.title, end.title)]
    if start.is_suspect:
        said.append(gettext("What this rests on has changed, and nobody has confirmed it since."))
    if start.reason:
        said.append(gettext("The reason given: %(reason)s", reason=_ended(start.reason)))
    elif (start.kind, end.kind) not in _OWN:
        said.append(gettext("Nobody has written down why."))
    return " ".join(said)


def _ended(reason: str) -> str:
    return reason if reason.rstrip().endswith((".", "!", "?")) else f"{reason.rstrip()}."


# What a source means, and how a plan answers it, needs no reason of its own.
_OWN = frozenset({("source", "implication"), ("source", "response")})
_SAID: Mapping[tuple[str, str], Callable[[str, str], str]] = {
    ("source", "implication"): lambda start, end: gettext(
        "“%(start)s” means for the workforce: “%(end)s”.", start=start, end=end
    ),
    ("source", "response"): lambda start, _: gettext("The plan has an answer to “%(start)s”.", start=start),
    ("source", "priority"): lambda start, end: gettext(
        "“%(start)s” calls for the priority “%(end)s”.", start=start, end=end
    ),
    ("implication", "priority"): lambda _, end: gettext("That calls for the priority “%(end)s”.", end=end),
    ("response", "priority"): lambda _, end: gettext("That answer calls for the priority “%(end)s”.", end=end),
    ("response", "action"): lambda _, end: gettext("That answer is carried out by the action “%(end)s”.", end=end),
    ("priority", "action"): lambda _, end: gettext("The action “%(end)s” delivers it.", end=end),
}
