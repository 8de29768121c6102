"""The words of mails that stand alone: an action is new to its reader, is late enough for others, or new links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.reminder_models import ReminderKind
from actions.reminding.told import Item, Section, Words, because, days_late, due_words, item_of, shortened
from kb.mailing.mail_text import render
from kb.words import gettext, ngettext, relative, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from actions.reminding.told import Due


def compose_single(
    kind: ReminderKind,
    due: Sequence[Due],
    *,
    today: date,
    base_url: str,
    addresses: Mapping[int, str] | None = None,
    unsubscribe_url: str = "",
) -> Words:
    """A mail of its own about these actions: that they are new to the reader, or late enough to be told higher up."""
    due = sorted(due, key=lambda one: one.order)
    subject, lede, why = {
        ReminderKind.ASSIGNED: _assigned,
        ReminderKind.TO_SPONSOR: _to_sponsor,
        ReminderKind.TO_STEERING: _to_steering,
    }[kind](due, today)
    addresses = addresses or {}
    foot = [why]
    if addresses:
        foot.append(for_you_alone(len(due)))
    own = kind is ReminderKind.ASSIGNED
    page = (f"{base_url}/my-actions", gettext("See all your actions"))
    steering = (f"{base_url}/steering", gettext("See the steering page"))
    text, html = render(
        "reminder",
        subject=subject,
        preview=". ".join(filter(None, due_words(due[0], today))) + ".",
        lede=lede,
        sections=[Section("", [item_of(one, today, base_url, addresses) for one in due])],
        news=[],
        coming=[],
        all_url=(page if own else steering)[0],
        all_words=(page if own else steering)[1],
        foot=list(filter(None, foot)),
        unsubscribe_url=unsubscribe_url,
    )
    return Words(subject, text, html)


def compose_links(actions: Sequence[tuple[str, date | None, str]], *, today: date, base_url: str) -> Words:
    """The mail with new links, asked for on the page of an old one: title, due date and path of each action."""
    subject = (
        gettext("Your new link: %(title)s", title=shortened(actions[0][0]))
        if len(actions) == 1
        else ngettext("Your %(num)s new link", "Your %(num)s new links", len(actions))
    )
    items = [Item(title, base_url + path, gettext("Answer"), _due(day, today)) for title, day, path in actions]
    text, html = render(
        "reminder",
        subject=subject,
        preview=gettext("Each answer takes about a minute and needs no password."),
        lede=[gettext("Each answer takes about a minute and needs no password.")],
        sections=[Section("", items)],
        news=[],
        coming=[],
        all_url=f"{base_url}/my-actions",
        all_words=gettext("See all your actions"),
        foot=[
            for_you_alone(len(actions)),
            gettext("Sent because somebody asked for it with an earlier link, or with your mail address. "
                    "If it was not you, do nothing."),
        ],
        unsubscribe_url="",
    )  # fmt: skip
    return Words(subject, text, html)


def for_you_alone(links: int) -> str:
    """What a reader must know about buttons that need no password."""
    return ngettext(
        "The button is for you alone: please do not forward it. It works once, for 30 days, opens a form, and changes "
        "nothing until you send it.",
        "The buttons are for you alone: please do not forward them. Each works once, for 30 days, opens a form, and "
        "changes nothing until you send it.",
        links,
    )


def _assigned(due: Sequence[Due], today: date) -> tuple[str, list[str], str]:
    first = due[0]
    subject = (
        gettext("You now hold: %(title)s", title=shortened(first.title))
        if len(due) == 1
        else ngettext("You now hold %(num)s action", "You now hold %(num)s actions", len(due))
    )
    lede = [
        ngettext("This action is yours to answer for now.", "These actions are yours to answer for now.", len(due))
        + " "
        + gettext("What was said before you stands on its page, and nothing of it is asked of you again."),
        gettext(
            "You will be asked how it goes before the due date, on it, and while it is overdue, or when nothing was "
            "said for some weeks. Each answer takes about a minute."
        ),
    ]
    return subject, lede, because(due)


def _to_sponsor(due: Sequence[Due], today: date) -> tuple[str, list[str], str]:
    lede = [
        ngettext(
            "You sponsor this action. Its owner has been reminded, and it is still open.",
            "You sponsor these actions. Their owners have been reminded, and they are still open.",
            len(due),
        ),
        gettext("Nothing here needs a form: speak with the owner. You are told this once."),
    ]
    whose = gettext("and you sponsor it") if len(due) == 1 else gettext("that you sponsor")
    return _late(due, today, whose), lede, because(due)


def _to_steering(due: Sequence[Due], today: date) -> tuple[str, list[str], str]:
    lede = [
        ngettext(
            "This action has been overdue for a long time, and its owner and sponsor know.",
            "These actions have been overdue for a long time, and their owners and sponsors know.",
            len(due),
        ),
        gettext("The steering group may agree another date or another owner. You are told this once about each."),
    ]
    plans = sorted({one.plan for one in due if one.plan})
    why = gettext("Sent because you are a member of the steering group of %(plans)s.", plans="; ".join(plans))
    return _late(due, today, gettext("for the steering group")), lede, why if plans else ""


def _late(due: Sequence[Due], today: date, whose: str) -> str:
    if len(due) == 1:
        late, title = days_late(due[0], today), shortened(due[0].title)
        return gettext("%(late)s, %(whose)s: %(title)s", late=late, whose=whose, title=title)
    return ngettext("%(num)s overdue action %(whose)s", "%(num)s overdue actions %(whose)s", len(due), whose=whose)


def _due(day: date | None, today: date) -> str:
    if day is None:
        return gettext("No due date is set")
    words = gettext("Was due on %(day)s, %(when)s") if day < today else gettext("Due on %(day)s, %(when)s")
    return words % {"day": spoken(day), "when": relative(day, today)}
