"""INSERT … ON CONFLICT on both databases: SQLAlchemy has one construct for each, with the same methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.db import Base


def insert_into(session: Session, model: type[Base]) -> Any:
    """An insert that knows on_conflict_do_nothing and on_conflict_do_update."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)
