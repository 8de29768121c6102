"""The files that were brought in, and the rows of one, as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import downloads, web
from kb.columns.words import joined, local
from kb.importing import service
from kb.importing.kinds import KINDS
from kb.models.importing import ImportState, Outcome
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.importing.service import Counts
    from kb.models.importing import Import, ImportRow

STATES: Mapping[str, str] = {
    ImportState.READING: gettext("Being read"),
    ImportState.READY: gettext("Waits for review"),
    ImportState.ACCEPTING: gettext("Being brought in"),
    ImportState.ACCEPTED: gettext("Brought in"),
    ImportState.UNDONE: gettext("Undone"),
    ImportState.DISCARDED: gettext("Put aside"),
    ImportState.FAILED: gettext("Stopped"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.CREATE: gettext("New"),
    Outcome.CHANGE: gettext("Change"),
    Outcome.REFUSE: gettext("Refused"),
    Outcome.SAME: gettext("Left alone"),
}
NO_ROWS = service.Counts(0, 0, 0, 0, 0)


def of_imports() -> Sheet[tuple[Import, Counts]]:
    """The files that the person may know of, with what became of their rows."""
    columns: list[Column[tuple[Import, Counts]]] = [
        Column(gettext("File"), lambda one: one[0].file_name, width=40),
        Column(gettext("Holds"), lambda one: KINDS[one[0].kind].title(), width=20),
        Column(gettext("Plan"), lambda one: one[0].plan.title if one[0].plan else "", width=40),
        Column(gettext("Brought by"), lambda one: one[0].user.name if one[0].user else ""),
        Column(gettext("Brought"), lambda one: local(one[0].made_at), Kind.TIME),
        Column(gettext("State"), lambda one: STATES[one[0].state], width=20),
        Column(gettext("Rows"), lambda one: one[1].rows, Kind.NUMBER),
        Column(gettext("New"), lambda one: one[1].created, Kind.NUMBER),
        Column(gettext("Changed"), lambda one: one[1].changed, Kind.NUMBER),
        Column(gettext("Refused"), lambda one: one[1].refused, Kind.NUMBER),
        Column(gettext("Left alone"), lambda one: one[1].left_alone, Kind.NUMBER),
    ]
    return Sheet(gettext("Files brought in"), columns, downloads.everything(list_counted))


def list_counted(offset: int, limit: int) -> list[tuple[Import, Counts]]:
    """One page of imports, each with what becomes of its rows."""
    session, person = web.session(), web.person()
    found = service.list_imports(session, by=person, offset=offset, limit=limit)
    counts = service.counts(session, [one.id for one in found])
    return [(one, counts.get(one.id, NO_ROWS)) for one in found]


def of_rows(incoming: Import, outcome: str) -> Sheet[ImportRow]:
    """The rows of one file under the headings that it may be brought in with again, then what became of each."""
    session, kind = web.session(), KINDS[incoming.kind]

    def fetch(offset: int, limit: int) -> Sequence[ImportRow]:
        return service.list_rows(session, incoming, outcome, offset=offset, limit=limit)

    rows = list(downloads.everything(fetch))
    # Rows of a mapping table have as many fields as they name sources.
    labels = {one.key: one.label for row in rows for one in kind.fields_of(row.values)}
    columns: list[Column[ImportRow]] = [
        *(_said(key, label) for key, label in labels.items()),
        Column(gettext("Place in the file"), lambda row: row.place, width=20),
        Column(gettext("What becomes of it"), word_of, width=18),
        Column(gettext("What is wrong with it"), lambda row: joined(told for _, told in row.problems), width=60),
    ]
    return Sheet(kind.title(), columns, rows)


def _said(key: str, label: str) -> Column[ImportRow]:
    return Column(label, lambda row: row.values.get(key, ""))


def word_of(row: ImportRow) -> str:
    """What becomes of a row."""
    return gettext("Left out") if row.is_skipped else OUTCOMES[row.outcome]
