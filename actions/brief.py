"""What other pages show of an action: its title and its three statuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select
from sqlalchemy.orm import aliased

from actions.models import Action, action_contributor
from actions.schedule import Schedule, counted_from, schedule_of
from kb.models.link import Link, LinkState, LinkType
from kb.models.organisation import Organisation, Post
from kb.models.plan import Plan, Priority
from kb.models.record import Theme, record_theme
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session


class Dated(Protocol):
    """An action as far as its schedule goes."""

    @property
    def starts_on(self) -> date | None: ...

    @property
    def due_on(self) -> date | None: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def last_said_on(self) -> date | None: ...

    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True)
class Brief:
    """An action with its schedule worked out."""

    action: Action
    schedule: Schedule


def briefs(session: Session, ids: Iterable[int], *, person: Person, today: date) -> dict[int, Brief]:
    """These actions as far as the person may see them, in one statement."""
    query = (
        select(Action, Plan.__table__.c.stale_after_days)
        .join(Plan.__table__, Plan.__table__.c.id == Action.plan_id)
        .where(Action.id.in_(list(ids)), visible_to(person))
    )
    return {
        action.id: Brief(action, schedule_for(action, stale_after_days, today))
        for action, stale_after_days in session.execute(query)
    }


def priorities_of(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, list[str]]:
    """For each of these actions the titles of the priorities that it delivers, as far as the person may see them."""
    query = (
        select(Link.to_id, Priority.title)
        .join(Priority, Priority.id == Link.from_id)
        .where(
            Link.to_id.in_(list(ids)),
            Link.type == LinkType.DELIVERED_BY,
            Link.state != LinkState.RETIRED,
            visible_to(person),
        )
        .order_by(Priority.position, Priority.id)
    )
    titles: dict[int, list[str]] = {}
    for action_id, title in session.execute(query):
        titles.setdefault(action_id, []).append(title)
    return titles


def sponsors_of(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, tuple[str, str]]:
    """For each of these actions the titles of the post that sponsors it and of its organisation, as far as seen."""
    sponsored, body = Action.__table__.c, aliased(Organisation, flat=True)
    query = (
        select(sponsored.id, Post.title, body.title.label("organisation"))
        .join(Post, Post.id == sponsored.sponsor_id)
        .join(body, body.id == Post.organisation_id)
        .where(sponsored.id.in_(list(ids)), visible_to(person))
    )
    return {row.id: (row.title, row.organisation) for row in session.execute(query)}


def contributors_of(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, list[str]]:
    """For each of these actions the organisations that contribute to it, as far as the person may see them."""
    query = (
        select(action_contributor.c.action_id, Organisation.title)
        .join(Organisation, Organisation.id == action_contributor.c.organisation_id)
        .where(action_contributor.c.action_id.in_(list(ids)), visible_to(person))
        .order_by(Organisation.title)
    )
    titles: dict[int, list[str]] = {}
    for action_id, title in session.execute(query):
        titles.setdefault(action_id, []).append(title)
    return titles


def themes_of(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, list[str]]:
    """For each of these actions the themes that it is filed under, as far as the person may see them."""
    query = (
        select(record_theme.c.record_id, Theme.title)
        .join(Theme, Theme.id == record_theme.c.theme_id)
        .where(record_theme.c.record_id.in_(list(ids)), visible_to(person))
        .order_by(Theme.title)
    )
    titles: dict[int, list[str]] = {}
    for action_id, title in session.execute(query):
        titles.setdefault(action_id, []).append(title)
    return titles


def schedule_for(action: Dated, stale_after_days: int, today: date) -> Schedule:
    """The schedule of one action; silence counts from the day it was written down, or from a later start."""
    return schedule_of(
        starts_on=action.starts_on,
        due_on=action.due_on,
        is_open=action.is_open,
        last_said_on=action.last_said_on,
        counted_from=counted_from(action.starts_on, action.created_at.date()),
        stale_after_days=stale_after_days,
        today=today,
    )
