"""Searches that people save, and what each of them has found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_search_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_search_user_id_name")),
    )
    op.create_table(
        "saved_match",
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_saved_match_{name}"), ondelete=then)
            for name, to, then in (
                ("search_id", "saved_search", "CASCADE"),
                ("record_id", "record", "CASCADE"),
                ("message_id", "outbox_message", "SET NULL"),
            )
        ),
        sa.PrimaryKeyConstraint("search_id", "record_id", name=op.f("pk_saved_match")),
    )
    for name in ("record_id", "message_id"):
        op.create_index(op.f(f"ix_saved_match_{name}"), "saved_match", [name])


def downgrade() -> None:
    op.drop_table("saved_match")
    op.drop_table("saved_search")
