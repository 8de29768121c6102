"""The record that somebody means: chosen from a list by its ref, or named by its title or words of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import and_, func, select

from kb import gathering
from kb.errors import Invalid
from kb.models.record import Record
from kb.narrowing import bears
from kb.permissions import Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

R = TypeVar("R", bound=Record)
MOST_OFFERED = 3


def chosen(session: Session, model: type[R], ref: str, field: str, *, by: Person) -> R:
    """The record of this ref that a form chose from a list; Invalid where it is not there."""
    for found in gathering.named(session, model, [ref], by):
        return found
    raise Invalid(field, gettext("Choose one of the list"))


def chosen_all(session: Session, model: type[R], refs: Collection[str], field: str, *, by: Person) -> list[R]:
    """The records of these refs, by title; Invalid where one is not there."""
    found = gathering.named(session, model, refs, by)
    if unknown := set(refs) - {record.ref for record in found}:
        raise Invalid(field, gettext("There is nothing called “%(ref)s” to choose", ref=min(unknown)))
    return found


def find(session: Session, model: type[R], words: str, field: str, *, by: Person) -> R:
    """The one record with this short name or title, else the only one whose title holds the words; else Invalid."""
    given = words.strip()
    holds = and_(*bears(given, Record.title))
    found: Sequence[R] = ()
    for clause in (model.ref == given, func.lower(Record.title) == given.lower(), holds):
        query = select(model).where(clause, visible_to(by)).order_by(Record.title, Record.id)
        found = session.scalars(query.limit(MOST_OFFERED + 1)).all()
        if found:
            break
    if len(found) == 1:
        return found[0]
    if not found:
        raise Invalid(field, gettext("Nothing here is called “%(words)s”", words=given))
    raise Invalid(field, _several(given, found))


def _several(given: str, found: Sequence[Record]) -> str:
    """What to say of words that several records fit: their short names where the titles are the same."""
    if found[0].title.lower() == found[-1].title.lower() == given.lower():
        refs = ", ".join(one.ref for one in found[:MOST_OFFERED])
        return gettext("Several are called “%(words)s”. Give the short name of one: %(refs)s", words=given, refs=refs)
    some = ", ".join(f"“{one.title}”" for one in found[:MOST_OFFERED])
    return gettext("“%(words)s” fits several, such as %(some)s. Give the whole title", words=given, some=some)
