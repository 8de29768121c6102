"""The language of the field: the glossary of the database and the synonyms of the file, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.models.term import Meaning, Term
from kb.permissions import Person, visible_to
from search.index.expanding import Glossary
from search.language import synonyms

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def of(session: Session, person: Person, chosen: Mapping[str, int] | None = None) -> Glossary:
    """What the words of a question may stand for, as far as the person may see it.

    `chosen` is the place of the meaning, from 1, that was chosen for an acronym with several.
    """
    query = (
        select(Term.title, Meaning.expansion)
        .join(Meaning, Meaning.term_id == Term.id)
        .where(visible_to(person))
        .order_by(Term.title, Meaning.position)
    )
    meanings: dict[str, list[str]] = {}
    for acronym, expansion in session.execute(query):
        meanings.setdefault(acronym, []).append(expansion)
    known = synonyms.current()
    return Glossary(
        {acronym: tuple(expansions) for acronym, expansions in meanings.items()},
        {acronym: place for acronym, place in (chosen or {}).items() if acronym in meanings},
        known.others,
        known.words_too,
    )
