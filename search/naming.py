"""Filters by name: publisher:"NHS England" means the one organisation that is called so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kb.models.organisation import Organisation, StaffGroup
from kb.models.record import Record, Theme
from kb.permissions import Person, visible_to
from search.filters import NAMED, Filters, slug

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

# Where a kind keeps the other name of its records.
_CALLED: dict[str, Any] = {
    "organisation": Organisation.abbreviation,
    "theme": Theme.also_called,
    "staff_group": StaffGroup.also_called,
}


def resolved(session: Session, person: Person, filters: Filters, known: dict[str, Collection[str]]) -> Filters:
    """The filters with refs in the place of names; what names no record, or several, stays as it is."""
    changed = {}
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
    return [(ref, frozenset(slug(name) for name in names if name)) for ref, *names in rows]


def _the_one(names: list[tuple[str, frozenset[str]]], asked: str) -> str | None:
    """The ref of the record that is called so; else of the only one whose name has all these words."""
    words = set(asked.split("-"))
    exact = [ref for ref, called in names if asked in called]
    near = exact or [ref for ref, called in names if any(words <= set(name.split("-")) for name in called)]
    return near[0] if len(near) == 1 else None
