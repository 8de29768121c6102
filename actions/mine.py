"""A person's own actions: what needs their answer now, what will soon, and what waits for somebody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from actions import in_sql, service
from actions.models import Action, Closure, Confidence, Update
from actions.reminder_models import ReminderKind
from actions.reminding import stages
from actions.reminding.digest import CONFIDENCE_WORDS
from actions.schedule import Schedule, State, counted_from, is_working_day
from kb.words import gettext, ngettext, relative, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from actions.service import Listed
    from kb.models.plan import Plan
    from kb.permissions import Person

LONGEST_QUOTE = 120


@dataclass(frozen=True)
class Item:
    """One action with why it stands where it does; `deputy_for` names the post when it is not the person's own."""

    action: Action
    plan: Plan
    schedule: Schedule
    why: str
    deputy_for: str = ""


@dataclass(frozen=True)
class Mine:
    """All actions of a person's posts, in groups; `next_mail_on` is when we write if nothing is said till then."""

    posts: list[str]
    deputised: list[str]
    answer_now: list[Item] = field(default_factory=list)
    due_soon: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    later: list[Item] = field(default_factory=list)
    done: list[Item] = field(default_factory=list)
    next_mail_on: date | None = None


@dataclass(frozen=True)
class _Said:
    """What is known of an action's updates: who sent the newest, and the ask that nobody has answered."""

    by: Mapping[int, int | None]
    asks: Mapping[int, Update]


def my_actions(session: Session, person: Person, today: date) -> Mine:
    """The actions of the posts that the person holds or deputises for; two statements."""
    mine = Mine(
        posts=[title for post_id, title in person.posts.items() if post_id not in person.deputises],
        deputised=[title for post_id, title in person.posts.items() if post_id in person.deputises],
    )
    if not person.posts:
        return mine
    query = service.select_listed(person).where(Action.owner_id.in_(list(person.posts)))
    listed = service.listed(session, query.order_by(Action.due_on.is_(None), Action.due_on, Action.id), today)
    said = _said(session, [one.action.id for one in listed])
    for one in listed:
        group, why = _place(one, said, person, today)
        post_id = one.action.owner_id or 0
        deputy_for = person.posts[post_id] if post_id in person.deputises else ""
        getattr(mine, group).append(Item(one.action, one.plan, one.schedule, why, deputy_for))
    mine.answer_now.sort(key=_urgency)
    mine.done.sort(key=lambda item: item.action.verified_on or date.min, reverse=True)
    asked_later = [*mine.due_soon, *mine.waiting, *mine.later]
    days = [day for item in asked_later if (day := _next_mail_on(item, today)) is not None]
    return Mine(**{**vars(mine), "next_mail_on": min(days, default=None)})


def _said(session: Session, action_ids: list[int]) -> _Said:
    newest = select(func.max(Update.id)).where(Update.action_id.in_(action_ids)).group_by(Update.action_id)
    telling = or_(Update.id.in_(newest), in_sql.is_open_ask())
    query = select(Update).where(Update.action_id.in_(action_ids), telling).order_by(Update.id)
    found = session.scalars(query).all()
    asks = {update.action_id: update for update in found if update.is_open_ask}
    return _Said({update.action_id: update.person_id for update in found}, asks)


def _place(one: Listed, said: _Said, person: Person, today: date) -> tuple[str, str]:
    """The group that an action belongs to, and why, said to the person."""
    action, schedule = one.action, one.schedule
    if action.closure == Closure.VERIFIED:
        return "done", gettext("Verified on %(day)s.", day=spoken(action.verified_on))
    if action.closure == Closure.DONE:
        return "waiting", _closed(action, person)
    # What a mail would ask about, and nothing else, is what this page asks about.
    facts = _facts(one)
    stage = stages.stage_of(facts, today)
    if stage is not None:
        return "answer_now", _asked_for(action, stage, facts, said, person, today)
    if action.id in said.asks:
        return "waiting", _asked(said.asks[action.id], person, today)
    if schedule.state in {State.DUE_SOON, State.OVERDUE}:
        return "due_soon", _nothing_yet(action, today)
    if schedule.state == State.NOT_STARTED:
        return "later", gettext("It starts on %(day)s. Nothing is needed from you yet.", day=spoken(action.starts_on))
    if schedule.state == State.NO_DATE:
        return "later", gettext("It has no due date. Nothing is needed from you now.")
    return "later", gettext("Nothing is needed from you now.")


def _facts(one: Listed) -> stages.Facts:
    return stages.Facts(
        due_on=one.action.due_on,
        starts_on=one.action.starts_on,
        last_said_on=one.action.last_said_on,
        known_since=one.action.created_at.date(),
        stale_after_days=one.plan.stale_after_days,
        nation=one.plan.nation,
    )


def _asked_for(
    action: Action, stage: stages.Stage, facts: stages.Facts, said: _Said, person: Person, today: date
) -> str:
    """Why the action needs an answer now."""
    if stage.kind == ReminderKind.OVERDUE:
        return gettext("%(said)s The due date has passed.", said=_last_word(action, said, person, today))
    if stage.kind == ReminderKind.STALE:
        return _silent(action, (today - stages.silent_since(facts)).days, said, person)
    return gettext("It is due %(when)s. Say whether you will make it.", when=relative(action.due_on or today, today))


def _last_word(action: Action, said: _Said, person: Person, today: date) -> str:
    if action.last_said_on is None or action.confidence is None:
        return gettext("You have not said yet how it goes.")
    words = CONFIDENCE_WORDS[Confidence(action.confidence)]
    when = relative(action.last_said_on, today)
    if said.by.get(action.id) == person.user_id:
        return gettext("You said “%(words)s” %(when)s.", words=words, when=when)
    return gettext("Your post said “%(words)s” %(when)s.", words=words, when=when)


def _silent(action: Action, silent_days: int, said: _Said, person: Person) -> str:
    days = ngettext("%(num)s day", "%(num)s days", silent_days)
    if action.confidence is None:
        return gettext("You have said nothing for %(days)s.", days=days)
    words = CONFIDENCE_WORDS[Confidence(action.confidence)]
    if said.by.get(action.id) == person.user_id:
        return gettext("You said “%(words)s”, but nothing more for %(days)s.", words=words, days=days)
    return gettext("Your post said “%(words)s”, but nothing more for %(days)s.", words=words, days=days)


def _asked(ask: Update, person: Person, today: date) -> str:
    wanted = ask.support_needed
    if len(wanted) > LONGEST_QUOTE:
        wanted = wanted[:LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"
    when = relative(ask.said_on, today)
    if ask.person_id == person.user_id:
        return gettext("You asked for “%(wanted)s” %(when)s; nobody has answered yet.", wanted=wanted, when=when)
    return gettext("Your post asked for “%(wanted)s” %(when)s; nobody has answered yet.", wanted=wanted, when=when)


def _closed(action: Action, person: Person) -> str:
    day = spoken(action.done_on)
    if action.done_by_id is not None and action.done_by_id == person.user_id:
        return gettext("You closed it on %(day)s. Someone else has to verify it.", day=day)
    return gettext("It was closed for you on %(day)s. Someone has to verify it.", day=day)


def _nothing_yet(action: Action, today: date) -> str:
    due_on = action.due_on or today
    if action.last_said_on is not None and (due_on - action.last_said_on).days <= stages.SOON_DAYS:
        return gettext("You answered %(when)s. Nothing more is needed now.", when=relative(action.last_said_on, today))
    ask_on = due_on - timedelta(days=stages.SOON_DAYS)
    return gettext("Nothing is needed yet. We will ask you from %(day)s.", day=spoken(ask_on))


def _urgency(item: Item) -> tuple[int, int]:
    """Overdue longest first, then what is due soonest, then the longest silence."""
    days = item.schedule.days or 0
    rank = {State.OVERDUE: 0, State.DUE_SOON: 1}.get(item.schedule.state, 2)
    return rank, days if item.schedule.state == State.DUE_SOON else -days


def _next_mail_on(item: Item, today: date) -> date | None:
    """The first working day on which this action will call for a mail, if nothing is said before."""
    action = item.action
    if not action.is_open:
        return None
    since = action.last_said_on or counted_from(action.starts_on, action.created_at.date())
    days = [since + timedelta(days=item.plan.stale_after_days + 1)]
    if action.due_on is not None:
        days += [action.due_on - timedelta(days=stages.SOON_DAYS), action.due_on, action.due_on + timedelta(days=1)]
        if action.due_on < today:
            days.append(since + timedelta(days=stages.OVERDUE_EVERY_DAYS))
    day = min((day for day in days if day > today), default=None)
    while day is not None and not is_working_day(day, item.plan.nation):
        day += timedelta(days=1)
    return day
