"""How clear an action is: specific, measurable, achievable, relevant, time-bound; advice, never a hindrance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.words import gettext

if TYPE_CHECKING:
    from actions.models import Action

# An action that runs longer than this wants steps on the way.
LONG_DAYS = 183
_NUMBER = re.compile(r"\d|\b(all|every|each|none|no|one|two|three|half|twice)\b", re.IGNORECASE)
# What a title begins with that names a thing instead of a deed.
_THINGS = re.compile(
    r"(a|an|the|all|any|each|every|more|less|better|new|our|their|no|some|this|that|for|of|in|on|with|to"
    r"|\w+(?:tions?|ments?|ness|ity|ities|ance|ence|ships?|ings?|isms?))",
    re.IGNORECASE,
)
# Deeds that end as things do.
_DEEDS = frozenset(
    (
        *("advance", "balance", "bring", "commission", "complement", "document", "enhance", "evidence", "experiment"),
        *("finance", "harness", "implement", "influence", "mention", "position", "question", "reference"),
        *("supplement", "witness"),
    )
)


@dataclass(frozen=True, slots=True)
class Missing:
    """One piece of advice; `field` is the field of the action's form that answers it, or priority or milestones."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """One of the five questions, with what is missing for it to be answered."""

    name: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """The five questions; none for an action that is closed, since nobody changes it any more."""

    parts: tuple[Part, ...] = ()

    @property
    def met(self) -> int:
        return sum(not part.missing for part in self.parts)

    @property
    def unclear(self) -> list[Part]:
        """The questions that something is missing for."""
        return [part for part in self.parts if part.missing]

    @property
    def missing(self) -> list[Missing]:
        """All advice, field by field."""
        return [one for part in self.parts for one in part.missing]


def check(action: Action, *, has_ground: bool, has_indicator: bool, has_milestones: bool) -> Check:
    """What an open action lacks; `has_ground` says that a priority or a row of the mapping table leads to it."""
    if not action.is_open:
        return Check()
    return Check(
        (
            Part(gettext("specific"), _specific(action)),
            Part(gettext("measurable"), _measurable(action, has_indicator=has_indicator)),
            Part(gettext("achievable"), _achievable(action)),
            Part(gettext("relevant"), _relevant(has_ground=has_ground)),
            Part(gettext("time-bound"), _time_bound(action, has_milestones=has_milestones)),
        )
    )


def begins_with_a_deed(title: str) -> bool:
    """Whether a title says what is done; a word that may be either gets the benefit of the doubt."""
    first = re.split(r"[\s,:;]+", title.strip(), maxsplit=1)[0].casefold()
    return first in _DEEDS or not _THINGS.fullmatch(first)


def _specific(action: Action) -> tuple[Missing, ...]:
    return _those(
        (not begins_with_a_deed(action.title), "title", gettext("The title does not begin with what is done.")),
        (not action.description, "description", gettext("It has a title and no more.")),
    )


def _measurable(action: Action, *, has_indicator: bool) -> tuple[Missing, ...]:
    if has_indicator:
        return ()
    return _those(
        (not action.measure, "measure", gettext("Nothing says how anybody would know that it worked.")),
        (
            bool(action.measure) and not _NUMBER.search(action.measure),
            "measure",
            gettext("The measure of success has no number."),
        ),
    )


def _achievable(action: Action) -> tuple[Missing, ...]:
    is_supported = bool(action.resources or action.support_needed)
    return _those(
        (action.owner_id is None, "owner", gettext("Nobody owns it, so nobody is asked how it goes.")),
        (
            not is_supported,
            "resources",
            gettext("Neither resources nor support are said, not even “none”."),
        ),
    )


def _relevant(*, has_ground: bool) -> tuple[Missing, ...]:
    return _those((not has_ground, "priority", gettext("No priority or source leads to it.")))


def _time_bound(action: Action, *, has_milestones: bool) -> tuple[Missing, ...]:
    starts_on = action.starts_on or action.created_at.date()
    is_long = action.due_on is not None and (action.due_on - starts_on).days > LONG_DAYS
    return _those(
        (action.due_on is None, "due_on", gettext("It has no due date, so it can never be late.")),
        (
            action.due_on is not None and action.is_demonstration_dated,
            "due_on",
            gettext("Its dates are made up for the demonstration."),
        ),
        (
            is_long and not has_milestones,
            "milestones",
            gettext("It runs for more than half a year without a milestone."),
        ),
    )


def _those(*lacking: tuple[bool, str, str]) -> tuple[Missing, ...]:
    return tuple(Missing(field, words) for lacks, field, words in lacking if lacks)
