"""Letting all that points to one record point to another, by every foreign key of the tables, so none is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, UniqueConstraint, and_, delete, exists, func, inspect, select, update

from kb.db import Base
from kb.models.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column
    from sqlalchemy.orm import Session

# Rows that bear a number within their record are numbered on behind those of the other.
NUMBER = "position"


def pointers() -> list[Column[Any]]:
    """Every column that names a record, but for the keys that a record's own tables share."""
    own = {mapper.local_table for mapper in inspect(Record).self_and_descendants}
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table in own and key.column.name == "id" and not (table in own and key.parent.name == "id")
    ]


def repoint(session: Session, old: int, new: int) -> dict[str, int]:
    """Move every row from one record to another, and drop those that the other has already; how many, by table.

    The rows are changed in the tables, past the hooks: whoever calls this changes both records too, and search makes
    the documents of all that hangs on them anew. Objects that are in the session are read again.
    """
    session.flush()
    connection = session.connection()
    moved: dict[str, int] = {}
    for column in pointers():
        table = column.table
        assert isinstance(table, Table)
        if not connection.scalar(select(exists().where(column == old))):
            continue
        for others in _unique_with(table, column):
            if [other.name for other in others] == [NUMBER]:
                _number_on(session, column, old, new)
            else:
                _drop_twins(session, column, others, old, new)
        rows = connection.execute(update(table).where(column == old).values({column: new})).rowcount
        moved[table.name] = moved.get(table.name, 0) + rows
    session.expire_all()
    return moved


def _unique_with(table: Table, column: Column[Any]) -> Iterator[list[Column[Any]]]:
    """The other columns of each key in which this column takes part; what holds for some rows only is not one."""
    keys = [set(table.primary_key.columns)]
    keys += [set(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += [
        set(index.columns)
        for index in table.indexes
        if index.unique and index.dialect_options["sqlite"].get("where") is None
    ]
    for key in keys:
        if column in key:
            yield sorted(key - {column}, key=lambda other: other.name)


def _number_on(session: Session, column: Column[Any], old: int, new: int) -> None:
    """Number rows behind all that either record has, so that no number is held twice on the way."""
    number = column.table.c[NUMBER]
    last = session.connection().scalar(select(func.max(number)).where(column.in_((old, new)))) or 0
    moved = update(column.table).where(column == old).values({number: number + last})
    session.connection().execute(moved)


def _drop_twins(session: Session, column: Column[Any], others: list[Column[Any]], old: int, new: int) -> None:
    twin = column.table.alias("twin")
    alike = and_(twin.c[column.name] == new, *(twin.c[other.name] == other for other in others))
    session.connection().execute(delete(column.table).where(column == old, exists().where(alike)))
