"""The glossary: acronyms with their meanings, in English and Welsh; leads of any plan enter them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from kb import editing, records
from kb.db import contains
from kb.errors import Invalid
from kb.models.record import Kind, Record
from kb.models.term import Language, Meaning, Term
from kb.narrowing import each_word
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


LONGEST_EXPANSION = 300


@dataclass(frozen=True, slots=True)
class MeaningDetails:
    """One thing that an acronym stands for."""

    expansion: str
    note: str = ""
    language: str = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class TermDetails:
    """An acronym with its meanings in order; with several it is ambiguous."""

    title: str
    meanings: tuple[MeaningDetails, ...] = ()


def list_terms(
    session: Session, *, person: Person, words: str = "", letter: str = "", offset: int = 0, limit: int = 50
) -> tuple[int, Sequence[Term]]:
    """How many terms fit, and one page of them with their meanings."""
    query = select(Term).where(visible_to(person), *each_word(words, _means))
    if letter:
        query = query.where(func.upper(func.substr(Record.title, 1, 1)) == letter.upper())
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = query.options(selectinload(Term.meanings)).order_by(func.upper(Record.title), Term.id)
    return total, session.scalars(page.offset(offset).limit(limit)).all()


def _means(word: str) -> ColumnElement[bool]:
    """Whether a word stands in the acronym or in one of its meanings."""
    meaning = select(Meaning.term_id).where(contains(Meaning.expansion, word))
    return or_(contains(Record.title, word), Term.id.in_(meaning))


def letters(session: Session, *, person: Person) -> list[str]:
    """The first letters that acronyms have."""
    first = func.upper(func.substr(Record.title, 1, 1))
    return list(
        session.scalars(select(first).where(Record.kind == "term", visible_to(person)).distinct().order_by(first))
    )


def get(session: Session, ref: str, *, person: Person) -> Term:
    """One term with its meanings, or NotFound."""
    return records.get(session, Term, ref, person=person, options=[selectinload(Term.meanings)])


def details_of(term: Term) -> TermDetails:
    """What stands now, as the form shows it; of a term that `get` gave."""
    meanings = (MeaningDetails(one.expansion, one.note, one.language) for one in term.meanings)
    return TermDetails(term.title, tuple(meanings))


def create(session: Session, details: TermDetails, *, by: Person) -> Term:
    """Add an acronym with what it stands for."""
    by.require(Capability.EDIT_SHARED)
    title, meanings = _checked(session, details, None)
    rows = [Meaning(position=place, **_columns(one)) for place, one in enumerate(meanings, 1)]
    term = Term(ref=records.new_ref(session, Kind.TERM, title), title=title, meanings=rows)
    return editing.make(session, term, by=by)


def edit(session: Session, ref: str, details: TermDetails, *, version: int, reason: str, by: Person) -> Term:
    """Change an acronym or its meanings, in the order that is given."""
    term = get(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    before = [_told(one) for one in details_of(term).meanings]
    editing.check_version(term, version, _as_typed(term))
    title, meanings = _checked(session, details, term)
    with session.no_autoflush:
        editing.change(session, term, {"title": title}, reason=reason, by=by)
        after = [_told(one) for one in meanings]
        if editing.note_words(session, term, "meanings", before, after, reason=reason, by=by):
            for row, one in zip(term.meanings, meanings, strict=False):
                row.expansion, row.note, row.language = one.expansion, one.note, one.language
            last = max((row.position for row in term.meanings), default=0)
            new = meanings[len(term.meanings) :]
            del term.meanings[len(meanings) :]
            term.meanings += [Meaning(position=last + n, **_columns(one)) for n, one in enumerate(new, 1)]
    session.flush()
    return term


def _checked(session: Session, details: TermDetails, standing: Term | None) -> tuple[str, list[MeaningDetails]]:
    """The acronym and its meanings as they will stand; Invalid for what cannot, or an acronym that is there already."""
    title = editing.checked_title(details.title)
    query = select(Term).where(Term.title == title, Term.id != (standing.id if standing else 0))
    if session.scalar(query.limit(1)) is not None:
        message = gettext("“%(acronym)s” is in the glossary already; add the meaning there", acronym=title)
        raise Invalid("title", message)
    meanings: dict[tuple[str, str], MeaningDetails] = {}
    for one in details.meanings:
        expansion = " ".join(one.expansion.split())
        editing.check_choice("language", [one.language], frozenset(Language))
        if not expansion:
            raise Invalid("title", gettext("Say what it stands for where the note is “%(note)s”", note=one.note))
        if len(expansion) > LONGEST_EXPANSION:
            raise Invalid("title", gettext("A meaning may have up to %(number)s characters", number=LONGEST_EXPANSION))
        key = (expansion.lower(), one.language)
        meanings.setdefault(key, MeaningDetails(expansion, one.note.strip(), one.language))
    if not meanings:
        raise Invalid("title", gettext("Say what %(acronym)s stands for", acronym=title))
    return title, list(meanings.values())


def _as_typed(term: Term) -> dict[str, str]:
    """What stands now, by field of the form."""
    rows = {f"meaning-{n}": one for n, one in enumerate(term.meanings, 1)}
    fields = {f"{row}-{name}": getattr(one, name) for row, one in rows.items() for name in ("expansion", "note")}
    return {"title": term.title, **fields}


def _columns(one: MeaningDetails) -> dict[str, str]:
    return {"expansion": one.expansion, "note": one.note, "language": one.language}


def _told(one: MeaningDetails) -> str:
    welsh = gettext(" [Welsh]") if one.language == Language.WELSH else ""
    return f"{one.expansion}{welsh}" + (f" ({one.note})" if one.note else "")
