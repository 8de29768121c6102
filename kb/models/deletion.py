"""Deletions: which records went out of sight together, by whom and why, and whether that was undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt, RecordRef
from kb.models.record import Record
from kb.models.user import User

deletion_part = Table(
    "deletion_part",
    Base.metadata,
    Column("deletion_id", ForeignKey("deletion.id", ondelete="CASCADE"), primary_key=True),
    Column("record_id", ForeignKey("record.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Deletion(Base):
    """One deletion: the record that a person deleted and, in `parts`, it and all that went with it."""

    __tablename__ = "deletion"

    id: Mapped[Key]
    record_id: Mapped[RecordRef]
    at: Mapped[MadeAt]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    reason: Mapped[LongText]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    record: Mapped[Record] = relationship(lazy="raise_on_sql", foreign_keys="Deletion.record_id")
    parts: Mapped[list[Record]] = relationship(secondary=deletion_part, lazy="raise_on_sql")
    person: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
