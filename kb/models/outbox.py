"""Mails that wait, are on their way, or went; and the pulse of the worker that sends them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt, Name, Word, one_of
from kb.models.user import User


class MailState(StrEnum):
    """queued → claimed → sending → sent; what broke off in sending is unknown, and never sent again by itself."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class OutboxMessage(Base):
    """One mail to one person; `unsubscribe` is the subject that its reader may decline, empty where it is a duty."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint(one_of("state", MailState), name="known_state"),
        CheckConstraint("(state IN ('claimed', 'sending')) = (claimed_until IS NOT NULL)", name="claimed_with_lease"),
        Index("ix_outbox_message_state_next_try_at", "state", "next_try_at"),
    )

    id: Mapped[Key]
    dedupe: Mapped[Name] = mapped_column(unique=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    message_id: Mapped[Name] = mapped_column(unique=True)
    state: Mapped[Word] = mapped_column(default=MailState.QUEUED)
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[MadeAt]
    error: Mapped[LongText]
    unsubscribe: Mapped[LongText]
    made_at: Mapped[MadeAt]
    sent_at: Mapped[datetime | None]
    recipient: Mapped[User] = relationship(lazy="raise_on_sql")

    @property
    def is_told_again(self) -> bool:
        """Whether what it is about is planned again where nobody knows that it arrived; what was asked for is not."""
        return not self.dedupe.startswith(("account-", "answer-links:"))


class Declined(Base):
    """A subject of mails that a person has unsubscribed from; duties cannot be declined."""

    __tablename__ = "declined"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[Word] = mapped_column(primary_key=True)
    at: Mapped[MadeAt]


class Pulse(Base):
    """When something that must never stop silently last ran; one row for each."""

    __tablename__ = "pulse"

    name: Mapped[Word] = mapped_column(primary_key=True)
    at: Mapped[MadeAt]
    note: Mapped[LongText]
