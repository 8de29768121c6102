"""The migrations make what the models say, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, inspect, text

from kb import migrate
from kb.db import Base, connect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kb.db import Database

pytestmark = pytest.mark.differs


def test_the_migrated_database_is_what_the_models_describe(empty_database: Database) -> None:
    assert migrate.is_current(empty_database)
    assert migrate.differences(empty_database) == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'twice.sqlite'}")
    assert not migrate.is_current(database)
    migrate.upgrade(database)
    migrate.upgrade(database)
    assert migrate.is_current(database)
    assert set(Base.metadata.tables) <= set(inspect(database.engine).get_table_names())


def test_the_migrations_can_be_taken_back_to_nothing(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'back.sqlite'}")
    migrate.upgrade(database)
    with database.engine.begin() as connection:
        command.downgrade(migrate._config(connection), "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}
    migrate.upgrade(database)
    assert migrate.is_current(database)


def test_the_migrated_database_has_the_checks_of_the_models(empty_database: Database) -> None:
    found = inspect(empty_database.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {each.name for each in table.constraints if isinstance(each, CheckConstraint)}
        assert {each["name"] for each in found.get_check_constraints(table.name)} == wanted, table.name


def _brought_up(file: Path, revision: str, rows: Sequence[str]) -> Database:
    """The database of today that once was at this revision and got these rows."""
    database = connect(f"sqlite:///{file}")
    with database.engine.begin() as connection:
        command.upgrade(migrate._config(connection), revision)
        for statement in rows:
            connection.execute(text(statement))
    migrate.upgrade(database)
    return database


def test_priority_sets_and_staff_groups_become_records_without_loss(tmp_path: Path) -> None:
    database = _brought_up(tmp_path / "first.sqlite", "0001", FIRST_ROWS)
    with database.engine.connect() as connection:
        priorities = "SELECT p.id, s.ref, s.plan_id FROM priority p JOIN record s ON s.id = p.set_id ORDER BY p.id"
        groups = "SELECT r.ref FROM implication_staff_group i JOIN record r ON r.id = i.staff_group_id"
        assert connection.execute(text(priorities)).all() == [(4, "of-source", None), (5, "of-plan", 1)]
        assert connection.execute(text(groups)).all() == [("doctors",)]


def test_reminders_of_actions_become_reminders_of_records_without_loss(tmp_path: Path) -> None:
    database = _brought_up(tmp_path / "second.sqlite", "0002", REMINDED)
    with database.engine.connect() as connection:
        told = "SELECT record_id, kind, occurrence, recipient_id, planned_at, cancelled_at FROM reminder"
        assert connection.execute(text(told)).all() == [(2, "overdue", "2026-01-02", 1, "2026-01-03 08:00:00", None)]
        policy = "SELECT first_days_before, second_days_before, overdue_every_days, write_at_hour, is_paused FROM plan"
        assert connection.execute(text(policy)).all() == [(30, 7, 7, 8, 0)]


def test_what_was_stopped_stays_closed_where_there_is_no_word_for_it(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'stopped.sqlite'}")
    migrate.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text(_record(2, "action")))
        connection.execute(text(ACTION.replace("'open'", "'stopped'")))
        connection.execute(text("UPDATE action SET done_on = '2026-01-02'"))
        command.downgrade(migrate._config(connection), "0002")
    said = "SELECT closure, done_on, verified_on FROM action"
    with database.engine.connect() as connection:
        assert connection.execute(text(said)).all() == [("verified", "2026-01-02", "2026-01-02")]
    migrate.upgrade(database)
    assert migrate.differences(database) == []


def test_answers_by_mail_get_their_word_and_lose_it_without_loss(tmp_path: Path) -> None:
    database = _brought_up(tmp_path / "mail.sqlite", "0005", ANSWERED)
    with database.engine.begin() as connection:
        assert connection.scalar(text("SELECT update_id FROM answer_link")) == 5
        for table in ("update", "change"):
            connection.execute(text(f"UPDATE \"{table}\" SET channel = 'mail'"))
        command.downgrade(migrate._config(connection), "0005")
    said = 'SELECT narrative, channel FROM "update" UNION ALL SELECT field, channel FROM change'
    with database.engine.connect() as connection:
        assert connection.execute(text(said)).all() == [("So.", "web"), ("update", "web")]
    migrate.upgrade(database)
    assert migrate.differences(database) == []


def _record(number: int, kind: str) -> str:
    return (
        "INSERT INTO record (id, kind, ref, title, visibility, version, created_at, updated_at) VALUES "
        f"({number}, '{kind}', '{kind}-{number}', 'T', 'published', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
    )


FIRST_ROWS = (
    *(
        _record(number, kind)
        for number, kind in enumerate(("plan", "source", "implication", "priority", "priority"), 1)
    ),
    "INSERT INTO plan (id, summary, nation, stale_after_days, is_demonstration) VALUES (1, '', 'wales', 28, false)",
    "INSERT INTO source (id, category, source_kind, summary, publisher_as_stated, is_statutory, status, "
    "status_as_stated, link) VALUES (2, 'driver', 'bill', '', '', false, 'draft', '', '')",
    "INSERT INTO implication (id, source_id, position, implication_kind) VALUES (3, 2, 1, 'skills')",
    "INSERT INTO staff_group (id, ref, title) VALUES (1, 'nurses', 'Nurses'), (2, 'doctors', 'Doctors')",
    "INSERT INTO implication_staff_group (implication_id, staff_group_id) VALUES (3, 2)",
    "INSERT INTO priority_set (id, ref, title, position, plan_id, source_id) VALUES "
    "(4, 'of-plan', 'Plan', 1, 1, NULL), (5, 'of-source', 'Source', 2, NULL, 2)",
    "INSERT INTO priority (id, set_id, position, summary) VALUES (4, 5, 1, ''), (5, 4, 1, '')",
)
ACTION = (
    "INSERT INTO action (id, position, description, timescale, is_demonstration_dated, support_needed, resources, "
    "measure, recommendation, plan_fit, closure) VALUES (2, 0, '', '', false, '', '', '', '', '', 'open')"
)
USER = (
    "INSERT INTO user (id, email, name, password_hash, is_active, is_administrator, is_demonstration, created_at) "
    "VALUES (1, 'a@example.org', 'A', '', true, false, false, '2026-01-01 00:00:00')"
)
REMINDED = (
    _record(1, "plan"),
    _record(2, "action"),
    "INSERT INTO plan (id, summary, nation, stale_after_days, is_demonstration) VALUES (1, '', 'wales', 28, false)",
    ACTION,
    USER,
    "INSERT INTO reminder (id, action_id, kind, occurrence, recipient_id, planned_at) "
    "VALUES (7, 2, 'overdue', '2026-01-02', 1, '2026-01-03 08:00:00')",
)
ANSWERED = (
    _record(2, "action"),
    ACTION,
    USER,
    'INSERT INTO "update" (id, action_id, at, said_on, channel, narrative, forecast_reason, support_needed, '
    "support_answer, evidence, is_demonstration) "
    "VALUES (5, 2, '2026-01-01 00:00:00', '2026-01-01', 'web', 'So.', '', '', '', '', false)",
    "INSERT INTO change (record_id, at, channel, field, reason) VALUES (2, '2026-01-01 00:00:00', 'web', 'update', '')",
    "INSERT INTO answer_link (token_hash, action_id, user_id, occurrence, made_at, ends_at, update_id) "
    "VALUES ('h', 2, 1, '2026-01-01', '2026-01-01 00:00:00', '2026-01-09 00:00:00', 5)",
)
