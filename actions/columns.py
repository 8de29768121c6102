"""Lists of actions as files: the plan's matrix with how each action stands, my actions, the steering page."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from actions import brief, remarks, service, slips
from actions.remarks import Remarks
from actions.schedule import schedule_words
from kb import downloads, web
from kb.columns.words import draft, in_words, joined, listed, yes
from kb.permissions import Capability
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.filters import Filters
    from actions.models import Action
    from actions.schedule import Schedule
    from actions.service import Listed
    from kb.models.plan import Plan


@dataclass(frozen=True)
class Row:
    """An action with how it stands and the priorities that it delivers."""

    action: Action
    plan: Plan
    schedule: Schedule
    priorities: Sequence[str]
    sponsor: tuple[str, str] = ("", "")  # the titles of the post and of its organisation
    contributors: Sequence[str] = ()
    themes: Sequence[str] = ()
    times_moved: int = 0
    remarks: Remarks = field(default_factory=Remarks)


def sheet(wanted: Filters) -> Sheet[Row]:
    """The actions that fit."""
    session, person, today = web.session(), web.person(), web.today()
    found = (rows(batch) for batch in service.stream_actions(session, person, wanted, today))
    return Sheet(gettext("Actions"), columns(), chain.from_iterable(found))


def rows(found: Sequence[Listed]) -> list[Row]:
    """These actions with what stands beside them; seven statements."""
    session, person = web.session(), web.person()
    ids = [one.action.id for one in found]
    priorities = brief.priorities_of(session, ids, person=person)
    sponsors = brief.sponsors_of(session, ids, person=person)
    contributors = brief.contributors_of(session, ids, person=person)
    themes = brief.themes_of(session, ids, person=person)
    moves = slips.moves_of(session, ids, person)
    said = remarks.of(session, [(one.action, one.schedule) for one in found], person, web.today())
    return [
        Row(
            one.action,
            one.plan,
            one.schedule,
            priorities.get(one.action.id, []),
            sponsors.get(one.action.id, ("", "")),
            contributors.get(one.action.id, []),
            themes.get(one.action.id, []),
            len(moves.get(one.action.id, [])),
            said.get(one.action.id, Remarks()),
        )
        for one in found
    ]


def columns() -> list[Column[Row]]:
    """What the file says of an action: where it stands, its matrix, and for those who may know what its owner said."""
    may_know = web.person().may(Capability.READ_UPDATES)
    confidences = confidence_words()
    said: list[Column[Row]] = [
        Column(gettext("Forecast"), lambda row: row.action.forecast_on, Kind.DATE),
        Column(gettext("Confidence"), lambda row: confidences[row.action.confidence], width=12),
        Column(gettext("Last update"), lambda row: row.action.last_said_on, Kind.DATE),
    ]
    return [
        Column(gettext("Ref"), lambda row: row.action.ref, width=20),
        Column(gettext("Action"), lambda row: row.action.title, width=50),
        Column(gettext("Plan"), lambda row: row.plan.title),
        Column(gettext("Priority"), lambda row: listed(row.priorities)),
        *standing(),
        *(said if may_know else ()),
        Column(gettext("Pointed out"), lambda row: joined(filter(None, (row.remarks.mismatch, *row.remarks.waits)))),
        *matrix(),
        Column(gettext("Themes"), lambda row: listed(row.themes)),
        Column(gettext("Draft"), lambda row: draft(row.action), width=8),
        Column(gettext("Demonstration dates"), lambda row: yes(row.action.is_demonstration_dated), width=14),
        downloads.page_of(lambda row: row.action),
    ]


def standing() -> list[Column[Row]]:
    """Who does it, by when, and how it stands by its dates and by its closure."""
    schedules, closures, terms = schedule_words(), closure_words(), term_words()
    today = web.today()

    def days_left(row: Row) -> int | None:
        return (row.action.due_on - today).days if row.action.is_open and row.action.due_on else None

    return [
        Column(gettext("Owner"), lambda row: row.action.owner.title if row.action.owner else ""),
        Column(
            gettext("Owner’s organisation"),
            lambda row: row.action.owner.organisation.title if row.action.owner else "",
        ),
        Column(gettext("Sponsor"), lambda row: row.sponsor[0]),
        Column(gettext("Sponsor’s organisation"), lambda row: row.sponsor[1]),
        Column(gettext("Contributing organisations"), lambda row: listed(row.contributors)),
        Column(gettext("Timescale as stated"), lambda row: row.action.timescale, width=22),
        Column(gettext("Term"), lambda row: in_words(terms, row.action.term), width=12),
        Column(gettext("Starts"), lambda row: row.action.starts_on, Kind.DATE),
        Column(gettext("Due"), lambda row: row.action.due_on, Kind.DATE),
        Column(gettext("First agreed"), lambda row: row.action.baseline_due_on, Kind.DATE),
        Column(gettext("Times moved"), lambda row: row.times_moved, Kind.NUMBER),
        Column(gettext("Schedule"), lambda row: in_words(schedules, row.schedule.state), width=16),
        Column(gettext("Days until due"), days_left, Kind.NUMBER),
        Column(gettext("Closure"), lambda row: in_words(closures, row.action.closure), width=12),
        Column(gettext("Done or stopped on"), lambda row: row.action.done_on, Kind.DATE),
        Column(gettext("Verified on"), lambda row: row.action.verified_on, Kind.DATE),
    ]


def matrix() -> list[Column[Row]]:
    """What else the matrix of a joint workforce plan says of an action."""
    return [
        Column(gettext("What it is"), lambda row: row.action.description, width=50),
        Column(gettext("Support needed"), lambda row: row.action.support_needed, width=40),
        Column(gettext("Resources"), lambda row: row.action.resources, width=40),
        Column(gettext("Measure of success"), lambda row: row.action.measure, width=40),
        Column(gettext("Recommendation"), lambda row: row.action.recommendation, width=40),
        Column(gettext("Fit with the plan"), lambda row: row.action.plan_fit, width=40),
    ]


def confidence_words() -> dict[str | None, str]:
    return {
        "on-track": gettext("On track"),
        "at-risk": gettext("At risk"),
        "off-track": gettext("Off track"),
        None: gettext("Not said"),
    }


def reported_words() -> dict[str, str]:
    """How a lead heard what they wrote down for an owner."""
    return {"telephone": gettext("By telephone"), "mail": gettext("By mail"), "meeting": gettext("In a meeting")}


def closure_words() -> dict[str, str]:
    return {
        "open": gettext("Open"),
        "done": gettext("Done"),
        "verified": gettext("Verified"),
        "stopped": gettext("Stopped"),
    }


def term_words() -> dict[str, str]:
    return {"short": gettext("Short term"), "medium": gettext("Medium term"), "long": gettext("Long term")}
