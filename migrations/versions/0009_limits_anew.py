"""Limits anew: the days from which an indicator's limits are computed again, with the reason"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rebase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= starts_on", name=op.f("ck_rebase_days_in_order")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_rebase_indicator_id_indicator"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_rebase_person_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebase")),
    )
    op.create_index(op.f("ix_rebase_person_id"), "rebase", ["person_id"])
    op.create_index(
        "uq_rebase_current",
        "rebase",
        ["indicator_id", "starts_on"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("rebase")
