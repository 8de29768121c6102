"""Finding the record that other business is about, by its ref or by words of its title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from kb import records
from kb.errors import Invalid, NotFound
from kb.models.record import Kind, Record
from kb.permissions import visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from actions.review_models import Review
    from kb.permissions import Person

# As many records are named to whoever named one by a few words of its title.
MOST_NAMED = 5


class SeveralNamed(Invalid):
    """Somebody named a record by words that several have in their titles."""

    def __init__(self, found: Sequence[Record]) -> None:
        super().__init__("about", gettext("Several records are called so. Give the ref of the one that you mean"))
        self.found = found


def record_of(session: Session, review: Review, name: str, person: Person) -> Record | None:
    """The record that somebody named by its ref or its title; none where nothing was said."""
    name = name.strip()
    if not name:
        return None
    try:
        record = records.get_any(session, name, person=person)
    except NotFound:
        return _titled(session, review, name, person)
    except Invalid as error:
        raise Invalid("about", str(error)) from error
    of_plan = record.id if record.kind == Kind.PLAN else record.plan_id
    if of_plan not in (None, review.plan_id):
        told = gettext("“%(title)s” belongs to another plan, whose own group decides about it", title=record.title)
        raise Invalid("about", told)
    return record


def _titled(session: Session, review: Review, name: str, person: Person) -> Record:
    """The only record of the plan, or of all plans, that has this title, or these words in its title."""
    pattern = name.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    query = select(Record).where(func.lower(Record.title).like(f"%{pattern}%", escape="\\"), visible_to(person))
    is_shared = and_(Record.plan_id.is_(None), or_(Record.kind != Kind.PLAN, Record.id == review.plan_id))
    query = query.where(or_(is_shared, Record.plan_id == review.plan_id))
    found = session.scalars(query.order_by(func.length(Record.title), Record.id).limit(MOST_NAMED)).all()
    same = [record for record in found if record.title.lower() == name.lower()] or found
    if len(same) == 1:
        return same[0]
    if not found:
        raise Invalid("about", gettext("No record is called so. Give its ref, a part of its title, or nothing"))
    raise SeveralNamed(same)
