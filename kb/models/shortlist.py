"""Shortlists: the sources and actions that a person marked while reading."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt
from kb.models.record import Record


class Shortlist(Base):
    """One person's list; whoever is signed in and has the `share_key` may read what they may see of it."""

    __tablename__ = "shortlist"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    share_key: Mapped[str | None] = mapped_column(String(43), unique=True)
    items: Mapped[list[ShortlistItem]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="ShortlistItem.added_at"
    )


class ShortlistItem(Base):
    """One record on a shortlist."""

    __tablename__ = "shortlist_item"

    shortlist_id: Mapped[int] = mapped_column(ForeignKey("shortlist.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True, index=True)
    added_at: Mapped[MadeAt]
    note: Mapped[LongText]
    record: Mapped[Record] = relationship(lazy="raise_on_sql", foreign_keys=[record_id])
