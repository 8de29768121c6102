"""Asks for support, their answers, and how the answers come back to whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from actions import in_sql, updates
from actions.models import Action, Update
from kb import history
from kb.db import LARGEST_KEY
from kb.errors import Conflict, Invalid, NotFound
from kb.models.history import Change
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def answer_support(session: Session, update_id: int, answer: str, *, by: Person, today: date) -> Update:
    """Answer an ask for support; what was answered already is not written over."""
    update = get_ask(session, update_id, by)
    by.require(Capability.ANSWER_SUPPORT, plan_id=update.action.plan_id)
    # Of two who answer at once the second waits here, and is told.
    session.refresh(update, ("support_answer",), with_for_update=True)
    if update.support_answer:
        raise Conflict(gettext("This was answered while you were writing."), theirs={"answer": update.support_answer})
    if not answer.strip():
        raise Invalid("answer", gettext("Say what support there will be, or why there is none"))
    update.support_answer = answer.strip()
    update.support_answered_on, update.support_answered_by_id = today, by.user_id
    history.note(session, update.action, "support", None, "answered", by=by)
    return update


def get_ask(session: Session, update_id: int, person: Person) -> Update:
    """The update that asks for support, with its action, post and sender, or NotFound."""
    person.require(Capability.READ_UPDATES)
    query = updates.with_action(person, None).where(Update.id == update_id, Update.support_needed != "")
    query = query.options(*updates.WITH_PEOPLE)
    update = session.scalars(query).one_or_none() if 0 < update_id <= LARGEST_KEY else None
    if update is None:
        raise NotFound("ask for support", str(update_id))
    return update


def list_by_ids(session: Session, ids: Collection[int], person: Person) -> dict[int, Update]:
    """These asks with their actions, answered or not, as far as the person may see them."""
    query = updates.with_action(person, None).where(Update.id.in_(ids))
    return {update.id: update for update in session.scalars(query)} if ids else {}


def is_news() -> ColumnElement[bool]:
    """Of updates: whether the ask was answered, and nothing was said on the action since."""
    later, newest = aliased(Update), aliased(Update)
    is_last_word = ~select(later.id).where(later.action_id == Update.action_id, later.id > Update.id).exists()
    last_word_at = select(func.max(newest.at)).where(newest.action_id == Update.action_id).scalar_subquery()
    answered_later = select(Change.id).where(
        Change.record_id == Update.action_id, Change.field == "support", Change.at > last_word_at
    )
    return and_(
        Update.support_needed != "", Update.support_answered_on.is_not(None), or_(is_last_word, answered_later.exists())
    )


def list_answered(session: Session, person: Person) -> Sequence[Update]:
    """The answers to what the posts of this person asked for, until somebody says more; the newest first."""
    if not person.posts:
        return ()
    query = updates.with_action(person, None).where(
        in_sql.is_open(), Action.owner_id.in_(list(person.posts)), is_news()
    )
    query = query.options(joinedload(Update.support_answered_by))
    return session.scalars(query.order_by(Update.support_answered_on.desc(), Update.id.desc())).all()


def answer_on(session: Session, action: Action) -> Update | None:
    """The answer to an ask on this action, until somebody says more."""
    query = select(Update).where(Update.action_id == action.id, is_news()).options(*updates.WITH_PEOPLE)
    return session.scalars(query.order_by(Update.support_answered_on.desc(), Update.id.desc()).limit(1)).one_or_none()


def asks_and_latest(
    session: Session, person: Person, plan_id: int | None, limit: int
) -> tuple[Sequence[Update], Sequence[Update]]:
    """The asks on open actions that nobody has answered, the oldest first, and the newest updates; one statement.

    Both come with action, sender and post, of one plan or of all that the person may see.
    """
    if not person.may(Capability.READ_UPDATES):
        return (), ()
    newest = select(Update.id).join(Update.action).where(visible_to(person))
    newest = newest if plan_id is None else newest.where(Action.plan_id == plan_id)
    newest = newest.order_by(*updates.NEWEST_FIRST).limit(limit)
    is_ask = and_(in_sql.is_open(), in_sql.is_open_ask())
    query = updates.with_action(person, plan_id).where(or_(is_ask, Update.id.in_(newest.correlate(None))))
    found = session.scalars(query.options(*updates.WITH_PEOPLE).order_by(*updates.NEWEST_FIRST)).all()
    asks = [update for update in reversed(found) if update.is_open_ask and update.action.is_open]
    return asks, found[:limit]
