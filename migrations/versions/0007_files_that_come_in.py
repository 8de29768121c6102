"""Imports: files that people bring, their rows, and which records came of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CHANNELS = ("web", "api", "mail", "command", "seed", "worker")
WITH_IMPORTS = ("web", "api", "mail", "import", "command", "seed", "worker")
STATES = ("reading", "ready", "accepting", "accepted", "undone", "discarded", "failed")
OUTCOMES = ("create", "change", "same", "refuse")


def one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def upgrade() -> None:
    for table in ("change", "update"):
        _know(table, WITH_IMPORTS)
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("told", "notes", "columns")),
        sa.Column("book", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in ("accepted_at", "undone_at", "claimed_until")),
        sa.CheckConstraint(one_of("state", STATES), name=op.f("ck_import_known_state")),
        sa.ForeignKeyConstraint(["plan_id"], ["record.id"], name=op.f("fk_import_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    for name in ("plan_id", "user_id", "state"):
        op.create_index(op.f(f"ix_import_{name}"), "import", [name])
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("place", "title")),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("values", "guessed", "notes", "differences", "problems", "matches", "match")
        ),
        sa.Column("is_skipped", sa.Boolean(), nullable=False),
        sa.Column("is_applied", sa.Boolean(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(one_of("outcome", OUTCOMES), name=op.f("ck_import_row_known_outcome")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_row_import_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_import_row_record_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("import_id", "position", name=op.f("uq_import_row_import_id_position")),
    )
    op.create_index("ix_import_row_import_id_outcome", "import_row", ["import_id", "outcome"])
    op.create_index(op.f("ix_import_row_record_id"), "import_row", ["record_id"])
    op.create_table(
        "imported_record",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("last_change_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_imported_record_{name}"), ondelete="CASCADE")
            for name, to in (("row_id", "import_row"), ("record_id", "record"))
        ),
        sa.PrimaryKeyConstraint("row_id", "record_id", name=op.f("pk_imported_record")),
    )
    op.create_index(op.f("ix_imported_record_record_id"), "imported_record", ["record_id"])


def downgrade() -> None:
    for table in ("imported_record", "import_row", "import"):
        op.drop_table(table)
    for table in ("change", "update"):
        # Somebody accepted them on a page, and there was no other word for it.
        op.execute(sa.text(f"""UPDATE "{table}" SET channel = 'web' WHERE channel = 'import'"""))
        _know(table, CHANNELS)


def _know(table: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_known_channel")
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, sa.text(one_of("channel", words)))
