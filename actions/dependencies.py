"""What actions wait for: which of it comes too late, and in what words those that wait are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from actions.models import Action, Closure
from kb.models.link import Link, LinkState, LinkType
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy.orm import Session


_IS_DEPENDENCY = (Link.type == LinkType.DEPENDS_ON, Link.state != LinkState.RETIRED)


class Late(NamedTuple):
    """By how many days one action is too late for another, as those who wait are told and as those waited for are."""

    days: int
    how: str  # the end of a sentence: which is 12 days late
    how_there: str


@dataclass(frozen=True, slots=True)
class Delay:
    """An action that comes too late for an open one that waits for it, or was stopped and never comes."""

    waiting_id: int
    needed_id: int
    title: str
    days: int
    how: str
    how_there: str

    @property
    def words(self) -> str:
        """What the owner of the waiting action is told."""
        return gettext("Waits for “%(title)s”, %(how)s", title=self.title, how=self.how)


@dataclass(frozen=True, slots=True)
class Awaited:
    """Another action that one waits for; `late` says by how much it comes too late, or nothing."""

    action: Action
    late: str


def warnings(session: Session, action_ids: Collection[int], today: date, person: Person) -> dict[int, list[str]]:
    """What is too late for each of these actions, the worst first; one statement, and nothing of drafts unseen."""
    found: dict[int, list[str]] = {}
    wanted = set(action_ids)
    for delay in delays(session, wanted, today, person):
        if delay.waiting_id in wanted:
            found.setdefault(delay.waiting_id, []).append(delay.words)
    return found


def delays(session: Session, action_ids: Collection[int], today: date, person: Person) -> list[Delay]:
    """Every delay in which one of these actions waits or is waited for, the worst first; one statement."""
    ids = list(action_ids)
    if not ids:
        return []
    one, other = aliased(Action, flat=True), aliased(Action, flat=True)
    query = (
        select(one, other)
        .join(Link, Link.from_id == one.id)
        .join(other, other.id == Link.to_id)
        .where(
            *_IS_DEPENDENCY,
            or_(Link.from_id.in_(ids), Link.to_id.in_(ids)),
            visible_to(person, one),
            visible_to(person, other),
        )
    )
    reads_updates = person.may(Capability.READ_UPDATES)
    found = []
    for waiting, needed in session.execute(query):
        late = lateness(waiting, needed, today, with_forecast=reads_updates)
        if late is not None:
            found.append(Delay(waiting.id, needed.id, needed.title, *late))
    return sorted(found, key=lambda delay: (-delay.days, delay.title))


def awaited(session: Session, waiting: Collection[Action], today: date, person: Person) -> dict[int, list[Awaited]]:
    """What each of these actions waits for, late or not, as far as the person may see it; one statement."""
    by_id = {action.id: action for action in waiting}
    if not by_id:
        return {}
    query = (
        select(Link.from_id, Action)
        .join(Action, Action.id == Link.to_id)
        .where(Link.from_id.in_(list(by_id)), *_IS_DEPENDENCY, visible_to(person))
        .order_by(Action.due_on, Action.id)
    )
    reads_updates = person.may(Capability.READ_UPDATES)
    found: dict[int, list[Awaited]] = {}
    for waiting_id, needed in session.execute(query):
        late = lateness(by_id[waiting_id], needed, today, with_forecast=reads_updates)
        found.setdefault(waiting_id, []).append(Awaited(needed, late.how if late else ""))
    return found


def lateness(waiting: Action, needed: Action, today: date, *, with_forecast: bool) -> Late | None:
    """By how many days the one is too late for the other, and how that is said; None while it is not.

    What was stopped never comes, so whoever waits for it must look for something else. Overdue comes first, since it
    is a fact; the rest is what the dates promise. What has started did not wait to start. A forecast is an owner's
    word, which not everybody may read.
    """
    if not waiting.is_open:
        return None
    if needed.closure == Closure.STOPPED and needed.done_on is not None:
        how = gettext("which was stopped on %(day)s", day=spoken(needed.done_on))
        return Late((today - needed.done_on).days, how, how)
    if not needed.is_open:
        return None
    if needed.due_on is not None and needed.due_on < today:
        days = (today - needed.due_on).days
        how = ngettext("which is %(num)s day late", "which is %(num)s days late", days)
        return Late(days, how, how)
    expected = (needed.forecast_on if with_forecast else None) or needed.due_on
    if expected is None:
        return None
    after_due = (expected - waiting.due_on).days if waiting.due_on else 0
    after_start = (expected - waiting.starts_on).days if waiting.starts_on and waiting.starts_on > today else 0
    if after_due > 0:
        days = after_due
        here = ngettext("%(num)s day after this one is due", "%(num)s days after this one is due", days)
        there = ngettext("%(num)s day after that one is due", "%(num)s days after that one is due", days)
    elif after_start > 0:
        days = after_start
        here = ngettext("%(num)s day after this one starts", "%(num)s days after this one starts", days)
        there = ngettext("%(num)s day after that one starts", "%(num)s days after that one starts", days)
    else:
        return None
    said = [
        gettext("which is expected on %(day)s, %(after)s", day=spoken(expected), after=one) for one in (here, there)
    ]
    return Late(days, *said)
