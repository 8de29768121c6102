"""Parts of a whole: which figure of a comparison the others should add up to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_comparison_whole_id_figure"


def upgrade() -> None:
    with op.batch_alter_table("comparison") as batch_op:
        batch_op.add_column(sa.Column("whole_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f(FOREIGN_KEY), "figure", ["whole_id"], ["id"], ondelete="SET NULL")
        batch_op.create_index(op.f("ix_comparison_whole_id"), ["whole_id"])


def downgrade() -> None:
    with op.batch_alter_table("comparison") as batch_op:
        batch_op.drop_index(op.f("ix_comparison_whole_id"))
        batch_op.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        batch_op.drop_column("whole_id")
