"""What a database holds, as a count and a fingerprint for each table, so that two can be compared."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kb.db import Base

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

ROWS_AT_ONCE = 1_000
# What a fingerprint is counted in: 256 bits.
SIZE = 2**256


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a table has, and a number that any changed, missing or added row makes another."""

    rows: int
    fingerprint: str


def tables() -> list[Table]:
    """Every table, each after those that it points to."""
    return list(Base.metadata.sorted_tables)


def rows_of(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """The rows of one table, a thousand in memory at a time."""
    yield from connection.execute(select(table).execution_options(yield_per=ROWS_AT_ONCE))


def contents(connection: Connection) -> dict[str, Content]:
    """What each table of this version holds; the same on SQLite and on PostgreSQL when the rows are the same."""
    return {table.name: content_of(map(_plainly, rows_of(connection, table))) for table in tables()}


def contents_of_file(connection: sqlite3.Connection, *, without: str) -> dict[str, Content]:
    """What each table of a SQLite file of any version holds, apart from one."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    names = [name for (name,) in connection.execute(query) if name != without]
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in names}
    return {name: content_of(connection.execute(f"SELECT * FROM {quoted[name]}")) for name in names}  # noqa: S608


def content_of(rows: Iterable[Sequence[Any]]) -> Content:
    """The content of rows in any order: databases do not agree on how letters are sorted."""
    number = total = 0
    for row in rows:
        number += 1
        digest = hashlib.sha256(repr(tuple(row)).encode()).digest()
        total = (total + int.from_bytes(digest, "big")) % SIZE
    return Content(number, f"{total:064x}")


def differences(one: Mapping[str, Content], other: Mapping[str, Content]) -> list[str]:
    """The tables in which two differ, by name."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _plainly(row: Sequence[Any]) -> list[Any]:
    """The values as both databases would give them."""
    return [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in row]
