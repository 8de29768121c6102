"""Putting another date, owner or wording into an action, with its line of history; whoever calls knows who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import history
from kb.errors import Invalid
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from kb.models.organisation import Post
    from kb.permissions import Person

LONGEST_TITLE = 300


def set_due_date(session: Session, action: Action, to: date, *, reason: str, by: Person) -> None:
    """Another due date; the first one ever agreed stays what all are measured against."""
    check_order(action.starts_on, to)
    if to == action.due_on:
        raise Invalid("due_on", gettext("It is due on %(day)s already", day=spoken(to)))
    history.note(session, action, "due_on", action.due_on, to, reason=reason, by=by)
    action.baseline_due_on = action.baseline_due_on or action.due_on or to
    action.due_on, action.is_demonstration_dated = to, False


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


def checked_title(title: str) -> str:
    """The title in one line; Invalid where it is none, or too long."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid("title", gettext("Give a title of up to %(number)s characters", number=LONGEST_TITLE))
    return title


def check_order(starts_on: date | None, due_on: date | None) -> None:
    """Raise Invalid for a due date before the start."""
    if starts_on is not None and due_on is not None and due_on < starts_on:
        raise Invalid("due_on", gettext("The due date is before the start, %(day)s", day=spoken(starts_on)))
