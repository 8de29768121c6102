"""The language of what is entered of a source, and of each of its other names"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("source", "source_name")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("language", sa.String(length=40), nullable=False, server_default="en"))
            batch_op.create_check_constraint(op.f(f"ck_{table}_known_language"), "language IN ('en', 'cy')")


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_known_language"), type_="check")
            batch_op.drop_column("language")
