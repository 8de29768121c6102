"""The answer to a “what if” as files: what is touched, what waits, what loses its owner, and what may be carried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph.impact import labels as impact_labels
from kb import downloads, labels
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.impact.told import Carried, Helped, Named, Owned, Row, Told, Waiting


def sheets(told: Told) -> list[Sheet[Any]]:
    """The tables of the answer that have rows, and the first of its kind where none has any."""
    found: list[tuple[Sheet[Any], bool]] = [
        (_rows(told), bool(told.rows)),
        (_owned(told), bool(told.owned)),
        (_helped(told), bool(told.helped)),
        (_waits(told), bool(told.waits)),
        (_carried(told), bool(told.carried)),
    ]
    return [sheet for sheet, has_rows in found if has_rows] or [found[0][0]]


def _of(record: Callable[[Any], Named], heading: str) -> list[Column[Any]]:
    return [
        Column(gettext("Ref"), lambda one: record(one).ref, width=24),
        Column(gettext("Kind"), lambda one: labels.readable(record(one).kind), width=14),
        Column(heading, lambda one: record(one).title, width=50),
    ]


def _rows(told: Told) -> Sheet[Row]:
    words = impact_labels.labels(told)
    return Sheet(
        words.rows,
        [
            *_of(lambda row: row.record, gettext("Record")),
            Column(words.bearers, lambda row: row.now, Kind.NUMBER),
            Column(words.after, lambda row: row.then, Kind.NUMBER),
            Column(words.remains, lambda row: "; ".join(one.title for one in row.kept), width=60),
            Column(gettext("Due"), lambda row: row.due, Kind.DATE),
            downloads.page_of(lambda row: row.record),
        ],
        told.rows,
    )


def _owned(told: Told) -> Sheet[Owned]:
    return Sheet(
        gettext("Without an owner"),
        [
            *_of(lambda one: one.record, gettext("Record")),
            Column(gettext("Owner now"), lambda one: one.post.title, width=40),
            Column(gettext("Due"), lambda one: one.due, Kind.DATE),
            downloads.page_of(lambda one: one.record),
        ],
        told.owned,
    )


def _helped(told: Told) -> Sheet[Helped]:
    return Sheet(
        gettext("Contributions"),
        [
            *_of(lambda one: one.record, gettext("Action")),
            Column(gettext("Owner"), lambda one: one.owner.title if one.owner else "", width=40),
            Column(
                gettext("Others who contribute"), lambda one: "; ".join(each.title for each in one.others), width=60
            ),
            Column(gettext("Due"), lambda one: one.due, Kind.DATE),
            downloads.page_of(lambda one: one.record),
        ],
        told.helped,
    )


def _waits(told: Told) -> Sheet[Waiting]:
    return Sheet(
        gettext("What waits"),
        [
            *_of(lambda one: one.record, gettext("Action")),
            Column(gettext("Waits for"), lambda one: one.needed.title, width=50),
            Column(gettext("Due"), lambda one: one.due, Kind.DATE),
            Column(gettext("Starts"), lambda one: one.starts, Kind.DATE),
            Column(gettext("Days after it is expected"), lambda one: one.room, Kind.NUMBER),
            downloads.page_of(lambda one: one.record),
        ],
        told.waits,
    )


def _carried(told: Told) -> Sheet[Carried]:
    return Sheet(
        gettext("Links to carry"),
        [
            Column(gettext("From"), lambda one: one.start.title, width=50),
            Column(gettext("To ref"), lambda one: one.end.ref, width=24),
            Column(gettext("To"), lambda one: one.end.title, width=50),
            Column(gettext("Reason"), lambda one: one.reason, width=50),
            Column(gettext("Successor"), lambda one: gettext("Leads there already") if one.is_there else "", width=22),
        ],
        told.carried,
    )
