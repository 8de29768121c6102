"""A plan’s action log as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.reviews import verdicts
from kb import downloads
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.reviews.action_log import Entry


def sheet(entries: Sequence[Entry]) -> Sheet[Entry]:
    """These entries."""
    return Sheet(gettext("Action log"), columns(), entries)


def columns() -> list[Column[Entry]]:
    """What the file says of an entry."""
    return [
        Column(gettext("Meeting"), lambda one: one.review.meets_on, Kind.DATE),
        Column(gettext("Matter"), lambda one: one.decision.matter, width=50),
        Column(gettext("Decided"), lambda one: verdicts.told(one.decision.verdict), width=12),
        Column(gettext("Reason"), lambda one: one.decision.reason, width=50),
        Column(gettext("Action"), lambda one: one.listed.action.title if one.listed else "", width=50),
        Column(gettext("Owner"), lambda one: one.owner),
        Column(gettext("Due"), lambda one: one.due_on, Kind.DATE),
        Column(gettext("Open"), lambda one: gettext("Yes") if one.is_open else "", width=8),
        Column(gettext("How it stands"), lambda one: one.stands, width=30),
        downloads.page_of(lambda one: one.listed.action if one.listed else one.record),
    ]
