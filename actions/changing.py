"""Putting another date, owner or wording into an action, with its line of history; whoever calls knows who may.

Who may move a due date outside a request is said here too, for the form and the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.requests.deciding import DUE_DATE, Dates, Matter, matter_of, may_decide
from kb import history
from kb.errors import Invalid
from kb.permissions import SYSTEM, Capability
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from kb.models.organisation import Post
    from kb.permissions import Person


@dataclass(frozen=True, slots=True)
class Agreed:
    """What hangs on the due date of an action: the first one agreed, what its owner expects, whether it was made up."""

    baseline_due_on: date | None
    forecast_on: date | None
    is_demonstration_dated: bool

    @classmethod
    def of(cls, action: Action) -> Agreed:
        """As they stand."""
        return cls(action.baseline_due_on, action.forecast_on, action.is_demonstration_dated)

    def put_into(self, action: Action) -> None:
        """Let them stand again."""
        action.baseline_due_on, action.forecast_on = self.baseline_due_on, self.forecast_on
        action.is_demonstration_dated = self.is_demonstration_dated


def set_due_date(session: Session, action: Action, to: date, *, reason: str, by: Person) -> None:
    """Another due date; the first one ever agreed stays what all are measured against."""
    check_new_due_date(action, to)
    history.note(session, action, "due_on", action.due_on, to, reason=reason, by=by)
    before, action.due_on = action.due_on, to
    settle_due_date(action, before)


def settle_due_date(action: Action, before: date | None) -> None:
    """Bring what hangs on the due date in line with another one; the first one ever agreed stays."""
    # A date that was made up was never agreed, and one that somebody sets is made up no more.
    was_agreed = None if action.is_demonstration_dated else action.baseline_due_on or before
    action.baseline_due_on = was_agreed or action.due_on
    action.is_demonstration_dated = False
    # An owner who expected to be later than the date was asked for this: it says what they expect, or better.
    if action.forecast_on is not None and action.due_on is not None and action.due_on >= action.forecast_on:
        action.forecast_on = None


def require_moving(action: Action, to: date | None, *, by: Person, today: date) -> None:
    """Raise Invalid where this person may not give the action this due date without asking."""
    if refusal := why_not_move(action, by, today):
        raise Invalid("due_on", refusal)
    if to is not None and by is not SYSTEM:
        check_not_past("due_on", to, today)


def why_not_move(action: Action, by: Person, today: date) -> str:
    """Why this person has to ask for another due date, as a sentence; nothing where they may set it.

    What would be decided by others as a request is not done by a form. A first date is nobody's but a lead's.
    """
    if action.is_demonstration_dated or (action.due_on is None and action.baseline_due_on is None):
        return ""
    if action.owner_id is not None and action.owner_id in by.posts:
        return gettext(
            "Your post owns this action, and nobody approves their own proposal. Ask for the change instead."
        )
    matter = matter_of(DUE_DATE, Dates(action.is_open, action.due_on, action.baseline_due_on), today)
    decides_late = by.may(Capability.DECIDE_LATE_CHANGE, plan_id=action.plan_id)
    if may_decide(matter, is_proposer=False, decides=True, decides_late=decides_late):
        return ""
    if matter == Matter.OVERDUE:
        return gettext("This action is overdue: only the steering group moves its date. Ask for the change instead.")
    return gettext(
        "Its date has been moved before: only the steering group moves it again. Ask for the change instead."
    )


def set_owner(session: Session, action: Action, to: Post, *, reason: str, by: Person) -> None:
    """Another post that answers for the action; its owner must have been loaded."""
    before = action.owner.title if action.owner else None
    history.note(session, action, "owner", before, to.title, reason=reason, by=by)
    action.owner = to


def set_wording(session: Session, action: Action, title: str, description: str, *, reason: str, by: Person) -> None:
    """Other words for what will be done."""
    with session.no_autoflush:
        action.title, action.description = title, description
        history.note_changes(session, action, by=by, reason=reason)


def check_not_past(field: str, day: date, today: date) -> None:
    """Raise Invalid about the field for a day that has passed."""
    if day < today:
        raise Invalid(field, gettext("%(day)s has passed; give a date from today on", day=spoken(day)))


def check_new_due_date(action: Action, day: date) -> None:
    """Raise Invalid where the action cannot be due on the day, or is so already."""
    check_order(action.starts_on, day)
    if day == action.due_on:
        raise Invalid("due_on", gettext("It is due on %(day)s already", day=spoken(day)))


def check_order(starts_on: date | None, due_on: date | None) -> None:
    """Raise Invalid for a due date before the start."""
    if starts_on is not None and due_on is not None and due_on < starts_on:
        raise Invalid("due_on", gettext("The due date is before the start, %(day)s", day=spoken(starts_on)))
