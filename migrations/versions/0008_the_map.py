"""The map: the life of sources, since when links are suspect, what was dismissed, notes of impact"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATUSES = (
    *("in-development", "draft", "consultation", "enacted", "in-force", "published", "under-review"),
    *("ended", "superseded", "withdrawn", "not-stated"),
)


def upgrade() -> None:
    op.add_column("link", sa.Column("suspect_since", UtcDateTime(), nullable=True))
    op.add_column("link", sa.Column("suspect_because", sa.Text(), nullable=False, server_default=""))
    _note_since_when()
    with op.batch_alter_table("link") as batch_op:
        batch_op.alter_column("suspect_because", server_default=None)
    op.add_column("plan", sa.Column("heavy_post_percent", sa.Integer(), nullable=False, server_default="25"))
    with op.batch_alter_table("plan") as batch_op:
        batch_op.alter_column("heavy_post_percent", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_plan_share_in_range"), sa.text("heavy_post_percent BETWEEN 1 AND 100")
        )
    _make(
        "source_state",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint(f"status IN ({', '.join(map(repr, STATUSES))})", name=op.f("ck_source_state_known_status")),
        sa.Column("reason", sa.Text(), nullable=False),
        belongs={"source_id": "source"},
    )
    _make(
        "dismissed_pair",
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_dismissed_pair_names_two")),
        sa.UniqueConstraint("type", "from_id", "to_id", name=op.f("uq_dismissed_pair_type_from_id_to_id")),
        belongs={"from_id": "record", "to_id": "record"},
    )
    _make(
        "impact_note",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("title", "asked", "answer", "note")),
        sa.Column("visibility", sa.String(length=40), nullable=False),
        sa.Column("put_away_at", UtcDateTime(), nullable=True),
        belongs={"plan_id": "plan"},
    )
    for table, column in (("source_state", "source_id"), ("dismissed_pair", "to_id"), ("impact_note", "plan_id")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("impact_note", "dismissed_pair", "source_state"):
        op.drop_table(table)
    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_constraint(op.f("ck_plan_share_in_range"), type_="check")
        batch_op.drop_column("heavy_post_percent")
    with op.batch_alter_table("link") as batch_op:
        batch_op.drop_column("suspect_because")
        batch_op.drop_column("suspect_since")


def _make(table: str, *columns: sa.schema.SchemaItem, belongs: dict[str, str]) -> None:
    """A table whose rows a person made at some time; they go with what they belong to."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE")
            for name, to in belongs.items()
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f(f"fk_{table}_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])


def _note_since_when() -> None:
    """What made a link suspect stood only in the history of the record that it starts from."""
    newest = """
        SELECT {column} FROM change
        WHERE change.record_id = link.from_id AND change.field = 'link' AND change.new LIKE '%, suspect'
        ORDER BY change.id DESC LIMIT 1
    """
    op.execute(
        sa.text(
            f"""UPDATE link SET suspect_since = ({newest.format(column="at")}),
                suspect_because = COALESCE(({newest.format(column="reason")}), '')
                WHERE state = 'suspect'"""
        )
    )
