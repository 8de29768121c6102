"""The steps on the way to an action's end: a lead sets them, its owner says when they are reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import service
from actions.closing import require_unsettled
from actions.models import Milestone
from kb import history
from kb.editing import LONGEST_TITLE, checked_title
from kb.errors import Invalid, NotFound
from kb.permissions import Capability
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from kb.permissions import Person

FIELD = "milestone"


def add(session: Session, ref: str, *, title: str, due_on: date | None, by: Person) -> Milestone:
    """Add a step on the way to the action's end."""
    action = _editable(session, ref, by)
    title = _checked(action, title, due_on)
    milestone = Milestone(action_id=action.id, title=title, due_on=due_on)
    action.milestones.append(milestone)
    history.note(session, action, FIELD, None, as_told(milestone), by=by)
    session.flush()
    return milestone


def edit(
    session: Session,
    ref: str,
    milestone_id: int,
    *,
    title: str,
    due_on: date | None,
    reason: str = "",
    was: str | None = None,
    by: Person,
) -> Milestone:
    """Say otherwise what is reached and by when; another date needs a reason, as that of the action does.

    `was` is the milestone `as_told` when the person began to write: Invalid tells them where it has changed since.
    """
    action = _editable(session, ref, by)
    milestone = of_action(action, milestone_id)
    if was is not None and was != as_told(milestone):
        raise Invalid(
            "title",
            gettext(
                "Somebody changed it meanwhile: it is now “%(words)s”. Save again to put yours in its place",
                words=as_told(milestone),
            ),
        )
    title = _checked(action, title, due_on)
    if milestone.due_on is not None and due_on != milestone.due_on and not reason.strip():
        raise Invalid("reason", gettext("Say why its date changes"))
    before = as_told(milestone)
    milestone.title, milestone.due_on = title, due_on
    if as_told(milestone) != before:
        history.note(session, action, FIELD, before, as_told(milestone), reason=reason.strip(), by=by)
    session.flush()
    return milestone


def remove(session: Session, ref: str, milestone_id: int, *, reason: str = "", by: Person) -> None:
    """Take a step away; what it was stays in the history."""
    action = _editable(session, ref, by)
    milestone = of_action(action, milestone_id)
    history.note(session, action, FIELD, as_told(milestone), None, reason=reason.strip(), by=by)
    action.milestones.remove(milestone)
    session.flush()


def finish(session: Session, ref: str, milestone_id: int, *, done_on: date, by: Person, today: date) -> Milestone:
    """Say on which day a milestone was reached; one that was reached already keeps its day."""
    action, milestone = _answerable(session, ref, milestone_id, by)
    if done_on > today:
        raise Invalid("done_on", gettext("%(day)s is still to come", day=spoken(done_on)))
    if milestone.done_on is None:
        _change_done(session, action, milestone, done_on, by)
    return milestone


def open_again(session: Session, ref: str, milestone_id: int, *, by: Person) -> Milestone:
    """Say that a milestone is not reached after all."""
    action, milestone = _answerable(session, ref, milestone_id, by)
    if milestone.done_on is not None:
        _change_done(session, action, milestone, None, by)
    return milestone


def of_action(action: Action, milestone_id: int) -> Milestone:
    """One of an action's milestones, or NotFound."""
    milestone = next((one for one in action.milestones if one.id == milestone_id), None)
    if milestone is None:
        raise NotFound("milestone", str(milestone_id))
    return milestone


def _change_done(session: Session, action: Action, milestone: Milestone, done_on: date | None, by: Person) -> None:
    before = as_told(milestone)
    milestone.done_on = done_on
    history.note(session, action, FIELD, before, as_told(milestone), by=by)
    session.flush()


def _editable(session: Session, ref: str, by: Person) -> Action:
    action = service.get(session, ref, by)
    by.require(Capability.EDIT_PLAN, plan_id=action.plan_id)
    require_unsettled(action)
    return action


def _answerable(session: Session, ref: str, milestone_id: int, by: Person) -> tuple[Action, Milestone]:
    action = service.get(session, ref, by)
    by.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    require_unsettled(action)
    return action, of_action(action, milestone_id)


def _checked(action: Action, title: str, due_on: date | None) -> str:
    """The title in one line; Invalid where it is wrong, or the date is."""
    wrong = gettext("Say what is reached at this milestone, in up to %(number)s characters", number=LONGEST_TITLE)
    title = checked_title(title, wrong)
    if due_on is not None and action.starts_on is not None and due_on < action.starts_on:
        raise Invalid("due_on", gettext("It is before the action starts, on %(day)s", day=spoken(action.starts_on)))
    return title


def as_told(milestone: Milestone) -> str:
    """A milestone in words, as the history tells it."""
    if milestone.done_on:
        return gettext("%(title)s (reached on %(day)s)", title=milestone.title, day=spoken(milestone.done_on))
    if milestone.due_on:
        return gettext("%(title)s (due %(day)s)", title=milestone.title, day=spoken(milestone.due_on))
    return milestone.title
