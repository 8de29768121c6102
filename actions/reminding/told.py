"""What a mail tells about one thing: which page answers it, what is due, and what was said last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date

from actions.models import Confidence
from actions.reminder_models import ReminderKind
from actions.reminding.stages import ORDER, Stage
from kb.mailing.unsubscribing import Subject
from kb.words import LOCALE, gettext, ngettext, relative, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONFIDENCE_WORDS = {
    Confidence.ON_TRACK: gettext("on track"),
    Confidence.AT_RISK: gettext("at risk"),
    Confidence.OFF_TRACK: gettext("off track"),
}
LONGEST_IN_SUBJECT = 90
# What needs its owner's answer, and so can be answered from the mail.
ANSWERS = (ReminderKind.OVERDUE, ReminderKind.DUE_NOW, ReminderKind.DUE_SOON, ReminderKind.STALE, ReminderKind.MEETING)
SOURCES = (ReminderKind.SOURCE_REVIEW, ReminderKind.SOURCE_END)
ESCALATIONS = (ReminderKind.TO_SPONSOR, ReminderKind.TO_STEERING)
# These come by themselves; all else is in the one mail of a day.
SINGLE = (ReminderKind.ASSIGNED, *ESCALATIONS)
_DECLINABLE = {
    ReminderKind.SOURCE_REVIEW: Subject.SOURCES,
    ReminderKind.SOURCE_END: Subject.SOURCES,
    ReminderKind.TO_STEERING: Subject.STEERING,
}
_PAGES = {
    ReminderKind.READING: "/indicators/{}/readings/new",
    ReminderKind.REVIEW: "/responses/{}",
    ReminderKind.SOURCE_REVIEW: "/sources/{}",
    ReminderKind.SOURCE_END: "/sources/{}",
}


@dataclass(frozen=True, slots=True)
class Due:
    """One record that somebody is told about, and why.

    `post` is the post for which the reader answers, or whose action it is that escalates (see `owner`); empty for the
    members of a steering group. `due_on` is the day that counts: the due date of an action, the review date of a
    response or a source, the end of a source, the day by which a reading should stand. Confidence, what was last said
    and the silence belong to actions. `owner`, `working_days_late` and `last_said` are there for escalations alone,
    `plan` for whatever belongs to one. `meets_on` is the day of the meeting before which an answer is asked for, and
    `answer_by` when the answers for it close.
    """

    record_id: int
    record_kind: str
    ref: str
    title: str
    due_on: date | None
    stage: Stage
    post: str
    is_deputy: bool
    confidence: str | None = None
    last_said_on: date | None = None
    silent_since: date | None = None
    plan: str = ""
    owner: str = ""
    working_days_late: int = 0
    last_said: str = ""
    meets_on: date | None = None
    answer_by: date | None = None

    @property
    def order(self) -> tuple[int, date, str]:
        """Worst first: overdue longest, then what is due soonest, then what nothing was said about."""
        return ORDER.index(self.stage.kind), self.due_on or date.max, self.ref


@dataclass(frozen=True, slots=True)
class Coming:
    """One action that will be due, and asks for nothing yet."""

    ref: str
    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Item:
    """One thing as the mail shows it; `late` is the part that stands out, `notes` are lines in grey."""

    title: str
    url: str
    button: str
    due: str
    late: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Things of one sort under one heading, and how many more of them there are."""

    heading: str
    items: Sequence[Item]
    more: int = 0


@dataclass(frozen=True, slots=True)
class NewMatches:
    """What is new for one saved search: titles and addresses, how many more there are, and the page that has all."""

    name: str
    url: str
    shown: Sequence[tuple[str, str]]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """What made links suspect, with what they lead to: the records shown, and how many more there are."""

    why: str
    shown: Sequence[str]
    more: int


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and both parts of a mail."""

    subject: str
    text: str
    html: str


def declinable(due: Sequence[Due], *, has_news: bool = False) -> str:
    """The subject that a mail about these things is about and its reader may decline; empty where one is a duty."""
    subjects = {_DECLINABLE.get(one.stage.kind, "") for one in due} | ({Subject.SEARCHES} if has_news else set())
    return str(subjects.pop()) if len(subjects) == 1 else ""


def answerable(due: Sequence[Due]) -> list[tuple[int, date]]:
    """The actions, with their occurrences, for which a mail about these things needs links to answer with."""
    kinds = (*ANSWERS, ReminderKind.ASSIGNED)
    return [(one.record_id, one.stage.occurrence) for one in due if one.stage.kind in kinds]


def item_of(one: Due, today: date, base_url: str, addresses: Mapping[int, str]) -> Item:
    """One thing with the page that answers it, or else shows it."""
    kind = one.stage.kind
    due, late = due_words(one, today)
    if kind in _PAGES:
        words = gettext("Add the reading") if kind is ReminderKind.READING else gettext("Review")
        return Item(one.title, base_url + _PAGES[kind].format(one.ref), words, due, late, _of_plan(one))
    if kind in ESCALATIONS:
        return Item(one.title, f"{base_url}/actions/{one.ref}", gettext("See it"), due, late, _escalated(one))
    path = addresses.get(one.record_id, f"/actions/{one.ref}/update")
    return Item(one.title, base_url + path, gettext("Answer"), due, late, (last_answer(one),))


def due_words(one: Due, today: date) -> tuple[str, str]:
    """What is due and when, and the part of it that stands out."""
    kind = one.stage.kind
    if kind in (ReminderKind.READING, ReminderKind.REVIEW, *SOURCES) and one.due_on is not None:
        return _other_words(kind, one.due_on, today), ""
    if one.due_on is None:
        return (_silent(one, today) if kind is ReminderKind.STALE else gettext("No due date is set")), ""
    if kind is ReminderKind.STALE:
        silent = _days(one, today)
        return gettext("Nothing said for %(silent)s; due on %(day)s", silent=silent, day=spoken(one.due_on)), ""
    if one.due_on < today:
        return gettext("Was due on %(day)s", day=spoken(one.due_on)), days_late(one, today)
    if one.due_on == today:
        return gettext("Due today, %(day)s", day=spoken(one.due_on)), ""
    return gettext("Due on %(day)s, %(when)s", day=spoken(one.due_on), when=relative(one.due_on, today)), ""


def closing_day(meets_on: date, closes_on: date) -> str:
    """The last day for answers before a meeting, without its year where the meeting names it."""
    return format_date(closes_on, "d MMMM", locale=LOCALE) if meets_on.year == closes_on.year else spoken(closes_on)


def days_late(one: Due, today: date) -> str:
    """How long something is overdue, in the days that its reader counts by."""
    if one.working_days_late:
        return ngettext("%(num)s working day overdue", "%(num)s working days overdue", one.working_days_late)
    return ngettext("%(num)s day overdue", "%(num)s days overdue", (today - (one.due_on or today)).days)


def last_answer(one: Due) -> str:
    """What was said last, and when."""
    if one.last_said_on is None:
        return gettext("Nobody has answered about it yet.")
    if one.confidence is None:
        return gettext("Last answer on %(day)s.", day=spoken(one.last_said_on))
    said = CONFIDENCE_WORDS[Confidence(one.confidence)]
    return gettext("Last answer: “%(said)s”, on %(day)s.", said=said, day=spoken(one.last_said_on))


def shortened(title: str) -> str:
    """A title that leaves room for the rest of a subject line."""
    if len(title) <= LONGEST_IN_SUBJECT:
        return title
    return title[:LONGEST_IN_SUBJECT].rpartition(" ")[0].rstrip(",;:.") + " …"


def because(due: Sequence[Due]) -> str:
    """For which posts the mail was sent; empty where it was for none."""
    held = sorted({one.post for one in due if one.post and not one.is_deputy})
    deputised = sorted({one.post for one in due if one.post and one.is_deputy})
    reasons = []
    if held:
        reasons.append(
            ngettext("you hold the post %(posts)s", "you hold the posts %(posts)s", len(held), posts="; ".join(held))
        )
    if deputised:
        reasons.append(gettext("you are the deputy for %(posts)s", posts="; ".join(deputised)))
    return gettext("Sent because %(reasons)s.", reasons=gettext(", and ").join(reasons)) if reasons else ""


def _other_words(kind: ReminderKind, day: date, today: date) -> str:
    when = {"day": spoken(day), "when": relative(day, today)}
    if kind is ReminderKind.READING:
        words = gettext("A reading was due by %(day)s, %(when)s"), gettext("A reading is due by %(day)s, %(when)s")
    elif kind is ReminderKind.SOURCE_END:
        words = gettext("Ran until %(day)s, %(when)s"), gettext("Runs until %(day)s, %(when)s")
    else:
        words = gettext("The review was due by %(day)s, %(when)s"), gettext("To be reviewed by %(day)s, %(when)s")
    return words[day >= today] % when


def _silent(one: Due, today: date) -> str:
    return gettext("Nothing said for %(silent)s; no due date is set", silent=_days(one, today))


def _days(one: Due, today: date) -> str:
    return ngettext("%(num)s day", "%(num)s days", (today - (one.silent_since or today)).days)


def _of_plan(one: Due) -> tuple[str, ...]:
    return (one.plan,) if one.plan else ()


def _escalated(one: Due) -> tuple[str, ...]:
    owner = gettext("Owner: %(post)s.", post=one.owner) if one.owner else gettext("Nobody owns it.")
    said = gettext("They wrote: “%(text)s”", text=one.last_said) if one.last_said else ""
    return tuple(filter(None, (owner, last_answer(one), said)))
