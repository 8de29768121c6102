"""The review: meetings of the steering group, their frozen packs with the files of them, and what was decided

Reminders learn to ask for an update before a meeting, plans their perspectives, indicators a tolerance.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime, one_of

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    *("due-soon", "due-now", "overdue", "stale", "assigned", "to-sponsor", "to-steering"),
    *("review", "source-review", "source-end", "reading"),
)


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("request_days", sa.Integer(), nullable=False),
        sa.Column("close_days", sa.Integer(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("assurance", sa.String(length=40), nullable=True),
        sa.Column("assurance_reason", sa.Text(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("seen_before", sa.Text(), nullable=False),
        sa.Column("equality", sa.Text(), nullable=False),
        sa.Column("recommendation", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("lead_director", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=True),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("pack", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("apologies", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "assurance IS NULL OR assurance IN ('substantial', 'reasonable', 'limited', 'none')",
            name=op.f("ck_review_known_assurance"),
        ),
        sa.CheckConstraint("(frozen_at IS NULL) = (digest IS NULL)", name=op.f("ck_review_frozen_with_digest")),
        sa.CheckConstraint("(frozen_at IS NULL) = (pack IS NULL)", name=op.f("ck_review_frozen_with_pack")),
        sa.CheckConstraint("closed_at IS NULL OR frozen_at IS NOT NULL", name=op.f("ck_review_frozen_before_closed")),
        sa.CheckConstraint("request_days > close_days AND close_days >= 0", name=op.f("ck_review_days_in_order")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user.id"], name=op.f("fk_review_closed_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["frozen_by_id"], ["user.id"], name=op.f("fk_review_frozen_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_review_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("plan_id", "meets_on", name=op.f("uq_review_plan_id_meets_on")),
    )
    op.create_index(op.f("ix_review_closed_by_id"), "review", ["closed_by_id"])
    op.create_index(op.f("ix_review_frozen_by_id"), "review", ["frozen_by_id"])
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("ask_id", sa.Integer(), nullable=True),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("verdict IN ('approve', 'reject', 'defer', 'note')", name=op.f("ck_decision_known_verdict")),
        sa.ForeignKeyConstraint(["ask_id"], ["update.id"], name=op.f("fk_decision_ask_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["action.id"], name=op.f("fk_decision_follow_up_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_decision_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_decision_record_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["change_request.id"], name=op.f("fk_decision_request_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_decision_review_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("review_id", "position", name=op.f("uq_decision_review_id_position")),
    )
    op.create_index(op.f("ix_decision_ask_id"), "decision", ["ask_id"])
    op.create_index(op.f("ix_decision_follow_up_id"), "decision", ["follow_up_id"])
    op.create_index(op.f("ix_decision_person_id"), "decision", ["person_id"])
    op.create_index(op.f("ix_decision_record_id"), "decision", ["record_id"])
    op.create_index(op.f("ix_decision_request_id"), "decision", ["request_id"])
    op.create_table(
        "review_file",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("form IN ('html', 'docx', 'pdf')", name=op.f("ck_review_file_known_form")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_file_review_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "form", name=op.f("pk_review_file")),
    )

    change_kinds((*KINDS, "meeting"))
    op.add_column("plan", sa.Column("perspectives", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("plan") as batch_op:
        batch_op.alter_column("perspectives", server_default=None)
    with op.batch_alter_table("indicator") as batch_op:
        batch_op.add_column(sa.Column("tolerance", sa.Double(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(
            op.f("ck_indicator_tolerance_in_range"), sa.text("tolerance >= 0 AND tolerance <= 100")
        )
    with op.batch_alter_table("indicator") as batch_op:
        batch_op.alter_column("tolerance", server_default=None)


def change_kinds(kinds: tuple[str, ...]) -> None:
    """Let reminders be of these kinds alone."""
    name = op.f("ck_reminder_known_kind")
    with op.batch_alter_table("reminder") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, sa.text(one_of("kind", kinds)))


def downgrade() -> None:
    with op.batch_alter_table("indicator") as batch_op:
        batch_op.drop_constraint(op.f("ck_indicator_tolerance_in_range"), type_="check")
        batch_op.drop_column("tolerance")
    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_column("perspectives")
    op.execute(sa.text("DELETE FROM reminder WHERE kind = 'meeting'"))
    change_kinds(KINDS)
    op.drop_table("decision")
    op.drop_table("review_file")
    op.drop_table("review")
