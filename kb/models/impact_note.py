"""What a change would touch, as it stood on a day: kept for the steering group, and not worked out again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base, Key, LongText, MadeAt, Word
from kb.models.user import User


class ImpactNote(Base):
    """The answer to one “what if” of a plan; `asked` and `answer` are JSON, and never change."""

    __tablename__ = "impact_note"

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    title: Mapped[LongText]
    asked: Mapped[LongText]
    answer: Mapped[LongText]
    note: Mapped[LongText]
    visibility: Mapped[Word]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    at: Mapped[MadeAt]
    put_away_at: Mapped[datetime | None]
    person: Mapped[User | None] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
