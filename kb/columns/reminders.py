"""What will be sent, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.reminding.foresight import WHY
from kb.models.record import Kind as RecordKind
from kb.records import KIND_IN_ADDRESS
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actions.reminding.foresight import Sending


def of_sendings(sendings: Iterable[Sending]) -> Sheet[Sending]:
    """One row for each thing in each mail."""
    columns: list[Column[Sending]] = [
        Column(gettext("Day"), lambda one: one.day, Kind.DATE),
        Column(gettext("To"), lambda one: one.name),
        Column(gettext("Post"), lambda one: one.due.post, width=40),
        Column(gettext("Why"), lambda one: WHY[one.due.stage.kind], width=26),
        Column(gettext("About"), lambda one: one.due.title, width=60),
        Column(gettext("Ref"), lambda one: one.due.ref, width=28),
        Column(gettext("Date"), lambda one: one.due.due_on, Kind.DATE),
        Column(gettext("For the meeting on"), lambda one: one.due.meets_on, Kind.DATE),
        Column(gettext("Mail"), lambda one: gettext("its own") if one.is_single else gettext("the mail of the day")),
        Column(gettext("Page"), page_of, Kind.LINK),
    ]
    return Sheet(gettext("What will be sent"), columns, sendings)


def page_of(sending: Sending) -> str:
    """The address of what a mail is about."""
    return f"/{KIND_IN_ADDRESS[RecordKind(sending.due.record_kind)]}/{sending.due.ref}"
