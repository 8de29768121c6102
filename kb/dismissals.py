"""Likely links that somebody has said do not hold: remembered, so that they are not offered again, until taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from kb import links
from kb.errors import Invalid
from kb.inserting import insert_into
from kb.models.link import DismissedPair, LinkType
from kb.models.record import Record
from kb.permissions import parent_is_visible, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person

MOST = 50


def dismiss(session: Session, start: Record, kind: LinkType, end: Record, *, by: Person) -> None:
    """Say that a link does not hold; saying it again changes nothing. Invalid for one that leads to itself."""
    links.require_editing(start, by)
    if start.id == end.id:
        raise Invalid("to", gettext("A record is never linked to itself, so there is nothing to dismiss"))
    pair = {"type": kind, "from_id": start.id, "to_id": end.id, "reason": "", "person_id": by.user_id}
    session.execute(insert_into(session, DismissedPair).values(pair).on_conflict_do_nothing())


def take_back(session: Session, start: Record, kind: LinkType, end: Record, *, by: Person) -> None:
    """Let a link be offered again."""
    links.require_editing(start, by)
    pair = (DismissedPair.type == kind, DismissedPair.from_id == start.id, DismissedPair.to_id == end.id)
    session.execute(delete(DismissedPair).where(*pair))


def list_of(session: Session, record: Record, *, person: Person) -> list[tuple[DismissedPair, Record]]:
    """What was dismissed for a record, the last first, each with the other record, if the person may see that."""
    mine = or_(DismissedPair.from_id == record.id, DismissedPair.to_id == record.id)
    other = or_(DismissedPair.from_id == Record.id, DismissedPair.to_id == Record.id)
    query = (
        select(DismissedPair, Record)
        .join(Record, other)
        .where(mine, Record.id != record.id, visible_to(person), parent_is_visible(person))
        .order_by(DismissedPair.at.desc(), DismissedPair.id.desc())
        .limit(MOST)
    )
    return [(pair, found) for pair, found in session.execute(query)]
