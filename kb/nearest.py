"""The record whose name is nearest to one that does not exist, for whoever mistyped an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from sqlalchemy import select

from kb.models.record import Record
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

MOST = 20_000
# Below this a mistyped name and its record have little in common but the alphabet.
NEAR_ENOUGH = 80


def find(session: Session, ref: str, *, person: Person) -> Row[str, str, str] | None:
    """Kind, ref and title of the record that the person may see whose ref is nearest; None when none is near."""
    query = select(Record.kind, Record.ref, Record.title).where(visible_to(person)).limit(MOST)
    rows = session.execute(query).all()
    found = process.extractOne(ref.lower(), [row.ref for row in rows], scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return rows[found[2]] if found else None
