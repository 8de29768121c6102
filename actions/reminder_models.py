"""Reminders that were planned, and the links in them with which their readers answer."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from actions.models import Action
from kb.db import Base, Instant, Key, MadeAt, Word, one_of
from kb.models.outbox import OutboxMessage
from kb.models.record import Record
from kb.models.user import User


class ReminderKind(StrEnum):
    """Why somebody was written to; each kind is told once to a person about a record and an occurrence."""

    DUE_SOON = "due-soon"
    DUE_NOW = "due-now"
    OVERDUE = "overdue"
    STALE = "stale"
    ASSIGNED = "assigned"
    TO_SPONSOR = "to-sponsor"
    TO_STEERING = "to-steering"
    REVIEW = "review"
    SOURCE_REVIEW = "source-review"
    SOURCE_END = "source-end"
    READING = "reading"
    MEETING = "meeting"


class Reminder(Base):
    """One reason to write to one person about one record; the unique key is what makes it happen once."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("record_id", "kind", "occurrence", "recipient_id"),
        CheckConstraint(one_of("kind", ReminderKind), name="known_kind"),
    )

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"))
    kind: Mapped[Word]
    occurrence: Mapped[date]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    planned_at: Mapped[MadeAt]
    cancelled_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True)
    record: Mapped[Record] = relationship(lazy="raise_on_sql", foreign_keys=[record_id])
    recipient: Mapped[User] = relationship(lazy="raise_on_sql", foreign_keys=[recipient_id])
    message: Mapped[OutboxMessage | None] = relationship(lazy="raise_on_sql", foreign_keys=[message_id])


class AnswerLink(Base):
    """A link in a mail with which one person answers once for one action without a password.

    Only a hash of its token is kept. It is good for the occurrence that the mail was about; an answer that came
    otherwise, or another owner, overtakes it.
    """

    __tablename__ = "answer_link"

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    occurrence: Mapped[date]
    made_at: Mapped[MadeAt]
    ends_at: Mapped[Instant]
    used_at: Mapped[datetime | None]
    update_id: Mapped[int | None] = mapped_column(ForeignKey("update.id", ondelete="SET NULL"), index=True)
    action: Mapped[Action] = relationship(lazy="raise_on_sql", foreign_keys=[action_id])
    user: Mapped[User] = relationship(lazy="raise_on_sql", foreign_keys=[user_id])
