"""What would become of a file, without keeping anything; and the same told of an import that was kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kb.importing import bringing, service
from kb.importing.kinds import KINDS
from kb.importing.proposals import Context
from kb.models.importing import ImportRow, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from kb.permissions import Person


def propose(session: Session, path: Path, *, kind: str, plan: Plan | None, by: Person, today: date) -> dict[str, Any]:
    """Every row of a file with what it would do, as plain values; Invalid for a file that cannot be used."""
    read = bringing.read(session, path, path.name, kind=kind, plan=plan, by=by)
    made = KINDS[read.kind]
    context = Context(session, plan, by, today)
    rows = []
    for found in made.rows(read.book, read.columns):
        row = ImportRow(place=found.place, values=found.values, guessed=list(found.guessed), is_skipped=False)
        service.write_proposal(row, made.propose(replace(context, place=found.place), found.values, ""))
        rows.append(row)
    return told(read.kind, path.name, read.notes, rows)


def told(kind: str, file_name: str, notes: Sequence[str], rows: Sequence[ImportRow]) -> dict[str, Any]:
    """Rows of an import with what they do, counted, as plain values."""
    counts = Counter(row.outcome for row in rows)
    return {
        "file": file_name,
        "kind": kind,
        "notes": list(notes),
        "rows_in_file": len(rows),
        "created": counts[Outcome.CREATE],
        "changed": counts[Outcome.CHANGE],
        "refused": counts[Outcome.REFUSE],
        "left_alone": counts[Outcome.SAME],
        "rows": [_row(row) for row in rows],
    }


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "place": row.place,
        "outcome": row.outcome,
        "title": row.title,
        "values": row.values,
        "guessed": row.guessed,
        "differences": [{"field": field, "old": old, "new": new} for field, old, new in row.differences],
        "problems": [{"field": field, "message": message} for field, message in row.problems],
        "matches": [{"ref": ref, "title": title, "likeness": likeness} for ref, title, likeness in row.matches],
    }
