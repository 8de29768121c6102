"""The loop of actions: policies of reminders, change requests, evidence, links to answer by, calendars

A reminder may be about any record: about sources, responses and indicators as well as actions. An action may be
stopped: closed unfinished, by decision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = ("due-soon", "due-now", "overdue", "stale")
CLOSURES = ("open", "done", "verified")
NEW_KINDS = ("assigned", "to-sponsor", "to-steering", "review", "source-review", "source-end", "reading")
POLICY = (
    *(("first_days_before", 30), ("second_days_before", 7), ("overdue_every_days", 7)),
    *(("sponsor_after_days", 5), ("steering_after_days", 15), ("write_at_hour", 8)),
)
POLICY_CHECK = (
    "stale_after_days > 0 AND overdue_every_days > 0 AND first_days_before >= 0 AND second_days_before >= 0 "
    "AND sponsor_after_days >= 0 AND steering_after_days >= 0"
)


def one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def upgrade() -> None:
    with op.batch_alter_table("plan") as batch_op:
        for name, default in POLICY:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=str(default)))
        batch_op.add_column(sa.Column("timezone", sa.String(length=40), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_paused", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_check_constraint(op.f("ck_plan_days_in_range"), sa.text(POLICY_CHECK))
        batch_op.create_check_constraint(op.f("ck_plan_hour_of_the_day"), sa.text("write_at_hour BETWEEN 4 AND 22"))
    with op.batch_alter_table("source") as batch_op:
        batch_op.add_column(sa.Column("curator_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("review_by", sa.Date(), nullable=True))
        batch_op.create_index(op.f("ix_source_curator_id"), ["curator_id"])
        batch_op.create_foreign_key(op.f("fk_source_curator_id"), "post", ["curator_id"], ["id"], ondelete="SET NULL")
    op.add_column("outbox_message", sa.Column("unsubscribe", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("update") as batch_op:
        batch_op.add_column(sa.Column("support_answered_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("support_answered_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reported_by", sa.String(), nullable=True))
        batch_op.create_index(op.f("ix_update_support_answered_by_id"), ["support_answered_by_id"])
        batch_op.create_foreign_key(
            op.f("fk_update_support_answered_by_id"), "user", ["support_answered_by_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_check_constraint(
            op.f("ck_update_known_report"),
            sa.text("reported_by IS NULL OR reported_by IN ('telephone', 'mail', 'meeting')"),
        )
    change_closures((*CLOSURES, "stopped"))
    make_reminders_of_records()
    add_tables()


def change_closures(words: tuple[str, ...]) -> None:
    with op.batch_alter_table("action") as batch_op:
        batch_op.drop_constraint(op.f("ck_action_known_closure"), type_="check")
        batch_op.create_check_constraint(op.f("ck_action_known_closure"), sa.text(one_of("closure", words)))


def make_reminders_of_records() -> None:
    columns = ("id", "kind", "occurrence", "recipient_id", "planned_at", "cancelled_at", "message_id")
    old = op.get_bind().execute(sa.text(f"SELECT action_id, {', '.join(columns)} FROM reminder ORDER BY id")).all()
    op.drop_table("reminder")
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("occurrence", sa.Date(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(one_of("kind", (*KINDS, *NEW_KINDS)), name=op.f("ck_reminder_known_kind")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_reminder_record_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_message.id"], name=op.f("fk_reminder_message_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["user.id"], name=op.f("fk_reminder_recipient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            *("record_id", "kind", "occurrence", "recipient_id"),
            name=op.f("uq_reminder_record_id_kind_occurrence_recipient_id"),
        ),
    )
    op.create_index(op.f("ix_reminder_message_id"), "reminder", ["message_id"])
    op.create_index(op.f("ix_reminder_recipient_id"), "reminder", ["recipient_id"])
    if old:
        # Raw values pass from one table to the other as the database keeps them.
        names = ", ".join(("record_id", *columns))
        places = ", ".join(f":{name}" for name in ("record_id", *columns))
        rows = [{"record_id": row.action_id, **{name: getattr(row, name) for name in columns}} for row in old]
        op.get_bind().execute(sa.text(f"INSERT INTO reminder ({names}) VALUES ({places})"), rows)
        if op.get_bind().dialect.name == "postgresql":
            op.execute("SELECT setval(pg_get_serial_sequence('reminder', 'id'), (SELECT max(id) FROM reminder))")


def add_tables() -> None:
    op.create_table(
        "declined",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_declined_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "subject", name=op.f("pk_declined")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_feed_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_calendar_feed_key_hash")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_evidence_action_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_evidence_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_action_id"), "evidence", ["action_id"])
    op.create_index(op.f("ix_evidence_person_id"), "evidence", ["person_id"])
    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("proposed_post_id", sa.Integer(), nullable=True),
        sa.Column("proposed_words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            one_of("what", ("due-date", "owner", "scope", "closure")), name=op.f("ck_change_request_known_change")
        ),
        sa.CheckConstraint(
            one_of("state", ("open", "accepted", "refused", "withdrawn")), name=op.f("ck_change_request_known_state")
        ),
        sa.CheckConstraint(
            "(what = 'due-date') = (proposed_on IS NOT NULL)", name=op.f("ck_change_request_day_where_it_fits")
        ),
        sa.CheckConstraint(
            "proposed_post_id IS NULL OR what = 'owner'", name=op.f("ck_change_request_post_where_it_fits")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR proposer_id IS NULL OR state = 'withdrawn' OR decided_by_id <> proposer_id",
            name=op.f("ck_change_request_two_people"),
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_change_request_{name}"), ondelete=then)
            for name, to, then in (
                ("action_id", "action", "CASCADE"),
                ("decided_by_id", "user", "SET NULL"),
                ("proposed_post_id", "post", "SET NULL"),
                ("proposer_id", "user", "SET NULL"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    for name in ("decided_by_id", "proposed_post_id", "proposer_id", "state"):
        op.create_index(op.f(f"ix_change_request_{name}"), "change_request", [name])
    is_open = sa.text("state = 'open'")
    op.create_index(
        op.f("uq_change_request_open"),
        "change_request",
        ["action_id", "what"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "answer_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("update_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_answer_link_{name}"), ondelete=then)
            for name, to, then in (
                ("action_id", "action", "CASCADE"),
                ("update_id", "update", "SET NULL"),
                ("user_id", "user", "CASCADE"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_answer_link_token_hash")),
    )
    for name in ("action_id", "update_id", "user_id"):
        op.create_index(op.f(f"ix_answer_link_{name}"), "answer_link", [name])


def downgrade() -> None:
    for table in ("answer_link", "change_request", "evidence", "calendar_feed", "declined"):
        op.drop_table(table)
    op.execute(sa.text(f"DELETE FROM reminder WHERE {one_of('kind', NEW_KINDS)}"))
    with op.batch_alter_table("reminder") as batch_op:
        batch_op.drop_constraint(op.f("ck_reminder_known_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_reminder_known_kind"), sa.text(one_of("kind", KINDS)))
        batch_op.drop_constraint(op.f("fk_reminder_record_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_reminder_record_id_kind_occurrence_recipient_id"), type_="unique")
        batch_op.alter_column("record_id", new_column_name="action_id")
        batch_op.create_unique_constraint(
            op.f("uq_reminder_action_id_kind_occurrence_recipient_id"),
            ["action_id", "kind", "occurrence", "recipient_id"],
        )
        batch_op.create_foreign_key(op.f("fk_reminder_action_id"), "action", ["action_id"], ["id"], ondelete="CASCADE")
    # What was stopped stays closed, so that nobody is asked about it again; there was no other word for it.
    op.execute(sa.text("UPDATE action SET closure = 'verified', verified_on = done_on WHERE closure = 'stopped'"))
    change_closures(CLOSURES)
    with op.batch_alter_table("update") as batch_op:
        batch_op.drop_constraint(op.f("ck_update_known_report"), type_="check")
        batch_op.drop_constraint(op.f("fk_update_support_answered_by_id"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_update_support_answered_by_id"))
        for name in ("support_answered_on", "support_answered_by_id", "reported_by"):
            batch_op.drop_column(name)
    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.drop_column("unsubscribe")
    with op.batch_alter_table("source") as batch_op:
        batch_op.drop_constraint(op.f("fk_source_curator_id"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_source_curator_id"))
        batch_op.drop_column("curator_id")
        batch_op.drop_column("review_by")
    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_constraint(op.f("ck_plan_days_in_range"), type_="check")
        batch_op.drop_constraint(op.f("ck_plan_hour_of_the_day"), type_="check")
        for name in (*(name for name, _ in POLICY), "timezone", "is_paused"):
            batch_op.drop_column(name)
