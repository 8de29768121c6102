"""Runs the migrations on the connection that `kb.migrate` hands over."""

from __future__ import annotations

from alembic import context

import kb.tables
from kb.db import Base, UtcDateTime

assert kb.tables  # imported for the tables that it brings in


def compare_ours(obj: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """Leave tables alone that are not ours."""
    return not (type_ == "table" and reflected and name not in Base.metadata.tables)


def render_ours(kind: str, obj: object, _autogen: object) -> str | bool:
    """Write our own column type by its name, which the template imports."""
    return "UtcDateTime()" if kind == "type" and isinstance(obj, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=compare_ours,
    render_item=render_ours,
)
with context.begin_transaction():
    context.run_migrations()
