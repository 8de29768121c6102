"""The glossary: acronyms with their meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from kb import records
from kb.db import contains
from kb.models.record import Record
from kb.models.term import Meaning, Term
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def list_terms(
    session: Session, *, person: Person, words: str = "", letter: str = "", offset: int = 0, limit: int = 50
) -> tuple[int, Sequence[Term]]:
    """How many terms fit, and one page of them with their meanings."""
    query = select(Term).where(visible_to(person))
    for word in words.split()[:10]:
        meaning = select(Meaning.term_id).where(contains(Meaning.expansion, word))
        query = query.where(or_(contains(Record.title, word), Term.id.in_(meaning)))
    if letter:
        query = query.where(func.upper(func.substr(Record.title, 1, 1)) == letter.upper())
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = query.options(selectinload(Term.meanings)).order_by(func.upper(Record.title), Term.id)
    return total, session.scalars(page.offset(offset).limit(limit)).all()


def letters(session: Session, *, person: Person) -> list[str]:
    """The first letters that acronyms have."""
    first = func.upper(func.substr(Record.title, 1, 1))
    return list(
        session.scalars(select(first).where(Record.kind == "term", visible_to(person)).distinct().order_by(first))
    )


def get(session: Session, ref: str, *, person: Person) -> Term:
    """One term with its meanings, or NotFound."""
    return records.get(session, Term, ref, person=person, options=[selectinload(Term.meanings)])
