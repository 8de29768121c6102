"""Changes that the search index has not seen yet, and which state of the index belongs to this database."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base, Key, MadeAt, Word


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
