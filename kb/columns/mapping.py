"""A plan’s mapping as a table: one row for each of its rows, whatever number of sources they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import labels
from kb.columns.words import in_words, joined
from kb.exporting.mapping import Extra, Row
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence


def sheet(rows: Sequence[Row]) -> Sheet[Row]:
    """These rows."""
    answers = labels.response_types()

    def points(row: Row) -> str:
        return "\n".join(point.text for source in row.sources for _, point in source.points)

    def meanings(row: Row) -> str:
        return "\n".join(meaning.text for source in row.sources for _, meaning in source.meanings)

    columns: list[Column[Row]] = [
        Column(gettext("Ref"), lambda row: row.ref, width=28),
        Column(gettext("Section"), lambda row: row.section, width=18),
        Column(gettext("Sources"), lambda row: "\n".join(source.title for source in row.sources), width=50),
        Column(gettext("Publishers"), lambda row: joined(dict.fromkeys(source.publisher for source in row.sources))),
        Column(gettext("Key points"), points, width=60),
        Column(gettext("Implications"), meanings, width=60),
        Column(gettext("Gap"), lambda row: gettext("Yes") if row.is_gap else "", width=8),
        Column(gettext("How the plan answers"), lambda row: in_words(answers, row.response_type), width=18),
        Column(gettext("What the answer says"), lambda row: row.text, width=60),
        Column(gettext("Priorities"), lambda row: joined(row.beside.get(Extra.PRIORITIES, ())), width=40),
        Column(gettext("Actions"), lambda row: joined(row.beside.get(Extra.ACTIONS, ())), width=40),
        Column(gettext("Number of sources"), lambda row: len(row.sources), Kind.NUMBER),
    ]
    return Sheet(gettext("Mapping"), columns, rows)
