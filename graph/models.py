"""The revision of the map: one row that moves whenever a record or a link does."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base


class GraphRevision(Base):
    """A counter; a process whose snapshot bears another number reads the map again."""

    __tablename__ = "graph_revision"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
