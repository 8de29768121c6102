"""The database: base class, column types, engine and sessions. No Flask."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    MetaData,
    String,
    Text,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

BUSY_TIMEOUT_MS = 8_000
FEW_ROWS = 500  # are joined fast in any order


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, always aware and in UTC, also where the database keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """A plain value as JSON text, the same on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


Key = Annotated[int, mapped_column(primary_key=True)]
# What a key can be; a number from an address may be larger, and PostgreSQL would refuse it.
LARGEST_KEY = 2**31 - 1
RecordKey = Annotated[int, mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)]
RecordRef = Annotated[int, mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)]
Name = Annotated[str, mapped_column(String(200))]
Slug = Annotated[str, mapped_column(String(120))]
Word = Annotated[str, mapped_column(String(40))]
LongText = Annotated[str, mapped_column(Text, default="")]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
MadeAt = Annotated[datetime, mapped_column(UtcDateTime, default=now)]


class Base(DeclarativeBase):
    """Parent of all models; the naming convention keeps migrations possible on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime()}


def one_of(column: str, values: type[Any], *, nullable: bool = False) -> str:
    """The text of a check constraint that holds a column to the values of an enumeration."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IS NULL OR {column} IN ({listed})" if nullable else f"{column} IN ({listed})"


def contains(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a text column holds a word as it stands, in any case; nothing in the word is a wildcard."""
    found: ColumnElement[bool] = column.icontains(word, autoescape=True)
    return found


@dataclass(frozen=True)
class Database:
    """One engine with its two kinds of session."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def reader(self, *, is_steady: bool = False) -> Session:
        """A session that only reads; a steady one sees the database as it is now however often it asks."""
        # SQLite's always do.
        steady = is_steady and not self.is_sqlite
        return _session(self.engine.execution_options(isolation_level="REPEATABLE READ") if steady else self.engine)

    def writer(self) -> Session:
        """A session that may write; on SQLite it takes the write lock at once, so that it never fails half way."""
        return _session(self.engine.execution_options(sqlite_begin="IMMEDIATE"))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.reader() as session:
            yield session

    @contextmanager
    def writing(self, channel: str) -> Iterator[Session]:
        """A session for one unit of work that commits at the end; `channel` names where its changes come from."""
        with self.writer() as session, session.begin():
            session.info["channel"] = channel
            yield session


def _session(engine: Engine) -> Session:
    return Session(engine, expire_on_commit=False)


def learn_sizes(session: Session) -> None:
    """Let the planner of the database count its rows, or it joins those that were just written in the worst order."""
    session.execute(text("ANALYZE"))


def learn_sizes_if_grown(database: Database) -> None:
    """As `learn_sizes`, once the table of records has doubled since; PostgreSQL sees to it by itself."""
    if not database.is_sqlite:
        return
    with database.reading() as session:
        # Counted, since the highest id stands far above the number of rows where many were removed.
        rows = session.scalar(text("SELECT count(*) FROM record")) or 0
        is_known = session.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"))
        known = session.scalar(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'record'")) if is_known else None
    # The first number of the text is that of the rows.
    if rows >= 2 * int(known.split()[0] if known else 0) + FEW_ROWS:
        with database.writer() as session, session.begin():
            learn_sizes(session)


def connect(url: str) -> Database:
    """Open the database at the address; nothing is created, no connection made yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
        _use_sqlite_well(engine)
    else:
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_pre_ping=True)
    return Database(engine)


def _use_sqlite_well(engine: Engine) -> None:
    """Durable commits, foreign keys, and transactions that begin when we say (the driver begins them late)."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")
