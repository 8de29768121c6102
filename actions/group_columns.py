"""My actions and the tables of the steering page as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actions import columns
from actions.forms.filters import finding_words
from actions.reviews import count_words
from actions.schedule import schedule_words
from kb import downloads, labels, web
from kb.columns.words import in_words
from kb.permissions import Capability
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from actions.mine import Item, Mine
    from actions.models import Update
    from actions.reviews.pack import Count, Named, Silent
    from actions.reviews.since import Since
    from actions.reviews.table import Table
    from actions.service import Listed
    from actions.steering import Decision, Overview


@dataclass(frozen=True)
class Own:
    """One of the person's own actions, with the group it stands in."""

    group: str
    item: Item


def mine(found: Mine) -> Sheet[Own]:
    """A person's own actions in the groups and the order of the page."""
    groups = {
        gettext("Answer now"): found.answer_now,
        gettext("Due soon"): found.due_soon,
        gettext("Waiting on others"): found.waiting,
        gettext("Later"): found.later,
        gettext("Done"): found.done,
    }
    schedules, closures, confidences = schedule_words(), columns.closure_words(), columns.confidence_words()
    return Sheet(
        gettext("My actions"),
        [
            Column(gettext("Ref"), lambda row: row.item.action.ref, width=20),
            Column(gettext("Action"), lambda row: row.item.action.title, width=50),
            Column(gettext("Group"), lambda row: row.group, width=18),
            Column(gettext("Why"), lambda row: row.item.why, width=50),
            Column(gettext("Due"), lambda row: row.item.action.due_on, Kind.DATE),
            Column(gettext("Forecast"), lambda row: row.item.action.forecast_on, Kind.DATE),
            Column(gettext("Schedule"), lambda row: in_words(schedules, row.item.schedule.state), width=16),
            Column(gettext("Confidence"), lambda row: confidences[row.item.action.confidence], width=12),
            Column(gettext("Last update"), lambda row: row.item.action.last_said_on, Kind.DATE),
            Column(gettext("Closure"), lambda row: in_words(closures, row.item.action.closure), width=12),
            Column(gettext("Deputy for"), lambda row: row.item.deputy_for),
            Column(gettext("Plan"), lambda row: row.item.plan.title),
            downloads.page_of(lambda row: row.item.action),
        ],
        [Own(group, item) for group, items in groups.items() for item in items],
    )


def steering(found: Overview, today: date, unsupported: Sequence[Listed], doubtful: Sheet[Any]) -> list[Sheet[Any]]:
    """The tables of the steering page, in its order; what updates say only for those who may know.

    The suspect links, which the page only counts, and the open actions that no live source supports come last.
    """
    may_know = web.person().may(Capability.READ_UPDATES)
    sheets: list[Sheet[Any]] = [
        Sheet(gettext("Overdue or slipped"), columns.columns(), columns.rows(found.late)),
        Sheet(gettext("Nothing said"), columns.columns(), columns.rows(found.lists["silent"])),
        Sheet(gettext("Due in 30 days"), columns.columns(), columns.rows(found.lists["due_soon"])),
        _numbers(found, today, len(unsupported)),
    ]
    if may_know:
        sheets += [_decisions(found.decisions), _updates(list(found.latest))]
    return [*sheets, doubtful, Sheet(gettext("No live source"), columns.columns(), columns.rows(unsupported))]


@dataclass(frozen=True, slots=True)
class _Counted:
    """One line of the numbers; how many days the oldest has waited is known of suspect links alone."""

    words: str
    number: int
    days: int | None = None


def meeting(found: Table, doubtful: Sheet[Any]) -> list[Sheet[Any]]:
    """The tables of the page before a meeting, in its order; the suspect links, which it only counts, come last."""
    return [
        _since(found.since),
        _decisions(list(found.decisions)),
        Sheet(gettext("Overdue or slipped"), columns.columns(), columns.rows(found.late)),
        _silent(found.since),
        _updates(list(found.since.latest)),
        doubtful,
    ]


def counted(count: Count, title: str, met_on: Sequence[date]) -> list[Sheet[Any]]:
    """What one number counts, then what it was at each meeting."""
    records: Sheet[Named] = Sheet(
        title,
        [
            Column(gettext("Kind"), lambda one: labels.readable(one.kind), width=14),
            Column(gettext("Ref"), lambda one: one.ref, width=24),
            Column(gettext("Title"), lambda one: one.title, width=50),
            Column(gettext("What"), lambda one: one.note, width=60),
            downloads.page_of(lambda one: one),
        ],
        count.records,
    )
    days = [*met_on, web.today()]
    trend = Sheet(
        gettext("At each meeting"),
        [
            Column(gettext("Day"), lambda one: one[0], Kind.DATE),
            Column(gettext("How many"), lambda one: one[1], Kind.NUMBER),
        ],
        list(zip(days, count.trend, strict=True)),
    )
    return [records, trend]


def _since(found: Since) -> Sheet[Count]:
    """The numbers, with what they were at earlier meetings; nothing stands where no pack was frozen."""
    titles = count_words.titles()
    before = [
        Column(spoken(day), lambda one, place=place: one.trend[place], Kind.NUMBER)  # type: ignore[misc]
        for place, day in enumerate(found.met_on)
    ]
    return Sheet(
        gettext("Since the last meeting"),
        [
            Column(gettext("What"), lambda one: titles[one.key], width=40),
            Column(gettext("Now"), lambda one: one.number, Kind.NUMBER),
            Column(gettext("Change"), lambda one: one.change, Kind.NUMBER),
            Column(gettext("Note"), lambda one: one.note, width=40),
            *before,
        ],
        found.counts,
    )


def _silent(found: Since) -> Sheet[Silent]:
    return Sheet(
        gettext("Silent owners"),
        [
            Column(gettext("Post"), lambda one: one.post.title, width=40),
            Column(gettext("Actions"), lambda one: "; ".join(action.title for action in one.actions), width=60),
            Column(gettext("Last update"), lambda one: one.last_said_on, Kind.DATE),
            downloads.page_of(lambda one: one.post),
        ],
        found.silent,
    )


def _numbers(found: Overview, today: date, unsupported: int) -> Sheet[_Counted]:
    words = {**finding_words(), **schedule_words()}
    told = {
        "no_owner": words["no-owner"],
        "no_measure": words["no-measure"],
        "off_track": gettext("Open, off track"),
        "to_verify": gettext("Done, to be verified"),
    }
    doubtful = _Counted(gettext("Suspect links"), found.suspects.number, found.suspects.days(today))
    counted = [_Counted(told.get(one.key) or words.get(one.key, one.key), one.number) for one in found.numbers]
    return Sheet(
        gettext("The plan in numbers"),
        [
            Column(gettext("Finding"), lambda one: one.words, width=40),
            Column(gettext("How many"), lambda one: one.number, Kind.NUMBER),
            Column(gettext("Oldest, days"), lambda one: one.days, Kind.NUMBER, width=14),
        ],
        [*counted, _Counted(gettext("Open, without a live source"), unsupported), doubtful],
    )


def _decisions(decisions: list[Decision]) -> Sheet[Decision]:
    return Sheet(
        gettext("Decisions wanted"),
        [
            Column(gettext("Ref"), lambda one: one.action.ref, width=20),
            Column(gettext("Action"), lambda one: one.action.title, width=50),
            Column(gettext("Asked to"), lambda one: one.verb, width=14),
            Column(gettext("What"), lambda one: one.words, width=60),
            Column(gettext("Note"), lambda one: one.note, width=40),
            downloads.page_of(lambda one: one.action),
        ],
        decisions,
    )


def _updates(updates: list[Update]) -> Sheet[Update]:
    confidences, reported = columns.confidence_words(), columns.reported_words()
    return Sheet(
        gettext("Latest updates"),
        [
            Column(gettext("Ref"), lambda one: one.action.ref, width=20),
            Column(gettext("Action"), lambda one: one.action.title, width=50),
            Column(gettext("Said on"), lambda one: one.said_on, Kind.DATE),
            Column(gettext("By"), lambda one: one.post.title if one.post else ""),
            Column(gettext("Reported"), lambda one: in_words(reported, one.reported_by), width=16),
            Column(gettext("Written down by"), lambda one: one.person.name if one.person and one.reported_by else ""),
            Column(gettext("Confidence"), lambda one: confidences[one.confidence], width=12),
            Column(gettext("What was said"), lambda one: one.narrative, width=60),
            Column(gettext("Demonstration"), lambda one: gettext("Yes") if one.is_demonstration else "", width=14),
            downloads.page_of(lambda one: one.action),
        ],
        updates,
    )
