"""People who sign in, their roles in plans, and their sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Instant, Key, MadeAt, Name, Word, one_of


class Role(StrEnum):
    """What a member may do in one plan; action owner follows from holding a post."""

    VIEWER = "viewer"
    LEAD = "lead"
    STEERING = "steering"


class User(Base):
    """A person with an account; `previous_visit_at` is when they were last here before this visit."""

    __tablename__ = "user"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[Name]
    password_hash: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[MadeAt]
    last_seen_at: Mapped[datetime | None]
    previous_visit_at: Mapped[datetime | None]
    memberships: Mapped[list[Membership]] = relationship(lazy="raise_on_sql", back_populates="user")


class Membership(Base):
    """A person's role in one plan."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint(one_of("role", Role), name="known_role"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[Word]
    user: Mapped[User] = relationship(lazy="raise_on_sql", back_populates="memberships")


class WebSession(Base):
    """One signed-in browser; only a hash of its token is kept, so a copy of the table signs nobody in."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[MadeAt]
    last_used_at: Mapped[MadeAt]
    ends_at: Mapped[Instant]
    user: Mapped[User] = relationship(lazy="raise_on_sql")


class TokenPurpose(StrEnum):
    """What the holder of a mailed link may do once."""

    INVITATION = "invitation"
    RESET = "reset"


class AccountToken(Base):
    """A link that was mailed to one person and works once; only a hash of its token is kept."""

    __tablename__ = "account_token"
    __table_args__ = (CheckConstraint(one_of("purpose", TokenPurpose), name="known_purpose"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Word]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[MadeAt]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    ends_at: Mapped[Instant]
    used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="raise_on_sql", foreign_keys=[user_id])


class CalendarFeed(Base):
    """The private address of a person's calendar; only a hash of its key is kept, and a new one revokes the old."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[MadeAt]


class SignInAttempt(Base):
    """One failed try at signing in; counted before a password is hashed."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_email_at", "email", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[MadeAt]
