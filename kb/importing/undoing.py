"""Taking back what an import wrote: all of it, or nothing where anybody has built on it since."""

from __future__ import annotations

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
from kb.permissions import SYSTEM
from kb.removal import hanging
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.record import Record
    from kb.permissions import Person

MOST_NAMED = 5
# PostgreSQL takes no more values in one statement than fit 16 bits.
AT_ONCE = 5_000


def undo(session: Session, incoming: Import, *, by: Person, today: date) -> int:
    """Take back everything that an import wrote, in one transaction; how many records that concerns.

    Raises Invalid, naming what stands in the way, where anything else has touched one of its records since.
    """
    service.require_changing(incoming, by)
    if incoming.state != ImportState.ACCEPTED:
        raise Invalid("state", gettext("Only an import that was brought in can be undone."))
    query = select(ImportedRecord, ImportRow).join(ImportRow, ImportRow.id == ImportedRecord.row_id)
    query = query.where(ImportRow.import_id == incoming.id).options(joinedload(ImportedRecord.record))
    found = session.execute(query.order_by(ImportRow.position.desc(), ImportedRecord.record_id.desc())).all()
    if touched := _touched(session, [one for one, _ in found]):
        names = ", ".join(f"“{record.title}”" for record in touched[:MOST_NAMED])
        more = gettext(" and %(number)s more", number=len(touched) - MOST_NAMED) if len(touched) > MOST_NAMED else ""
        raise Invalid(
            "state",
            gettext(
                "It cannot be undone as a whole any more, since this has been changed or built on since: "
                "%(names)s%(more)s. Change or delete the records themselves.",
                names=names,
                more=more,
            ),
        )
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


def _touched(session: Session, found: list[ImportedRecord]) -> list[Record]:
    """Those of the records that somebody has changed since, or put something on that would go with them."""
    noted: dict[int, int] = {}
    for one in found:
        noted[one.record_id] = max(one.last_change_id, noted.get(one.record_id, 0))
    last = last_changes(session, noted)
    touched = {one.record_id: one.record for one in found if last.get(one.record_id, 0) > noted[one.record_id]}
    for one in found:
        if one.is_new and one.record_id not in touched:
            on_it = hanging.what_hangs_on(session, one.record, person=SYSTEM)
            others = (*on_it.parts, *(record for sort in on_it.losing for record in sort.first))
            touched |= {record.id: record for record in others if record.id not in noted}
    return list(touched.values())
