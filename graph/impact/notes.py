"""Notes for the steering group: answers to a “what if” as they stood on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import joinedload

from graph.impact import findings
from graph.impact import labels as impact_labels
from graph.impact import told as impact_told
from kb.db import now
from kb.errors import Invalid, NotFound
from kb.models.impact_note import ImpactNote
from kb.models.record import Record, Visibility
from kb.models.user import Role
from kb.permissions import SYSTEM, Capability, Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from graph.impact.answers import Answer
    from graph.impact.told import Named, Told
    from kb.models.plan import Plan

LONGEST_NOTE = 2_000


def save(session: Session, answer: Answer, plan: Plan, *, note: str, by: Person) -> ImpactNote:
    """Keep an answer for the steering group of a plan.

    One that names a draft or goes by a forecast is for the plan's members alone.
    """
    by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", gettext("Use at most %(most)s characters", most=f"{LONGEST_NOTE:,}"))
    asked, told = answer.told.dumped()
    is_draft = answer.names_drafts or answer.tells_forecasts or plan.visibility != Visibility.PUBLISHED
    kept = ImpactNote(
        plan_id=plan.id,
        title=impact_labels.title(answer.told),
        asked=asked,
        answer=told,
        note=note.strip(),
        visibility=Visibility.DRAFT if is_draft else Visibility.PUBLISHED,
        person_id=by.user_id,
    )
    session.add(kept)
    session.flush()
    return kept


def find_same(session: Session, answer: Answer, plan: Plan, *, note: str, person: Person) -> ImpactNote | None:
    """The note on the plan's list that says the same word for word, so that it need not be kept twice."""
    asked, told = answer.told.dumped()
    query = select(ImpactNote).where(
        _may_see(person),
        ImpactNote.plan_id == plan.id,
        ImpactNote.put_away_at.is_(None),
        ImpactNote.asked == asked,
        ImpactNote.answer == told,
        ImpactNote.note == note.strip(),
    )
    return session.scalars(query.limit(1)).first()


def list_notes(
    session: Session, person: Person, plans: Iterable[int] | None = None, *, limit: int | None = None
) -> Sequence[ImpactNote]:
    """The notes that the person may see and that were not put away, of these plans or of all; the newest first."""
    query = select(ImpactNote).where(_may_see(person), ImpactNote.put_away_at.is_(None))
    if plans is not None:
        query = query.where(ImpactNote.plan_id.in_(list(plans)))
    query = query.options(joinedload(ImpactNote.person)).order_by(ImpactNote.at.desc(), ImpactNote.id.desc())
    return session.scalars(query.limit(limit)).all()


def get(session: Session, note_id: int, *, person: Person) -> ImpactNote:
    """One note, put away or not, or NotFound, also where the person may not see it."""
    query = select(ImpactNote).where(ImpactNote.id == note_id, _may_see(person))
    note = session.scalars(query.options(joinedload(ImpactNote.person))).one_or_none()
    if note is None:
        raise NotFound("note", str(note_id))
    return note


def put_away(session: Session, note_id: int, *, by: Person) -> ImpactNote:
    """Take a note off the lists; its page stays."""
    note = get(session, note_id, person=by)
    by.require(Capability.EDIT_PLAN, plan_id=note.plan_id)
    if note.put_away_at is None:
        note.put_away_at = now()
    return note


def read(note: ImpactNote) -> Told:
    """The answer that a note keeps."""
    return impact_told.load(note.asked, note.answer)


def finding(note: ImpactNote) -> str:
    """What a note found, in one sentence."""
    return findings.finding(read(note))


def still_there(session: Session, told: Told, person: Person) -> frozenset[Named]:
    """Those of the records that a note names which the person can open today."""
    names = told.named()
    query = select(Record.kind, Record.ref, Record.title).where(
        Record.ref.in_({one.ref for one in names}), visible_to(person)
    )
    there = {(row.kind, row.ref) for row in session.execute(query)}
    return frozenset(one for one in names if (one.kind, one.ref) in there)


def _may_see(person: Person) -> ColumnElement[bool]:
    """Whoever sees the plan sees its notes; those with drafts in them are for its leads and steering group."""
    if person is SYSTEM:
        return true()
    seen = select(Record.id).where(visible_to(person)).scalar_subquery()
    mine = person.plans_with(Role.LEAD, Role.STEERING)
    return ImpactNote.plan_id.in_(seen) & or_(
        ImpactNote.visibility == Visibility.PUBLISHED, ImpactNote.plan_id.in_(mine)
    )
