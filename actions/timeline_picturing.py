"""What a timeline says in words: how each action stands, the sentence above the picture, and the picture itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from babel.dates import get_month_names
from flask import current_app

from actions.columns import closure_words
from actions.timeline.layout import NARROW, WIDE, Group, Page, Picture, Wait, draw
from actions.timeline.shapes import Item, Step
from actions.timeline.sheets import split
from kb.permissions import Capability
from kb.words import LOCALE, gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from actions.dependencies import Awaited
    from actions.models import Action
    from actions.timeline.choosing import GroupedBy, Wanted
    from actions.timeline.service import Counted, Entry, Timeline, Totals
    from kb.permissions import Person


# What A4 on its side has room for, in the picture's own measure; the first sheet has the page's title too.
FIRST_SHEET, SHEET = 400.0, 590.0


@dataclass(frozen=True)
class Section:
    """The entries of one group on this page, under its name and how many there are of it on all pages."""

    title: str
    note: str
    entries: list[Entry]


@dataclass(frozen=True)
class Pictures:
    """The same timeline at two widths."""

    wide: Picture
    narrow: Picture


def sections(timeline: Timeline, totals: Totals, by: GroupedBy) -> list[Section]:
    """The entries under the names of their groups."""
    without = {
        "priority": gettext("No priority"),
        "plan": gettext("No plan"),
        "organisation": gettext("No owner"),
    }[by]
    return [
        Section(timeline.titles.get(id) or without, _counted(totals.groups[id]), list(entries))
        for id, entries in groupby(timeline.entries, key=lambda entry: entry.group_id)
    ]


def _counted(group: Counted) -> str:
    number = ngettext("%(num)s action", "%(num)s actions", group.shown)
    if not group.late:
        return number
    return gettext("%(number)s, %(late)s late", number=number, late=group.late)


def pictures(found: list[Section], totals: Totals, person: Person, today: date) -> Pictures:
    """The timeline drawn for a wide page and for a phone."""
    groups = _groups(found, person)
    waiting = {entry.action.id: entry.waits_for for section in found for entry in section.entries if entry.waits_for}
    in_words = [replace(group, items=[_with_waits(item, waiting) for item in group.items]) for group in groups]
    return Pictures(_drawn(groups, found, totals, today, WIDE), _drawn(in_words, found, totals, today, NARROW))


def sheets(found: list[Section], whole: Picture, totals: Totals, person: Person, today: date) -> list[Picture]:
    """The wide picture in parts, each with its own line of months, for paper."""
    parts = split(_groups(found, person), whole, first=FIRST_SHEET, others=SHEET)
    return [_drawn(part, found, totals, today, WIDE) for part in parts]


def _groups(found: list[Section], person: Person) -> list[Group]:
    reads_updates = person.may(Capability.READ_UPDATES)
    return [Group(section.title, list(_items(section.entries, reads_updates)), section.note) for section in found]


def _with_waits(item: Item, waiting: Mapping[int, tuple[Awaited, ...]]) -> Item:
    """The action with what it waits for in its notes, where no lines between rows show that."""
    words = tuple(gettext("Waits for “%(title)s”", title=one.action.title) for one in waiting.get(item.id, ()))
    return replace(item, notes=(*item.notes, *words)) if words else item


def _drawn(groups: list[Group], found: list[Section], totals: Totals, today: date, page: Page) -> Picture:
    months = [name[:3] for _, name in sorted(get_month_names("abbreviated", locale=LOCALE).items())]
    waits = [
        Wait(entry.action.id, awaited.action.id, bool(awaited.late))
        for section in found
        for entry in section.entries
        for awaited in entry.waits_for
    ]
    return draw(
        groups,
        waits,
        span=totals.span,
        today=today,
        today_words=gettext("Today, %(day)s", day=spoken(today)),
        months=months,
        page=page,
    )


def _items(entries: list[Entry], reads_updates: bool) -> Iterator[Item]:
    """Actions as the picture takes them."""
    for entry in entries:
        action = entry.action
        alarm, *notes = notes_of(entry, reads_updates)
        if action.due_on is not None:
            yield Item(
                id=action.id,
                title=action.title,
                due_on=action.due_on,
                starts_on=action.starts_on,
                first_due_on=action.baseline_due_on,
                forecast_on=action.forecast_on if reads_updates else None,
                is_open=action.is_open,
                steps=tuple(Step(one.title, one.due_on, one.done_on) for one in action.milestones if one.due_on),
                alarm=alarm,
                notes=tuple(notes),
            )


def notes_of(entry: Entry, reads_updates: bool) -> list[str]:
    """How an action stands: that it is overdue or nothing, its schedule with the date, and what its owner says."""
    action, schedule = entry.action, entry.listed.schedule
    due = spoken(action.due_on)
    if not action.is_open:
        return ["", _closed(action), gettext("was due %(day)s", day=due)]
    macros = current_app.jinja_env.get_template("macros/status.html").module
    state = str(macros.schedule_words(schedule)).strip()  # type: ignore[attr-defined]
    said = [str(macros.confidence_words(action.confidence)).strip()] if reads_updates else []  # type: ignore[attr-defined]
    if schedule.state == "overdue":
        return [state, gettext("Due %(day)s", day=due), *said]
    if schedule.state == "due_soon":
        return ["", gettext("%(state)s, %(day)s", state=state, day=due), *said]
    return ["", gettext("%(state)s, due %(day)s", state=state, day=due), *said]


def _closed(action: Action) -> str:
    """How an action was closed, and when, where that is known."""
    if action.done_on is None:
        return closure_words()[action.closure]
    sentences = {
        "done": gettext("Done %(day)s", day=spoken(action.done_on)),
        "verified": gettext("Verified, done %(day)s", day=spoken(action.done_on)),
        "stopped": gettext("Stopped %(day)s", day=spoken(action.done_on)),
    }
    return sentences[action.closure]


def told(entry: Entry, reads_updates: bool) -> str:
    """All that the picture shows of one action, for whoever points at it or has it read out."""
    action = entry.action
    parts = [action.title, *filter(None, notes_of(entry, reads_updates))]
    if action.starts_on:
        parts.append(gettext("starts %(day)s", day=spoken(action.starts_on)))
    if action.baseline_due_on and action.baseline_due_on != action.due_on:
        parts.append(gettext("first agreed %(day)s", day=spoken(action.baseline_due_on)))
    if reads_updates and action.is_open and action.forecast_on and action.forecast_on != action.due_on:
        parts.append(gettext("forecast %(day)s", day=spoken(action.forecast_on)))
    return ". ".join(part[:1].upper() + part[1:] for part in parts)


def sentence(timeline: Timeline, totals: Totals, wanted: Wanted) -> str:
    """What the picture shows, in words."""
    if not totals.shown:
        return gettext("No action is due or under way in this time.")
    if wanted.with_done:
        shown = ngettext("%(late)s of %(num)s action is late.", "%(late)s of %(num)s actions are late.", totals.shown,
                         late=totals.late or gettext("None"))  # fmt: skip
    else:
        shown = ngettext("%(late)s of %(num)s open action is late.", "%(late)s of %(num)s open actions are late.",
                         totals.shown, late=totals.late or gettext("None"))  # fmt: skip
    if timeline.next_due is None:
        return shown
    due = spoken(timeline.next_due.due_on)
    following = gettext("The next one due is “%(title)s”, on %(day)s.", title=timeline.next_due.title, day=due)
    return f"{shown} {following}"
