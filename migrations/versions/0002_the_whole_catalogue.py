"""The whole catalogue: figures, comparisons, indicators, invitations, deletions, shortlists

Priority sets and staff groups become records, so that they have a history and can be changed and deleted like all others.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = (
    *("source", "key_point", "implication", "response", "plan", "priority", "action", "theme", "term"),
    *("organisation", "post"),
)
NEW_KINDS = ("priority_set", "staff_group", "figure", "comparison", "indicator")
POINT_KINDS = ("point", "commitment", "lesson")
PAIRS = (
    *("amends source source", "answered-by response action", "calls-for implication priority"),
    *("calls-for response priority", "calls-for source priority", "delivered-by priority action"),
    *("depends-on action action", "draws-on source source", "implements source source", "reviews source source"),
    *("same-as action action", "same-as organisation organisation", "same-as priority priority"),
    *("same-as source source", "supersedes source source"),
)
NEW_PAIRS = ("measured-by action indicator", "measured-by priority indicator")

records = sa.table(
    "record",
    sa.column("id", sa.Integer),
    *(sa.column(name, sa.String) for name in ("kind", "ref", "title", "visibility")),
    *(sa.column(name, sa.Integer) for name in ("version", "plan_id")),
    *(sa.column(name, UtcDateTime()) for name in ("created_at", "updated_at")),
)


def one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def pairs(allowed: tuple[str, ...]) -> str:
    rows = (pair.split() for pair in sorted(allowed))
    return " OR ".join(f"(type = '{t}' AND from_kind = '{a}' AND to_kind = '{b}')" for t, a, b in rows)


def change_check(table: str, name: str, rule: str) -> None:
    """Put another rule in the place of a check."""
    full = op.f(f"ck_{table}_{name}")
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(full, type_="check")
        batch_op.create_check_constraint(full, sa.text(rule))


def change_rules(kinds: tuple[str, ...], point_kinds: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    change_check("record", "known_kind", one_of("kind", kinds))
    change_check("key_point", "known_kind", one_of("point_kind", point_kinds))
    change_check("link", "allowed_pair", pairs(allowed))


def upgrade() -> None:
    add_tables()
    for table, name, kind in (
        ("key_point", "site", sa.Text()),
        ("key_point", "aspect", sa.String(length=40)),
        ("organisation", "note", sa.Text()),
        ("priority", "priority_kind", sa.String(length=40)),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=""))
    op.add_column("user", sa.Column("previous_visit_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("meaning", recreate="auto") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=40), nullable=False, server_default="en"))
        batch_op.create_check_constraint(op.f("ck_meaning_known_language"), "language IN ('en', 'cy')")
    with op.batch_alter_table("plan") as batch_op:
        batch_op.add_column(sa.Column("source_id", sa.Integer(), nullable=True))
        batch_op.create_index(op.f("ix_plan_source_id"), ["source_id"])
        batch_op.create_foreign_key(op.f("fk_plan_source_id"), "source", ["source_id"], ["id"], ondelete="SET NULL")
    op.add_column("record", sa.Column("deleted_at", UtcDateTime(), nullable=True))
    op.create_index(op.f("ix_record_deleted_at"), "record", ["deleted_at"])
    with op.batch_alter_table("record") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_index(op.f("ix_record_merged_into_id"), ["merged_into_id"])
        batch_op.create_foreign_key(
            op.f("fk_record_merged_into_id"), "record", ["merged_into_id"], ["id"], ondelete="SET NULL"
        )
    change_rules((*KINDS, *NEW_KINDS), ("point", "commitment", "recommendation", "lesson"), (*PAIRS, *NEW_PAIRS))
    make_records_of_staff_groups()
    make_records_of_priority_sets()


def make_records_of_staff_groups() -> None:
    connection = op.get_bind()
    old = connection.execute(sa.text("SELECT id, ref, title FROM staff_group ORDER BY id")).all()
    named = connection.execute(sa.text("SELECT implication_id, staff_group_id FROM implication_staff_group")).all()
    op.drop_table("implication_staff_group")
    op.drop_table("staff_group")
    op.create_table(
        "staff_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("also_called", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["record.id"], name=op.f("fk_staff_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_group")),
    )
    make_implication_staff_group("staff_group")
    new = {row.id: make_record("staff_group", row.ref, row.title, None) for row in old}
    groups = sa.table("staff_group", sa.column("id"), sa.column("also_called"))
    add(groups, [{"id": id, "also_called": ""} for id in new.values()])
    joined = sa.table("implication_staff_group", sa.column("implication_id"), sa.column("staff_group_id"))
    add(joined, [{"implication_id": one, "staff_group_id": new[group]} for one, group in named])


def make_records_of_priority_sets() -> None:
    connection = op.get_bind()
    old = connection.execute(sa.text("SELECT * FROM priority_set ORDER BY id")).all()
    with op.batch_alter_table("priority") as batch_op:
        batch_op.drop_constraint(op.f("fk_priority_set_id"), type_="foreignkey")
    op.drop_table("priority_set")
    op.create_table(
        "priority_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["record.id"], name=op.f("fk_priority_set_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_priority_set_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_set")),
    )
    op.create_index(op.f("ix_priority_set_source_id"), "priority_set", ["source_id"])
    new = {row.id: make_record("priority_set", row.ref, row.title, row.plan_id) for row in old}
    sets = sa.table("priority_set", *(sa.column(name) for name in ("id", "position", "source_id")))
    add(sets, [{"id": new[row.id], "position": row.position, "source_id": row.source_id} for row in old])
    # Below zero first, so that no set is taken for another half way.
    for before, after in new.items():
        connection.execute(sa.text("UPDATE priority SET set_id = :a WHERE set_id = :b"), {"a": -after, "b": before})
    connection.execute(sa.text("UPDATE priority SET set_id = -set_id"))
    with op.batch_alter_table("priority") as batch_op:
        batch_op.create_foreign_key(op.f("fk_priority_set_id"), "priority_set", ["set_id"], ["id"], ondelete="CASCADE")


def make_record(kind: str, ref: str, title: str, plan_id: int | None) -> int:
    made_at = datetime.now(UTC)
    values = {"kind": kind, "ref": ref, "title": title, "visibility": "published", "version": 1, "plan_id": plan_id}
    query = sa.insert(records).values(**values, created_at=made_at, updated_at=made_at).returning(records.c.id)
    return int(op.get_bind().execute(query).scalar_one())


def add(table: sa.TableClause, rows: list[dict[str, object]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(table), rows)


def make_implication_staff_group(parent: str) -> None:
    op.create_table(
        "implication_staff_group",
        sa.Column("implication_id", sa.Integer(), nullable=False),
        sa.Column("staff_group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["implication_id"],
            ["implication.id"],
            name=op.f("fk_implication_staff_group_implication_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_group_id"],
            [f"{parent}.id"],
            name=op.f("fk_implication_staff_group_staff_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("implication_id", "staff_group_id", name=op.f("pk_implication_staff_group")),
    )
    op.create_index(op.f("ix_implication_staff_group_staff_group_id"), "implication_staff_group", ["staff_group_id"])


def add_tables() -> None:
    op.create_table(
        "account_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_account_token_known_purpose")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_account_token_made_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_account_token_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_token_token_hash")),
    )
    with op.batch_alter_table("account_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "shortlist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("share_key", sa.String(length=43), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_shortlist_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist")),
        sa.UniqueConstraint("share_key", name=op.f("uq_shortlist_share_key")),
        sa.UniqueConstraint("user_id", name=op.f("uq_shortlist_user_id")),
    )
    op.create_table(
        "comparison",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('disagree', 'different-things', 'misprint')",
            name=op.f("ck_comparison_known_outcome"),
        ),
        sa.ForeignKeyConstraint(["id"], ["record.id"], name=op.f("fk_comparison_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user.id"], name=op.f("fk_comparison_settled_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
    )
    op.create_table(
        "deletion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_deletion_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_deletion_record_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user.id"], name=op.f("fk_deletion_undone_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
    )
    with op.batch_alter_table("deletion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deletion_record_id"), ["record_id"], unique=False)

    op.create_table(
        "shortlist_item",
        sa.Column("shortlist_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_shortlist_item_record_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shortlist_id"], ["shortlist.id"], name=op.f("fk_shortlist_item_shortlist_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shortlist_id", "record_id", name=op.f("pk_shortlist_item")),
    )
    with op.batch_alter_table("shortlist_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shortlist_item_record_id"), ["record_id"], unique=False)

    op.create_table(
        "deletion_part",
        sa.Column("deletion_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deletion_id"], ["deletion.id"], name=op.f("fk_deletion_part_deletion_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_deletion_part_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("deletion_id", "record_id", name=op.f("pk_deletion_part")),
    )
    with op.batch_alter_table("deletion_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deletion_part_record_id"), ["record_id"], unique=False)

    op.create_table(
        "figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("figure_kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("qualifier", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "figure_kind IN ('target', 'trajectory', 'baseline', 'statistic', 'forecast', 'threshold', 'fact', 'frequency', 'illustration', 'date-span')",
            name=op.f("ck_figure_known_kind"),
        ),
        sa.CheckConstraint("(low IS NULL) = (high IS NULL)", name=op.f("ck_figure_whole_range")),
        sa.CheckConstraint("low IS NULL OR low <= high", name=op.f("ck_figure_range_in_order")),
        sa.ForeignKeyConstraint(["id"], ["record.id"], name=op.f("fk_figure_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_figure_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
        sa.UniqueConstraint("source_id", "position", name=op.f("uq_figure_source_id_position")),
    )
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("named_as", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_mention_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mention_source_id"), ["source_id"], unique=False)

    op.create_table(
        "comparison_figure",
        sa.Column("comparison_id", sa.Integer(), nullable=False),
        sa.Column("figure_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comparison_id"], ["comparison.id"], name=op.f("fk_comparison_figure_comparison_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["figure_id"], ["figure.id"], name=op.f("fk_comparison_figure_figure_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comparison_id", "figure_id", name=op.f("pk_comparison_figure")),
    )
    with op.batch_alter_table("comparison_figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparison_figure_figure_id"), ["figure_id"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("numerator", sa.Text(), nullable=False),
        sa.Column("denominator", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("frequency", sa.String(length=40), nullable=False),
        sa.Column("perspective", sa.Text(), nullable=False),
        sa.Column("data_source", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Double(), nullable=True),
        sa.Column("baseline_period", sa.Text(), nullable=False),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("target_period", sa.Text(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("direction IN ('higher', 'lower', 'none')", name=op.f("ck_indicator_known_direction")),
        sa.CheckConstraint(
            "frequency IN ('monthly', 'quarterly', 'yearly', 'once', 'not-stated')",
            name=op.f("ck_indicator_known_frequency"),
        ),
        sa.ForeignKeyConstraint(["id"], ["record.id"], name=op.f("fk_indicator_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id"], ["post.id"], name=op.f("fk_indicator_owner_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "indicator_figure",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("figure_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["figure_id"], ["figure.id"], name=op.f("fk_indicator_figure_figure_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_figure_indicator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("indicator_id", "figure_id", name=op.f("pk_indicator_figure")),
    )
    with op.batch_alter_table("indicator_figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_figure_figure_id"), ["figure_id"], unique=False)

    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("data_source", sa.Text(), nullable=False),
        sa.Column("quality_note", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_reading_indicator_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_reading_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_reading_current",
            ["indicator_id", "ends_on"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.create_table(
        "trajectory_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_trajectory_point_indicator_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_trajectory_point_organisation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trajectory_point")),
        sa.UniqueConstraint("indicator_id", "position", name=op.f("uq_trajectory_point_indicator_id_position")),
    )
    with op.batch_alter_table("trajectory_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trajectory_point_organisation_id"), ["organisation_id"], unique=False)


def downgrade() -> None:
    """Back to the first tables; what those cannot hold is lost."""
    take_back_records()
    connection = op.get_bind()
    connection.execute(sa.text("DELETE FROM link WHERE type = 'measured-by'"))
    connection.execute(sa.text("UPDATE key_point SET point_kind = 'point' WHERE point_kind = 'recommendation'"))
    for table in NEW_KINDS[2:]:
        connection.execute(sa.text(f"DELETE FROM record WHERE kind = '{table}'"))
    connection.execute(sa.text("DELETE FROM record WHERE deleted_at IS NOT NULL"))
    change_rules(KINDS, POINT_KINDS, PAIRS)
    op.drop_index(op.f("ix_record_merged_into_id"), "record")
    op.drop_index(op.f("ix_record_deleted_at"), "record")
    op.drop_index(op.f("ix_plan_source_id"), "plan")
    with op.batch_alter_table("record") as batch_op:
        batch_op.drop_constraint(op.f("fk_record_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("deleted_at")
    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_constraint(op.f("fk_plan_source_id"), type_="foreignkey")
        batch_op.drop_column("source_id")
    with op.batch_alter_table("meaning") as batch_op:
        batch_op.drop_constraint(op.f("ck_meaning_known_language"), type_="check")
        batch_op.drop_column("language")
    for table, name in (
        *(("user", "previous_visit_at"), ("priority", "priority_kind")),
        *(("organisation", "note"), ("key_point", "aspect"), ("key_point", "site")),
    ):
        op.drop_column(table, name)
    drop_tables()


def take_back_records() -> None:
    connection = op.get_bind()
    query = "SELECT r.id, r.ref, r.title, r.plan_id, s.position, s.source_id FROM record r JOIN priority_set s ON s.id = r.id"
    sets = connection.execute(sa.text(query)).all()
    groups = connection.execute(sa.text("SELECT id, ref, title FROM record WHERE kind = 'staff_group'")).all()
    named = connection.execute(sa.text("SELECT implication_id, staff_group_id FROM implication_staff_group")).all()
    with op.batch_alter_table("priority") as batch_op:
        batch_op.drop_constraint(op.f("fk_priority_set_id"), type_="foreignkey")
    for table in ("implication_staff_group", "staff_group", "priority_set"):
        op.drop_table(table)
    connection.execute(sa.text("DELETE FROM record WHERE kind IN ('staff_group', 'priority_set')"))
    op.create_table(
        "staff_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_group")),
        sa.UniqueConstraint("ref", name=op.f("uq_staff_group_ref")),
    )
    make_implication_staff_group("staff_group")
    op.create_table(
        "priority_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(plan_id IS NULL) <> (source_id IS NULL)", name=op.f("ck_priority_set_of_plan_or_source")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_priority_set_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_priority_set_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_set")),
        sa.UniqueConstraint("ref", name=op.f("uq_priority_set_ref")),
    )
    op.create_index(op.f("ix_priority_set_plan_id"), "priority_set", ["plan_id"])
    op.create_index(op.f("ix_priority_set_source_id"), "priority_set", ["source_id"])
    add(sa.table("staff_group", *map(sa.column, ("id", "ref", "title"))), [dict(row._mapping) for row in groups])
    joined = sa.table("implication_staff_group", sa.column("implication_id"), sa.column("staff_group_id"))
    add(joined, [dict(row._mapping) for row in named])
    columns = ("id", "ref", "title", "plan_id", "position", "source_id")
    add(sa.table("priority_set", *map(sa.column, columns)), [dict(row._mapping) for row in sets])
    with op.batch_alter_table("priority") as batch_op:
        batch_op.create_foreign_key(op.f("fk_priority_set_id"), "priority_set", ["set_id"], ["id"], ondelete="CASCADE")


def drop_tables() -> None:
    with op.batch_alter_table("trajectory_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trajectory_point_organisation_id"))

    op.drop_table("trajectory_point")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reading_current",
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_reading_person_id"))

    op.drop_table("reading")
    with op.batch_alter_table("indicator_figure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_figure_figure_id"))

    op.drop_table("indicator_figure")
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_owner_id"))

    op.drop_table("indicator")
    with op.batch_alter_table("comparison_figure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comparison_figure_figure_id"))

    op.drop_table("comparison_figure")
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mention_source_id"))

    op.drop_table("mention")
    op.drop_table("figure")
    with op.batch_alter_table("deletion_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deletion_part_record_id"))

    op.drop_table("deletion_part")
    with op.batch_alter_table("shortlist_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shortlist_item_record_id"))

    op.drop_table("shortlist_item")
    with op.batch_alter_table("deletion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deletion_record_id"))

    op.drop_table("deletion")
    op.drop_table("comparison")
    op.drop_table("shortlist")
    with op.batch_alter_table("account_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_token_user_id"))

    op.drop_table("account_token")
