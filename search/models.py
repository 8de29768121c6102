"""Changes that the index has not seen yet, the state of it that belongs to this database, and saved searches."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base, Key, LongText, MadeAt, Name, Word


class IndexChange(Base):
    """A record that changed; no foreign key, since the record may be gone by the time it is indexed."""

    __tablename__ = "index_change"

    id: Mapped[Key]
    record_id: Mapped[int]
    noted_at: Mapped[MadeAt]


class IndexState(Base):
    """The mark of the last index commit; a database brought back from a backup bears another mark than the index."""

    __tablename__ = "index_state"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[Word] = mapped_column(default="")
    at: Mapped[MadeAt]


class SavedSearch(Base):
    """A search that a person keeps, as it stands in the address of its results; nobody else ever sees it."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[Name]
    asks: Mapped[LongText]
    is_told: Mapped[bool]
    made_at: Mapped[MadeAt]
    looked_on: Mapped[date | None]


class SavedMatch(Base):
    """A record that a saved search has found: one row for each, which is what makes that it is told once.

    What was there when the person saved the search has no `found_at`. What was found later waits to be told until
    it has a `told_at`; should that mail be taken back, it waits again.
    """

    __tablename__ = "saved_match"

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True, index=True)
    found_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True)
