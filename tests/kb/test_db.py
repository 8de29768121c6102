"""The database keeps what it was given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import count, islice
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm.exc import StaleDataError

from kb import db, migrate
from kb.db import connect
from kb.models.outbox import Pulse
from kb.models.record import Theme
from kb.models.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kb.db import Database
    from tests.factories import Make

pytestmark = pytest.mark.differs


def test_instants_come_back_aware_and_in_utc(session: Session) -> None:
    noon_in_paris = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    session.add(Pulse(name="test", at=noon_in_paris, note=""))
    session.flush()
    session.expire_all()
    pulse = session.get(Pulse, "test")
    assert pulse is not None
    assert pulse.at == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert pulse.at.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    session.add(Pulse(name="test", at=datetime(2026, 7, 1), note=""))  # noqa: DTZ001
    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_two_savings_of_one_version_cannot_both_hold(session: Session, make: Make) -> None:
    source = make.source()
    session.execute(text("UPDATE record SET version = version + 1 WHERE id = :id"), {"id": source.id})
    source.title = "Too late"
    with pytest.raises(StaleDataError):
        session.flush()


def test_sqlite_is_opened_so_that_commits_last(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'safe.sqlite'}")
    with database.reading() as session:
        pragmas = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_sqlite_counts_its_rows_anew_once_they_have_doubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = connect(f"sqlite:///{tmp_path / 'sizes.sqlite'}")
    migrate.upgrade(database)
    monkeypatch.setattr(db, "FEW_ROWS", 0)
    numbers = count(1)

    def known_after(more: int) -> int:
        with database.writing("web") as session:
            session.add_all(Theme(ref=f"theme-{number}", title="Theme") for number in islice(numbers, more))
        db.learn_sizes_if_grown(database)
        with database.reading() as session:
            told = session.scalar(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'record'"))
        return int(str(told).split()[0])

    assert [known_after(more) for more in (4, 3, 3)] == [4, 4, 10]


def test_sqlite_does_not_count_its_rows_anew_because_many_were_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = connect(f"sqlite:///{tmp_path / 'sizes.sqlite'}")
    migrate.upgrade(database)
    monkeypatch.setattr(db, "FEW_ROWS", 0)
    with database.writing("web") as session:
        session.add_all([Theme(ref="early", title="Early"), Theme(id=1_000, ref="late", title="Late")])
    db.learn_sizes_if_grown(database)
    learnt: list[object] = []
    monkeypatch.setattr(db, "learn_sizes", learnt.append)
    db.learn_sizes_if_grown(database)
    assert learnt == []


def test_dates_in_the_wrong_order_are_refused_by_the_database(session: Session, make: Make) -> None:
    source = make.source()
    with pytest.raises(Exception, match="dates_in_order"):
        session.execute(
            text(
                "UPDATE source SET starts_on='2022-01-01', starts_precision='day', ends_on='2021-01-01', "
                "ends_precision='day' WHERE id = :id"
            ),
            {"id": source.id},
        )
    assert isinstance(source, Source)


def test_a_steady_reader_sees_one_moment_however_often_it_asks(empty_database: Database) -> None:
    def beats(session: Session) -> list[str]:
        return list(session.scalars(select(Pulse.name).where(Pulse.name == "steady")))

    with empty_database.reader(is_steady=True) as steady:
        before = beats(steady)
        with empty_database.writing("web") as writer:
            writer.add(Pulse(name="steady", note=""))
        assert beats(steady) == before == []
        steady.rollback()
        assert beats(steady) == ["steady"]
    with empty_database.writing("web") as writer:
        writer.delete(writer.get_one(Pulse, "steady"))
