"""What meetings, their stages and their cover sheets are called."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from actions.review_models import AssuranceLevel, Purpose
from actions.reviews.cycle import Stage
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date, datetime

    from actions.reviews.cycle import Cycle


def purposes() -> dict[Purpose, str]:
    """What a group may be asked to do with a paper."""
    return {
        Purpose.APPROVE: gettext("Approve"),
        Purpose.DISCUSS: gettext("Discuss"),
        Purpose.ASSURE: gettext("Take assurance"),
        Purpose.NOTE: gettext("Note"),
    }


def levels() -> dict[AssuranceLevel, str]:
    """How much assurance a paper gives."""
    return {
        AssuranceLevel.SUBSTANTIAL: gettext("Substantial"),
        AssuranceLevel.REASONABLE: gettext("Reasonable"),
        AssuranceLevel.LIMITED: gettext("Limited"),
        AssuranceLevel.NONE: gettext("None"),
    }


def series() -> dict[str, str]:
    """How often the meetings of a series are; the keys are those of `service.MONTHS_BETWEEN`."""
    return {
        "": gettext("One meeting"),
        "monthly": gettext("Every month"),
        "two-monthly": gettext("Every two months"),
        "quarterly": gettext("Every three months"),
    }


def freezes_on(cycle: Cycle) -> date:
    """The day on which the service freezes a pack that nobody has frozen: the first after the answers closed."""
    return cycle.closes_on + timedelta(days=1)


def days(cycle: Cycle, frozen_at: datetime | None) -> list[tuple[str, date]]:
    """The days of a cycle in their order, with what happens on each.

    A pack may be frozen before its day: then nobody is reminded any more, and there is nothing left to close.
    """
    frozen_on = frozen_at.date() if frozen_at else freezes_on(cycle)
    asking = [
        (gettext("Owners asked"), cycle.asks_on),
        *((gettext("The silent reminded"), day) for day in cycle.reminds_on),
        (gettext("Answers close"), cycle.closes_on),
    ]
    found = [one for one in asking if one[1] <= frozen_on]
    rest = [(gettext("Pack frozen"), frozen_on), (gettext("Meeting"), cycle.meets_on)]
    return [*found, *sorted(rest, key=lambda one: one[1])]


def stage(of: Stage, cycle: Cycle) -> str:
    """Where a cycle stands, with the day that comes next."""
    match of:
        case Stage.AHEAD:
            return gettext("Owners are asked on %(day)s", day=spoken(cycle.asks_on))
        case Stage.ASKING:
            return gettext("Owners are asked; answers close on %(day)s", day=spoken(cycle.closes_on))
        case Stage.CLOSED_FOR_ANSWERS:
            return gettext("Answers are closed; the pack is not frozen yet")
        case Stage.FROZEN:
            return gettext("The pack is frozen; the meeting is not closed yet")
        case _:
            return gettext("Closed: its record is final")
