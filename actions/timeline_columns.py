"""The timeline as a file: every action that it shows on any page, then those without a date."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from actions.columns import closure_words, confidence_words
from actions.schedule import schedule_words
from actions.timeline import service
from kb import downloads, web
from kb.columns.words import draft, in_words, joined
from kb.permissions import Capability
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from actions.models import Milestone
    from actions.timeline.choosing import Chosen
    from actions.timeline.service import Choices, Entry, Totals

Row = tuple[str, "Entry"]


def sheet(chosen: Chosen, choices: Choices, totals: Totals) -> Sheet[Row]:
    """What fits, in the order of the page, with the group of each."""

    def dated(offset: int, limit: int) -> Sequence[Row]:
        return list(_rows(chosen, choices, totals, offset, limit, is_dated=True))

    def undated(offset: int, limit: int) -> Sequence[Row]:
        return list(_rows(chosen, choices, totals, offset, limit, is_dated=False))

    rows = chain(downloads.everything(dated), downloads.everything(undated))
    return Sheet(gettext("Timeline"), columns(), rows)


def _rows(
    chosen: Chosen, choices: Choices, totals: Totals, offset: int, limit: int, *, is_dated: bool
) -> Iterator[Row]:
    session, today = web.session(), web.today()
    found, titles = service.entries(
        session, chosen, choices, totals.span, today, offset=offset, limit=limit, is_dated=is_dated
    )
    return ((titles.get(entry.group_id, ""), entry) for entry in found)


def columns() -> list[Column[Row]]:
    """What the file says of an action: its dates, its milestones, and what it waits for."""
    may_know = web.person().may(Capability.READ_UPDATES)
    schedules, closures, confidences = schedule_words(), closure_words(), confidence_words()
    said: list[Column[Row]] = [
        Column(gettext("Forecast"), lambda row: row[1].action.forecast_on, Kind.DATE),
        Column(gettext("Confidence"), lambda row: confidences[row[1].action.confidence], width=12),
    ]
    return [
        Column(gettext("Group"), lambda row: row[0]),
        Column(gettext("Ref"), lambda row: row[1].action.ref, width=20),
        Column(gettext("Action"), lambda row: row[1].action.title, width=50),
        Column(gettext("Plan"), lambda row: row[1].listed.plan.title),
        Column(gettext("Owner"), lambda row: row[1].action.owner.title if row[1].action.owner else ""),
        Column(gettext("Starts"), lambda row: row[1].action.starts_on, Kind.DATE),
        Column(gettext("First agreed"), lambda row: row[1].action.baseline_due_on, Kind.DATE),
        Column(gettext("Due"), lambda row: row[1].action.due_on, Kind.DATE),
        Column(gettext("Timescale as stated"), lambda row: row[1].action.timescale, width=22),
        Column(gettext("Schedule"), lambda row: in_words(schedules, row[1].listed.schedule.state), width=16),
        *(said if may_know else ()),
        Column(gettext("Closure"), lambda row: in_words(closures, row[1].action.closure), width=12),
        Column(gettext("Milestones"), lambda row: joined(map(_step, row[1].action.milestones)), width=40),
        Column(gettext("Waits for"), lambda row: joined(one.action.title for one in row[1].waits_for), width=40),
        Column(
            gettext("What comes too late"),
            lambda row: joined(f"{one.action.title}, {one.late}" for one in row[1].waits_for if one.late),
            width=40,
        ),
        Column(gettext("Draft"), lambda row: draft(row[1].action), width=8),
        downloads.page_of(lambda row: row[1].action),
    ]


def _step(step: Milestone) -> str:
    due = spoken(step.due_on) or gettext("no date")
    if step.done_on:
        return gettext("%(title)s (done %(day)s)", title=step.title, day=spoken(step.done_on))
    return f"{step.title} ({due})"
