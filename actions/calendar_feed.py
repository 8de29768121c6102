"""A person's dates as a calendar: due dates, milestones and reviews of their posts, with no names and no addresses.

Drafts are left out, and of milestones the day alone is told, under the title of their action.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from icalendar import Calendar, Event
from sqlalchemy import select

from actions.models import Action, Closure, Milestone
from kb.accounts.sessions import person_of
from kb.models.plan import Response
from kb.models.record import Kind, Record, Visibility
from kb.models.source import Source
from kb.records import KIND_IN_ADDRESS
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.models.user import User

MADE_BY = "-//Golden Thread//Dates of actions//EN"
ASK_AGAIN_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Day:
    """One date that a person's posts have; `name` tells it from the other dates of its record, for ever."""

    kind: str
    ref: str
    name: str
    on: date
    summary: str
    changed_at: datetime


def list_days(session: Session, user: User, *, today: date) -> list[Day]:
    """The dates of what a person's posts answer for now, in their order; what is done has none."""
    posts = list(person_of(session, user, today=today).posts)
    if not posts:
        return []
    days = [*_due(session, posts), *_milestones(session, posts), *_reviews(session, posts)]
    return sorted(days, key=lambda day: (day.on, day.ref, day.name))


def written(days: Iterable[Day], settings: Settings) -> bytes:
    """The days as an iCalendar file; the same days give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Golden Thread")
    calendar.add("refresh-interval", ASK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for day in days:
        calendar.add_component(_event(day, settings.base_url))
    return bytes(calendar.to_ical(sorted=False))


def _event(day: Day, base_url: str) -> Event:
    event = Event()
    event.add("uid", f"{day.kind}-{day.ref}-{day.name}@{urlsplit(base_url).hostname or 'localhost'}")
    event.add("dtstamp", day.changed_at.astimezone(UTC))
    event.add("last-modified", day.changed_at.astimezone(UTC))
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("summary", day.summary)
    event.add("url", f"{base_url}/{KIND_IN_ADDRESS[Kind(day.kind)]}/{quote(day.ref, safe='')}")
    event.add("transp", "TRANSPARENT")  # a date to know about, not an hour that is taken
    return event


def _due(session: Session, posts: Sequence[int]) -> Iterator[Day]:
    query = select(Action).where(_answered_by(posts), Action.due_on.is_not(None))
    for action in session.scalars(query):
        assert action.due_on is not None  # the query asked for those with one
        yield _day(action, "due", action.due_on, gettext("Due: %(title)s", title=action.title))


def _milestones(session: Session, posts: Sequence[int]) -> Iterator[Day]:
    query = (
        select(Milestone, Action)
        .join(Action, Action.id == Milestone.action_id)
        .where(_answered_by(posts), Milestone.due_on.is_not(None), Milestone.done_on.is_(None))
    )
    for milestone, action in session.execute(query):
        assert milestone.due_on is not None  # the query asked for those with one
        words = gettext("Milestone: %(title)s", title=action.title)
        yield _day(action, f"milestone-{milestone.id}", milestone.due_on, words)


def _reviews(session: Session, posts: Sequence[int]) -> Iterator[Day]:
    responses = select(Response).where(
        Response.owner_id.in_(posts), Response.review_by.is_not(None), Response.visibility == Visibility.PUBLISHED
    )
    sources = select(Source).where(
        Source.curator_id.in_(posts), Source.review_by.is_not(None), Source.visibility == Visibility.PUBLISHED
    )
    for record in (*session.scalars(responses), *session.scalars(sources)):
        assert record.review_by is not None  # the queries asked for those with one
        yield _day(record, "review", record.review_by, gettext("Review: %(title)s", title=record.title))


def _answered_by(posts: Sequence[int]) -> ColumnElement[bool]:
    open_and_out = (Action.closure == Closure.OPEN) & (Action.visibility == Visibility.PUBLISHED)
    return Action.owner_id.in_(posts) & open_and_out


def _day(record: Record, name: str, on: date, summary: str) -> Day:
    return Day(str(record.kind), record.ref, name, on, summary, record.updated_at)
