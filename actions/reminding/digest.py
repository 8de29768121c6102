"""The words of the one mail of a day: what needs an answer and by when, and what else waits for its reader."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date

from actions.reminder_models import ReminderKind
from actions.reminding.single import for_you_alone
from actions.reminding.told import (
    ANSWERS,
    SOURCES,
    Changed,
    Coming,
    Due,
    NewMatches,
    Section,
    Words,
    because,
    closing_day,
    days_late,
    item_of,
)
from kb.mailing.mail_text import render
from kb.words import LOCALE, gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from actions.reminding.news import News

# Of each sort: a longer mail is put off, and the page of all one's actions has the rest.
SHOWN = 5
# Where links are confirmed; a mail that tells of them leads there.
CONFIRM_AT = "/suspect-links?mine=1"


def subject_for(due: Sequence[Due], answer_by: date, news: Sequence[News] = (), to_confirm: int = 0) -> str:
    """What waits, and by when: the subject, and the first line of the mail.

    Links to confirm are named last, news only where there is nothing else at all.
    """
    if not due and to_confirm:
        return gettext("For you to do: %(what)s", what=_links(to_confirm))
    if not due:
        number = sum(len(one.shown) for one in news)
        return ngettext(
            "%(num)s new match for your saved searches", "%(num)s new matches for your saved searches", number
        )
    answers = [one for one in due if one.stage.kind in ANSWERS]
    if answers:
        asked = _asked(answers, answer_by)
        return f"{asked}; {_links(to_confirm)}" if to_confirm else asked
    parts = [*_others(due), *([_links(to_confirm)] if to_confirm else [])]
    if len(parts) == 1:
        return gettext("For you to do: %(what)s", what=parts[0])
    return gettext("For you to do: %(what)s and %(last)s", what=", ".join(parts[:-1]), last=parts[-1])


def compose(
    due: Sequence[Due],
    coming: Sequence[Coming],
    news: Sequence[News] = (),
    *,
    today: date,
    answer_by: date,
    base_url: str,
    addresses: Mapping[int, str] | None = None,
    unsubscribe_url: str = "",
    to_confirm: int = 0,
    changed: Sequence[Changed] = (),
) -> Words:
    """The one mail of a day about these things; they need not be in order.

    `to_confirm` is how many suspect links what the reader owns hangs on, `changed` what made them so.
    `addresses` has the path of the page on which each action is answered without a password, by the action's id.
    """
    due, addresses = sorted(due, key=lambda one: one.order), addresses or {}
    subject = subject_for(due, answer_by, news, to_confirm)
    is_news_alone = not due and not to_confirm
    text, html = render(
        "reminder",
        subject=subject,
        preview=_preview(due, today) if due else links_told(to_confirm) or "; ".join(one.name for one in news),
        lede=_lede(due, addresses),
        sections=_sections(due, today, base_url, addresses),
        to_confirm=links_told(to_confirm),
        to_confirm_url=f"{base_url}{CONFIRM_AT}",
        changed=changed[:SHOWN],
        changed_more=len(changed[SHOWN:]),
        news=_new_matches(news, base_url),
        # Where there is nothing else, the subject says what it is.
        news_heading="" if is_news_alone else gettext("New for your saved searches"),
        coming=[gettext("%(title)s: due %(day)s", title=one.title, day=spoken(one.due_on)) for one in coming],
        all_url=f"{base_url}/{'saved-searches' if is_news_alone else 'my-actions'}",
        all_words=gettext("See all your saved searches") if is_news_alone else gettext("See all your actions"),
        foot=_foot(due, addresses, to_confirm),
        unsubscribe_url=unsubscribe_url,
    )
    return Words(subject, text, html)


def shown(due: Sequence[Due]) -> list[Due]:
    """The things that a mail shows of all that it is about: the first few of each section."""
    return [one for _, some in _sorts(due) for one in some[:SHOWN]]


def _asked(answers: Sequence[Due], answer_by: date) -> str:
    """How many actions need an answer and by when; for a meeting that is, and by its day."""
    day = format_date(answer_by, "EEEE d MMMM", locale=LOCALE)
    meetings = {one.meets_on: one for one in answers if one.meets_on}
    if not meetings:
        return ngettext(
            "%(num)s of your actions needs an answer by %(day)s",
            "%(num)s of your actions need an answer by %(day)s",
            len(answers),
            day=day,
        )
    first = min(meetings.values(), key=lambda one: one.answer_by or date.max)
    asked = for_meeting(first)
    if len(meetings) > 1:
        asked = gettext(
            "For %(num)s meetings of steering groups: answer by %(day)s",
            num=len(meetings),
            day=_closing(first),
        )
    others = sum(one.meets_on is None for one in answers)
    if not others:
        return asked
    more = ngettext(
        "%(num)s other action needs an answer by %(day)s",
        "%(num)s other actions need an answer by %(day)s",
        others,
        day=day,
    )
    return f"{asked}; {more}"


def for_meeting(one: Due) -> str:
    """The meeting that an answer is for, and when the answers for it close."""
    return gettext(
        "For the steering group’s meeting on %(day)s: answer by %(closes)s",
        day=spoken(one.meets_on),
        closes=_closing(one),
    )


def _closing(one: Due) -> str:
    return closing_day(one.meets_on or date.max, one.answer_by or date.max)


def _sections(due: Sequence[Due], today: date, base_url: str, addresses: Mapping[int, str]) -> list[Section]:
    """Each sort under its heading, the first few of it with their words."""
    sections = []
    for heading, some in _sorts(due):
        items = [item_of(one, today, base_url, addresses) for one in some[:SHOWN]]
        sections.append(Section(heading, items, len(some) - len(items)))
    return sections


def _sorts(due: Sequence[Due]) -> list[tuple[str, list[Due]]]:
    """Things by sort; what needs an answer comes first, and of one sort it needs no heading, for it is the subject."""
    sorts: dict[str, list[Due]] = {}
    answers = [one for one in due if one.stage.kind in ANSWERS]
    is_one = len({(one.plan, one.meets_on) for one in answers}) == 1
    several = len({(one.plan, one.meets_on) for one in answers if one.meets_on}) > 1
    for one in sorted((one for one in answers if one.meets_on), key=lambda one: (one.meets_on or date.max, one.plan)):
        heading = f"{one.plan}. {for_meeting(one)}" if several else for_meeting(one)
        sorts.setdefault("" if is_one else heading, []).append(one)
    others = gettext("Other actions that need an answer") if sorts else ""
    for heading, kinds in (
        (others, ANSWERS),
        (gettext("Readings due"), (ReminderKind.READING,)),
        (gettext("Responses to review"), (ReminderKind.REVIEW,)),
        (gettext("Sources to review, or near their end"), SOURCES),
    ):
        some = [one for one in due if one.stage.kind in kinds and not one.meets_on]
        if some:
            sorts[heading] = some
    return list(sorts.items())


def _links(number: int) -> str:
    return ngettext("%(num)s link to confirm", "%(num)s links to confirm", number)


def links_told(number: int) -> str:
    """The links to confirm in a sentence; empty for none."""
    if not number:
        return ""
    return ngettext(
        "%(num)s link to confirm: what it rests on has changed",
        "%(num)s links to confirm: what they rest on has changed",
        number,
    )


def _new_matches(news: Sequence[News], base_url: str) -> list[NewMatches]:
    return [
        NewMatches(
            name=one.name,
            url=f"{base_url}/saved-searches/{one.search_id}",
            shown=[(title, base_url + path) for title, path in one.shown[:SHOWN]],
            more=len(one.shown[SHOWN:]),
        )
        for one in news
        if one.shown
    ]


def _others(due: Sequence[Due]) -> list[str]:
    """What waits besides answers, counted by sort."""
    readings = sum(one.stage.kind is ReminderKind.READING for one in due)
    reviews = sum(one.stage.kind in (ReminderKind.REVIEW, ReminderKind.SOURCE_REVIEW) for one in due)
    ends = sum(one.stage.kind is ReminderKind.SOURCE_END for one in due)
    counted = (
        (readings, ngettext("%(num)s reading to add", "%(num)s readings to add", readings)),
        (reviews, ngettext("%(num)s review", "%(num)s reviews", reviews)),
        (ends, ngettext("%(num)s source near its end", "%(num)s sources near their end", ends)),
    )
    return [words for number, words in counted if number]


def _lede(due: Sequence[Due], addresses: Mapping[int, str]) -> list[str]:
    answers = [one for one in due if one.stage.kind in ANSWERS]
    if not answers:
        return []
    by_mail = all(one.record_id in addresses for one in shown(answers))
    lede = [
        gettext("Each answer takes about a minute and needs no password.")
        if by_mail
        else gettext("Each answer takes about a minute.")
    ]
    if any(one.meets_on for one in answers):
        lede.append(gettext("What you say for the meeting goes into the pack that the group reads."))
    others = _others(due)
    if others:
        lede.append(gettext("Below them: %(what)s.", what=", ".join(others)))
    return lede


def _foot(due: Sequence[Due], addresses: Mapping[int, str], to_confirm: int) -> list[str]:
    rarely = gettext("We write at most once on a working day, and only when something waits for you.")
    if not due and to_confirm:
        return [gettext("Sent because your post owns what hangs on these links."), rarely]
    if not due:
        return [gettext("Sent because you asked to be told what is new for searches that you saved."), rarely]
    opens = (
        for_you_alone(len(addresses))
        if addresses
        else gettext("The buttons open pages in Golden Thread, where you sign in. They change nothing by themselves.")
    )
    return list(filter(None, (because(due), opens, rarely)))


def _preview(due: Sequence[Due], today: date) -> str:
    """The line that mail programs show beside the subject."""
    worst = due[0]
    if worst.stage.kind is ReminderKind.OVERDUE:
        minute = gettext("Each answer takes about a minute.")
        return gettext("One is %(late)s. %(minute)s", late=days_late(worst, today), minute=minute)
    if worst.stage.kind in ANSWERS:
        return gettext("Each answer takes about a minute.")
    return worst.title
