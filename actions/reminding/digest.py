"""The words of a reminder: one mail that says how many actions need an answer, by when, and why each is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date

from actions.models import Confidence
from actions.reminder_models import ReminderKind
from actions.reminding.stages import ORDER, Stage
from kb.mailing.mail_text import render
from kb.words import LOCALE, gettext, ngettext, relative, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5
CONFIDENCE_WORDS = {
    Confidence.ON_TRACK: gettext("on track"),
    Confidence.AT_RISK: gettext("at risk"),
    Confidence.OFF_TRACK: gettext("off track"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """One action that needs its owner's answer; `post` is the post for which the reader answers."""

    action_id: int
    ref: str
    title: str
    due_on: date | None
    last_said_on: date | None
    silent_since: date
    confidence: str | None
    stage: Stage
    post: str
    is_deputy: bool

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
    """One action as the mail shows it; `late` is the part that stands out."""

    title: str
    url: str
    due: str
    late: str
    last_answer: str


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and both parts of a mail."""

    subject: str
    text: str
    html: str


def subject_for(due: Sequence[Due], answer_by: date) -> str:
    """How many actions need an answer, and by when: the subject, and the first line of the mail."""
    return ngettext(
        "%(num)s of your actions needs an answer by %(day)s",
        "%(num)s of your actions need an answer by %(day)s",
        len(due),
        day=format_date(answer_by, "EEEE d MMMM", locale=LOCALE),
    )


def compose(due: Sequence[Due], coming: Sequence[Coming], *, today: date, answer_by: date, base_url: str) -> Words:
    """The mail about these actions; they need not be in order."""
    due = sorted(due, key=lambda one: one.order)
    items = [_item(one, today, base_url) for one in due[:SHOWN]]
    subject = subject_for(due, answer_by)
    text, html = render(
        "reminder",
        subject=subject,
        preview=_preview(due, today),
        items=items,
        more=len(due) - len(items),
        coming=[gettext("%(title)s: due %(day)s", title=one.title, day=spoken(one.due_on)) for one in coming],
        all_url=f"{base_url}/my-actions",
        because=_because(due),
    )
    return Words(subject, text, html)


def _item(one: Due, today: date, base_url: str) -> Item:
    due, late = _due_words(one, today)
    return Item(one.title, f"{base_url}/actions/{one.ref}/update", due, late, _last_answer(one))


def _due_words(one: Due, today: date) -> tuple[str, str]:
    if one.stage.kind is ReminderKind.STALE or one.due_on is None:
        silent = ngettext("%(num)s day", "%(num)s days", (today - one.silent_since).days)
        if one.due_on is None:
            return gettext("Nothing said for %(silent)s; no due date is set", silent=silent), ""
        return gettext("Nothing said for %(silent)s; due on %(day)s", silent=silent, day=spoken(one.due_on)), ""
    if one.due_on < today:
        return gettext("Was due on %(day)s", day=spoken(one.due_on)), _days_overdue(one.due_on, today)
    if one.due_on == today:
        return gettext("Due today, %(day)s", day=spoken(one.due_on)), ""
    return gettext("Due on %(day)s, %(when)s", day=spoken(one.due_on), when=relative(one.due_on, today)), ""


def _days_overdue(due_on: date, today: date) -> str:
    return ngettext("%(num)s day overdue", "%(num)s days overdue", (today - due_on).days)


def _last_answer(one: Due) -> str:
    if one.last_said_on is None:
        return gettext("Nobody has answered about it yet.")
    if one.confidence is None:
        return gettext("Last answer on %(day)s.", day=spoken(one.last_said_on))
    said = CONFIDENCE_WORDS[Confidence(one.confidence)]
    return gettext("Last answer: “%(said)s”, on %(day)s.", said=said, day=spoken(one.last_said_on))


def _preview(due: Sequence[Due], today: date) -> str:
    """The line that mail programs show beside the subject."""
    minute = gettext("Each answer takes about a minute.")
    worst = due[0]
    if worst.stage.kind is ReminderKind.OVERDUE and worst.due_on is not None:
        return gettext("One is %(late)s. %(minute)s", late=_days_overdue(worst.due_on, today), minute=minute)
    return minute


def _because(due: Sequence[Due]) -> str:
    """For which posts the mail was sent."""
    held = sorted({one.post for one in due if not one.is_deputy})
    deputised = sorted({one.post for one in due if one.is_deputy})
    reasons = []
    if held:
        reasons.append(
            ngettext("you hold the post %(posts)s", "you hold the posts %(posts)s", len(held), posts="; ".join(held))
        )
    if deputised:
        reasons.append(gettext("you are the deputy for %(posts)s", posts="; ".join(deputised)))
    return gettext("Sent because %(reasons)s.", reasons=gettext(", and ").join(reasons))
