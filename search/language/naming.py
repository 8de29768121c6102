"""Filters by name: publisher:"NHS England" means the one organisation that is called so."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kb.models.organisation import Organisation, Post, StaffGroup
from kb.models.record import Record, Theme
from kb.permissions import Person, visible_to
from search.language.filters import NAMED, Filters, slug

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

# Where a kind keeps the other name of its records.
_CALLED: dict[str, Any] = {
    "organisation": Organisation.abbreviation,
    "theme": Theme.also_called,
    "staff_group": StaffGroup.also_called,
}
# An owner that stands for the posts of whoever asks.
ME = "me"
MOST_NEAR = 4


def resolved(session: Session, person: Person, filters: Filters, known: dict[str, Collection[str]]) -> Filters:
    """The filters with refs in the place of names; what names no record, or several, stays as it is."""
    changed = {}
    if ME in filters.owner:
        own = select(Record.ref).where(Record.id.in_(list(person.posts)), visible_to(person)).order_by(Record.ref)
        posts = (*session.scalars(own),) or (ME,)
        filters = replace(filters, owner=tuple(dict.fromkeys((*(o for o in filters.owner if o != ME), *posts))))
    for name, kind in NAMED.items():
        values = getattr(filters, name)
        if any(value not in known[name] for value in values):
            names = _names(session, person, kind)
            found = (value if value in known[name] else _the_one(names, value) or value for value in values)
            changed[name] = tuple(dict.fromkeys(found))
    return replace(filters, **changed)  # type: ignore[arg-type]


def _names(session: Session, person: Person, kind: str) -> list[tuple[str, frozenset[str]]]:
    """The refs of a kind, each with the names by which it goes."""
    query: Any = select(Record.ref, Record.title)
    if kind in _CALLED:
        column = _CALLED[kind]
        table = column.class_.__table__
        query = query.join(table, table.c.id == Record.id).add_columns(table.c[column.key])
    rows = session.execute(query.where(Record.kind == kind, visible_to(person)))
    return [(ref, frozenset({ref, *(slug(name) for name in names if name)})) for ref, *names in rows]


def near(session: Session, person: Person, name: str, asked: str, known: Collection[str]) -> tuple[str, ...]:
    """The refs that may have been meant by a name that nothing bears: of those that are `known`."""
    names = [each for each in _names(session, person, NAMED[name]) if each[0] in known]
    words = {word for word in asked.split("-") if len(word) > 2}
    found = _of_organisation(session, person, asked) if name == "owner" else []
    found += [ref for ref, called in names if any(set(each.split("-")) & words for each in called)]
    alike = {each: ref for ref, called in names for each in called}
    found += [alike[each] for each in get_close_matches(asked, alike, MOST_NEAR)]
    return tuple(ref for ref in dict.fromkeys(found) if ref in known)[:MOST_NEAR]


def _of_organisation(session: Session, person: Person, asked: str) -> list[str]:
    """The posts of the organisation that is called so."""
    organisation = _the_one(_names(session, person, "organisation"), asked)
    body, post = Record.__table__.alias(), Post.__table__
    query = (
        select(Record.ref)
        .join(post, post.c.id == Record.id)
        .join(body, body.c.id == post.c.organisation_id)
        .where(body.c.ref == organisation, body.c.kind == "organisation", visible_to(person))
    )
    return list(session.scalars(query.order_by(Record.title))) if organisation else []


def _the_one(names: list[tuple[str, frozenset[str]]], asked: str) -> str | None:
    """The ref of the record that is called so; else of the only one whose name has all these words."""
    words = set(asked.split("-"))
    exact = [ref for ref, called in names if asked in called]
    near = exact or [ref for ref, called in names if any(words <= set(name.split("-")) for name in called)]
    return near[0] if len(near) == 1 else None
