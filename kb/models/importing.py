"""Imports: files that people brought, what each row of them proposes, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Json, Key, LongText, MadeAt, Name, Word, one_of
from kb.models.plan import Plan
from kb.models.record import Record
from kb.models.user import User


class ImportState(StrEnum):
    """How far an import has come; those that somebody works at are read and accepted by a worker."""

    READING = "reading"
    READY = "ready"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    UNDONE = "undone"
    DISCARDED = "discarded"
    FAILED = "failed"


class Outcome(StrEnum):
    """What a row would do, and after it was accepted, what it did."""

    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    REFUSE = "refuse"


class Import(Base):
    """One file: what kind of rows it holds, for which plan, how its columns are read, and how far it has come.

    `book` is what was read of it, kept until it is accepted or discarded; `total` counts its rows, `done` those that
    the current step has behind it; `claimed_until` is held by whoever works at it.
    """

    __tablename__ = "import"
    __table_args__ = (CheckConstraint(one_of("state", ImportState), name="known_state"),)

    id: Mapped[Key]
    kind: Mapped[Word]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    file_name: Mapped[Name]
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[Word] = mapped_column(default=ImportState.READING, index=True)
    told: Mapped[LongText]
    notes: Mapped[list[str]] = mapped_column(Json, default=list)
    columns: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict)
    book: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[MadeAt]
    accepted_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]

    plan: Mapped[Plan | None] = relationship(lazy="raise_on_sql", foreign_keys=[plan_id], viewonly=True)
    user: Mapped[User | None] = relationship(lazy="raise_on_sql")


class ImportRow(Base):
    """One row: where it stands in the file, what it says by field, and what that would do or did.

    `values` are the words of the file or of whoever mended them; `guessed` names the fields that the file does not
    say itself. `differences` are what would change, each as field, old and new; `problems` what is wrong, as field
    and message; `matches` the records that it may mean, as ref, title and likeness. `match` is what a person chose:
    the ref of one of them, "new" for none, or nothing.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "position"),
        CheckConstraint(one_of("outcome", Outcome), name="known_outcome"),
        Index("ix_import_row_import_id_outcome", "import_id", "outcome"),
    )

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    position: Mapped[int]
    place: Mapped[LongText]
    title: Mapped[LongText]
    outcome: Mapped[Word]
    values: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    guessed: Mapped[list[str]] = mapped_column(Json, default=list)
    notes: Mapped[list[str]] = mapped_column(Json, default=list)
    differences: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    problems: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    matches: Mapped[list[list[Any]]] = mapped_column(Json, default=list)
    match: Mapped[LongText]
    is_skipped: Mapped[bool] = mapped_column(default=False)
    is_applied: Mapped[bool] = mapped_column(default=False)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"), index=True)

    record: Mapped[Record | None] = relationship(lazy="raise_on_sql", foreign_keys=[record_id])


class ImportedRecord(Base):
    """A record that a row made or changed: what stood before, and the last line of its history that is the import's.

    By the line undoing knows whether anything else has touched the record since.
    """

    __tablename__ = "imported_record"

    row_id: Mapped[int] = mapped_column(ForeignKey("import_row.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True, index=True)
    is_new: Mapped[bool]
    before: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    last_change_id: Mapped[int]

    record: Mapped[Record] = relationship(lazy="raise_on_sql", foreign_keys=[record_id])
