"""History: one line for each thing that changed on a record; rows are added and never altered."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt, RecordRef, Word, one_of
from kb.models.record import Record
from kb.models.user import User


class Channel(StrEnum):
    """Through what a change came."""

    WEB = "web"
    API = "api"
    MAIL = "mail"  # a link in a mail, which opens a page
    IMPORT = "import"  # rows of a file that somebody brought and accepted
    COMMAND = "command"
    SEED = "seed"
    WORKER = "worker"


class Change(Base):
    """Who changed what on a record, from what to what, when, through what, and why."""

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint(one_of("channel", Channel), name="known_channel"),
        Index("ix_change_at", "at"),
    )

    id: Mapped[Key]
    record_id: Mapped[RecordRef]
    at: Mapped[MadeAt]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    channel: Mapped[Word]
    field: Mapped[Word]
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[LongText]
    record: Mapped[Record] = relationship(lazy="raise_on_sql", foreign_keys="Change.record_id")
    person: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
