"""Taking back what an import wrote: all of it, or nothing where anybody has built on it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kb.db import now
from kb.errors import Invalid
from kb.importing import service
from kb.importing.kinds import KINDS
from kb.importing.proposals import Applied, Context
from kb.models.history import Change, Channel
from kb.models.importing import Import, ImportedRecord, ImportRow, ImportState
from kb.models.record import Record
from kb.permissions import SYSTEM, visible_to
from kb.removal import hanging
from kb.removal.deleted import WITH_DELETED
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.permissions import Person

MOST_NAMED = 25
# PostgreSQL takes no more values in one statement than fit 16 bits.
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that stands in the way of undoing, with the newest line of its history.

    `on` is the title of the record that it was built on; empty where it came in itself and was changed since.
    """

    record: Record
    on: str
    change: Change | None


class Overtaken(Invalid):
    """An import cannot be undone as a whole any more; `touched` are the first of those that the person may see."""

    def __init__(self, touched: Sequence[Touched], number: int) -> None:
        words = ngettext(
            "This import cannot be undone as a whole any more: %(num)s record was changed or built on since.",
            "This import cannot be undone as a whole any more: %(num)s records were changed or built on since.",
            number,
        )
        super().__init__("state", words)
        self.touched = touched
        self.others = number - len(touched)


def undo(session: Session, incoming: Import, *, by: Person, today: date) -> int:
    """Take back everything that an import wrote, in one transaction; how many records that concerns.

    Raises Overtaken, with what stands in the way, where anything else has touched one of its records since; nothing is
    written then.
    """
    service.require_changing(incoming, by)
    if incoming.state != ImportState.ACCEPTED:
        raise Invalid("state", gettext("Only an import that was brought in can be undone."))
    query = select(ImportedRecord, ImportRow).join(ImportRow, ImportRow.id == ImportedRecord.row_id)
    query = query.where(ImportRow.import_id == incoming.id).options(joinedload(ImportedRecord.record))
    query = query.order_by(ImportRow.position.desc(), ImportedRecord.record_id.desc())
    found = session.execute(query, execution_options={WITH_DELETED: True}).all()
    if touched := _touched(session, [one for one, _ in found]):
        raise Overtaken(_described(session, touched, by=by), len(touched))
    kind, context = KINDS[incoming.kind], Context(session, incoming.plan, by, today)
    session.info["channel"] = Channel.IMPORT
    made = {one.record_id for one, _ in found if one.is_new}
    for one, row in found:
        reason = gettext("The import of %(file)s was undone", file=incoming.file_name)
        applied = Applied(one.record, one.is_new, one.before)
        if one.is_new:
            kind.remove(context, applied, reason=reason)
        elif one.record_id not in made:
            kind.restore(context, applied, reason=reason)
        row.is_applied = False
    incoming.state, incoming.undone_at = ImportState.UNDONE, now()
    session.flush()
    return len({one.record_id for one, _ in found})


def last_changes(session: Session, ids: Collection[int]) -> dict[int, int]:
    """The newest line in the history of each record."""
    found: dict[int, int] = {}
    wanted = list(ids)
    for first in range(0, len(wanted), AT_ONCE):
        query = select(Change.record_id, func.max(Change.id)).where(
            Change.record_id.in_(wanted[first : first + AT_ONCE])
        )
        found |= dict(session.execute(query.group_by(Change.record_id)).all())
    return found


def _touched(session: Session, found: list[ImportedRecord]) -> dict[int, str]:
    """The records that somebody has changed since, by their ids, and what would go with them or lose them.

    Of the latter the title of what they were built on.
    """
    noted: dict[int, int] = {}
    for one in found:
        noted[one.record_id] = max(one.last_change_id, noted.get(one.record_id, 0))
    last = last_changes(session, noted)
    touched = {one.record_id: "" for one in found if last.get(one.record_id, 0) > noted[one.record_id]}
    for one in found:
        if one.is_new and one.record_id not in touched:
            on_it = hanging.what_hangs_on(session, one.record, person=SYSTEM)
            others = (*on_it.parts, *(record for sort in on_it.losing for record in sort.first))
            for record in others:
                if record.id not in noted:
                    touched.setdefault(record.id, one.record.title)
    return touched


def _described(session: Session, touched: dict[int, str], *, by: Person) -> list[Touched]:
    """The first of these that the person may see, with who touched them last; deleted ones too."""
    query = select(Record).where(Record.id.in_(list(touched)[:AT_ONCE]), visible_to(by)).limit(MOST_NAMED)
    query = query.order_by(Record.kind, Record.title, Record.id)
    records = session.scalars(query, execution_options={WITH_DELETED: True}).all()
    last = last_changes(session, [record.id for record in records]).values()
    lines = select(Change).where(Change.id.in_(last)).options(joinedload(Change.person))
    changes = {change.record_id: change for change in session.scalars(lines)}
    return [Touched(record, touched[record.id], changes.get(record.id)) for record in records]
