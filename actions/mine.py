"""A person's own actions: what needs their answer now, what will soon, and what waits for somebody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions import dependencies, held, in_sql, last_words, support, updates
from actions.models import Action, Closure, Confidence
from actions.reminder_models import ReminderKind
from actions.reminding import stages
from actions.reminding.told import CONFIDENCE_WORDS, closing_day
from actions.schedule import Schedule, State
from kb.models.link import Link, LinkState, LinkType
from kb.words import gettext, ngettext, relative, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from actions.held import Held, Standing
    from actions.last_words import Said, Word
    from actions.models import Update
    from kb.models.plan import Plan
    from kb.permissions import Person

LONGEST_QUOTE = 120
GROUPS = ("answer_now", "due_soon", "waiting", "later", "done")


@dataclass(frozen=True)
class Item:
    """One action with why it stands where it does; `deputy_for` names the post when it is not the person's own.

    `last_update_id` is the newest word on it, and `may_repeat` says whether that word may be said again.
    """

    action: Held
    plan: Plan
    schedule: Schedule
    why: str
    deputy_for: str = ""
    last_update_id: int | None = None
    may_repeat: bool = False


@dataclass(frozen=True)
class Mine:
    """All actions of a person's posts, in groups; `next_mail_on` is when we write if nothing is said till then.

    `answered` are the asks for support that were answered since anybody last spoke of their actions, and `paused` the
    plans of open actions about which nobody is written to.
    """

    posts: list[str]
    deputised: list[str]
    answer_now: list[Item] = field(default_factory=list)
    due_soon: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    later: list[Item] = field(default_factory=list)
    done: list[Item] = field(default_factory=list)
    next_mail_on: date | None = None
    answered: Sequence[Update] = ()
    paused: Sequence[str] = ()


def my_actions(session: Session, person: Person, today: date, *, with_dependencies: bool = True) -> Mine:
    """The actions of the posts that the person holds or deputises for; seven statements at most.

    What they wait for adds words and moves actions that ask for nothing; whoever shows only what needs an answer can
    do without.
    """
    mine = Mine(
        posts=[title for post_id, title in person.posts.items() if post_id not in person.deputises],
        deputised=[title for post_id, title in person.posts.items() if post_id in person.deputises],
    )
    if not person.posts:
        return mine
    standing = held.list_held(session, person, today)
    said = last_words.said_of(session, list(person.posts))
    late = _late(session, person, today) if with_dependencies else {}
    asked_later: list[stages.Facts] = []
    for one in standing:
        group, why = _with_others(*_place(one, said, person, today), late.get(one.action.id, []))
        post_id = one.action.owner_id
        deputy_for = person.posts[post_id] if post_id in person.deputises else ""
        last = said.newest.get(one.action.id)
        may_repeat = one.action.is_open and updates.may_stay_unchanged(one.action, today)
        item = Item(one.action, one.plan, one.schedule, why, deputy_for, last.id if last else None, may_repeat)
        getattr(mine, group).append(item)
        if group in {"due_soon", "waiting", "later"} and one.action.is_open and not one.plan.is_paused:
            asked_later.append(one.facts)
    mine.answer_now.sort(key=_urgency)
    mine.done.sort(key=lambda item: item.action.verified_on or item.action.done_on or date.min, reverse=True)
    days = [day for facts in asked_later if (day := stages.next_asked_on(facts, today)) is not None]
    answered = support.list_answered(session, person)
    paused = sorted({one.plan.title for one in standing if one.action.is_open and one.plan.is_paused})
    return Mine(**{**vars(mine), "next_mail_on": min(days, default=None), "answered": answered, "paused": paused})


def _place(one: Standing, said: Said, person: Person, today: date) -> tuple[str, str]:
    """The group that an action belongs to, and why, said to the person."""
    action, schedule = one.action, one.schedule
    if action.closure == Closure.VERIFIED:
        return "done", gettext("Verified on %(day)s.", day=spoken(action.verified_on))
    if action.closure == Closure.STOPPED:
        day = spoken(action.done_on)
        return "done", gettext("Stopped on %(day)s, by decision.", day=day) if day else gettext("Stopped, by decision.")
    if action.closure == Closure.DONE:
        return "waiting", _closed(action, person)
    # What a mail would ask about, and nothing else, is what this page asks about.
    stage = stages.stage_of(one.facts, today)
    if stage is not None:
        return "answer_now", _asked_for(action, stage, one.facts, said, person, today)
    if action.id in said.asks:
        return "waiting", _asked(said.asks[action.id], person, today)
    if schedule.state in {State.DUE_SOON, State.OVERDUE}:
        return "due_soon", _nothing_yet(action, one.facts, today)
    if schedule.state == State.NOT_STARTED:
        return "later", gettext("It starts on %(day)s. Nothing is needed from you yet.", day=spoken(action.starts_on))
    if schedule.state == State.NO_DATE:
        return "later", gettext("It has no due date. Nothing is needed from you now.")
    return "later", gettext("Nothing is needed from you now.")


def _late(session: Session, person: Person, today: date) -> dict[int, list[str]]:
    """What the person's open actions wait for in vain; only the few that wait for anything are looked at closely."""
    open_ones = select(Action.id).where(Action.owner_id.in_(list(person.posts)), in_sql.is_open()).correlate(None)
    waiting = select(Link.from_id).where(
        Link.type == LinkType.DEPENDS_ON, Link.state != LinkState.RETIRED, Link.from_id.in_(open_ones)
    )
    ids = set(session.scalars(waiting))
    return dependencies.warnings(session, ids, today, person) if ids else {}


def _with_others(group: str, why: str, late: list[str]) -> tuple[str, str]:
    """An action that waits for a late one says so; where nothing else is asked, it waits on others."""
    if not late:
        return group, why
    told = f"{late[0]}."
    return (group, f"{why} {told}") if group in {"answer_now", "waiting"} else ("waiting", told)


def _asked_for(action: Held, stage: stages.Stage, facts: stages.Facts, said: Said, person: Person, today: date) -> str:
    """Why the action needs an answer now."""
    meeting = stages.meeting_of(facts, stage)
    if meeting is not None:
        asked = gettext(
            "For the meeting on %(day)s: answer by %(closes)s.",
            day=spoken(meeting.meets_on),
            closes=closing_day(meeting.meets_on, meeting.closes_on),
        )
        return f"{asked} {_last_word(action, said, person, today)}"
    if stage.kind == ReminderKind.OVERDUE:
        return gettext("%(said)s The due date has passed.", said=_last_word(action, said, person, today))
    if stage.kind == ReminderKind.STALE:
        return _silent(action, (today - stages.silent_since(facts)).days, said, person)
    return gettext("It is due %(when)s. Say whether you will make it.", when=relative(action.due_on or today, today))


def _last_word(action: Held, said: Said, person: Person, today: date) -> str:
    if action.last_said_on is None or action.confidence is None:
        return gettext("You have not said yet how it goes.")
    words = CONFIDENCE_WORDS[Confidence(action.confidence)]
    when = relative(action.last_said_on, today)
    if said.is_by(action.id, person):
        return gettext("You said “%(words)s” %(when)s.", words=words, when=when)
    if said.is_reported(action.id):
        return gettext("“%(words)s” was written down for you %(when)s.", words=words, when=when)
    return gettext("Your post said “%(words)s” %(when)s.", words=words, when=when)


def _silent(action: Held, silent_days: int, said: Said, person: Person) -> str:
    days = ngettext("%(num)s day", "%(num)s days", silent_days)
    if action.confidence is None:
        return gettext("You have said nothing for %(days)s.", days=days)
    words = CONFIDENCE_WORDS[Confidence(action.confidence)]
    if said.is_by(action.id, person):
        return gettext("You said “%(words)s”, but nothing more for %(days)s.", words=words, days=days)
    if said.is_reported(action.id):
        return gettext("“%(words)s” was written down for you, and nothing more for %(days)s.", words=words, days=days)
    return gettext("Your post said “%(words)s”, but nothing more for %(days)s.", words=words, days=days)


def quoted(words: str) -> str:
    """The beginning of what somebody wrote, cut at a word."""
    return words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"


def _asked(ask: Word, person: Person, today: date) -> str:
    wanted = quoted(ask.support_needed)
    when = relative(ask.said_on, today)
    if ask.person_id == person.user_id:
        return gettext("You asked for “%(wanted)s” %(when)s; nobody has answered yet.", wanted=wanted, when=when)
    return gettext("Your post asked for “%(wanted)s” %(when)s; nobody has answered yet.", wanted=wanted, when=when)


def _closed(action: Held, person: Person) -> str:
    day = spoken(action.done_on)
    if action.done_by_id is not None and action.done_by_id == person.user_id:
        return gettext("You closed it on %(day)s. Someone else has to verify it.", day=day)
    return gettext("It was closed for you on %(day)s. Someone has to verify it.", day=day)


def _nothing_yet(action: Held, facts: stages.Facts, today: date) -> str:
    due_on = action.due_on or today
    ask_on = stages.asks_from(due_on, facts.policy, facts.nation)
    if action.last_said_on is not None and action.last_said_on >= ask_on:
        return gettext("You answered %(when)s. Nothing more is needed now.", when=relative(action.last_said_on, today))
    return gettext("Nothing is needed yet. We will ask you from %(day)s.", day=spoken(ask_on))


def _urgency(item: Item) -> tuple[int, int]:
    """Overdue longest first, then what is due soonest, then the longest silence."""
    days = item.schedule.days or 0
    rank = {State.OVERDUE: 0, State.DUE_SOON: 1}.get(item.schedule.state, 2)
    return rank, days if item.schedule.state == State.DUE_SOON else -days
