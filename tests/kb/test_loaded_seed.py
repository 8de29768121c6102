"""What stands after the seed was loaded, and what a second loading does to it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.indicator_models import Reading
from actions.models import Action
from kb import paths, stats
from kb.db import now
from kb.models.figure import Figure
from kb.models.history import Change, Channel
from kb.models.organisation import Organisation, StaffGroup
from kb.models.plan import Plan, PrioritySet
from kb.models.record import Record
from kb.models.source import KeyPoint, Mention, Source, SourceName
from kb.models.user import Membership
from tests.databases import OneConnection
from tests.kb.loading import DAY, edit, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from kb.db import Database
    from tests.factories import Make

pytestmark = pytest.mark.differs

COUNTS = {
    "source": 206,
    "organisation": 165,
    "term": 153,
    "staff_group": 58,
    "theme": 44,
    "plan": 5,
    "action": 123,
    "priority_set": 31,
    "priority": 186,
    "figure": 236,
    "figure_target": 36,
    "figure_date_span": 47,
    "comparison": 7,
    "open_comparison": 7,
    "response": 55,
    "empty_response": 3,
    "trajectory_point": 10,
    "reading": 180,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seed folder that a test may change."""
    return shutil.copytree(paths.SEED_DATA, tmp_path / "seed")


@pytest.fixture(scope="module")
def seeded(empty_database: Database) -> Iterator[Connection]:
    """A connection in whose transaction the seed was loaded once; it is undone after the module."""
    with empty_database.engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            load(session)
            session.commit()
        yield connection
        outer.rollback()


@pytest.fixture
def database(empty_database: Database, seeded: Connection) -> Iterator[Database]:
    """The loaded database, to which each test comes anew."""
    point = seeded.begin_nested()
    yield OneConnection(empty_database.engine, seeded)
    point.rollback()


def test_a_second_loading_changes_nothing_not_even_demonstration_dates(session: Session) -> None:
    before = {row.ref: (row.due_on, row.version) for row in session.scalars(select(Action))}
    report = load(session, today=DAY + timedelta(days=40))
    assert sum(report.made.values()) == 0
    assert before == {row.ref: (row.due_on, row.version) for row in session.scalars(select(Action))}


def test_a_record_that_a_person_edited_is_left_alone_and_listed(session: Session, make: Make) -> None:
    source = session.scalars(select(Source).where(Source.ref == "t4mh-strategy")).one()
    source.title = "Renamed by a person"
    person = make.lead()
    session.add(Change(record_id=source.id, person_id=person.id, channel=Channel.WEB, field="title", new=source.title))
    session.flush()
    report = load(session)
    assert report.left_alone == ["source:t4mh-strategy"]
    assert source.title == "Renamed by a person"


def test_every_loaded_record_has_the_first_line_of_its_history(session: Session) -> None:
    without = select(Record.ref).where(~select(Change.id).where(Change.record_id == Record.id).exists())
    assert session.scalars(without).all() == []


def test_demonstration_dates_count_from_the_day_of_the_first_loading(session: Session) -> None:
    action = session.scalars(select(Action).where(Action.ref == "t4mh-18")).one()
    assert action.due_on == DAY - timedelta(days=24)
    assert action.is_demonstration_dated


def test_made_up_readings_end_with_the_month_before_the_first_loading(session: Session) -> None:
    readings = session.scalars(select(Reading).order_by(Reading.indicator_id, Reading.ends_on)).all()
    assert len({reading.indicator_id for reading in readings}) == 6
    assert len(readings) == 6 * 30
    assert all(reading.is_demonstration for reading in readings)
    assert readings[29].ends_on == date(2026, 10, 31)
    assert readings[0].ends_on == date(2024, 5, 31)
    load(session, today=DAY + timedelta(days=40))
    assert session.scalar(select(func.count()).select_from(Reading)) == 6 * 30


def test_only_plans_with_something_made_up_are_marked_and_the_accounts_belong_to_one(session: Session) -> None:
    marked = session.scalars(select(Plan.ref).where(Plan.is_demonstration).order_by(Plan.ref)).all()
    assert marked == ["mental-health-workforce-wales", "north-iapt-plan"]
    plans = session.scalars(select(Plan.ref).join(Membership, Membership.plan_id == Plan.id)).all()
    assert plans == ["mental-health-workforce-wales"] * 5


def test_what_a_person_deleted_does_not_come_back(session: Session) -> None:
    source = session.scalars(select(Source).where(Source.ref == "t4mh-strategy")).one()
    source.deleted_at = now()
    session.flush()
    session.expunge_all()
    report = load(session)
    assert sum(report.made.values()) == 0
    assert session.scalars(select(Source).where(Source.ref == "t4mh-strategy")).all() == []


def test_a_statement_that_comes_later_takes_the_next_free_place(session: Session, make: Make, folder: Path) -> None:
    points = [
        {"ref": f"later-{number}", "source": "stepping-forward", "text": "More.", "kind": "point"} for number in (1, 2)
    ]
    source = session.scalars(select(Source).where(Source.ref == "stepping-forward")).one()
    last = session.scalar(select(func.max(KeyPoint.position)).where(KeyPoint.source_id == source.id))
    make.key_point(source, position=last + 1)
    edit(folder, lambda data: data["key_points"].extend(points), "catalogue/questions-004.yaml")
    load(session, folder)
    later = select(KeyPoint.position).where(KeyPoint.ref.startswith("later-")).order_by(KeyPoint.ref)
    assert session.scalars(later).all() == [last + 2, last + 3]


def test_a_source_that_was_loaded_without_its_mentions_is_given_them(session: Session) -> None:
    for mention in session.scalars(select(Mention)):
        session.delete(mention)
    session.flush()
    load(session)
    capa = select(Mention).join(Source, Source.id == Mention.source_id).where(Source.ref == "capa")
    assert [(m.document, m.line, m.named_as) for m in session.scalars(capa)] == [
        ("002", 1418, "CAPA – Choice and Partnership Approach")
    ]


def test_records_say_what_their_files_say(session: Session) -> None:
    figure = session.scalars(select(Figure).where(Figure.ref == "iapt-therapists-4500")).one()
    assert (figure.value, figure.low, figure.high, figure.unit, figure.period) == (
        "4,500", 4500.0, 4500.0, "therapists", "2016 to 2020",
    )  # fmt: skip
    body = session.scalars(select(Organisation).where(Organisation.ref == "stairways")).one()
    assert body.note
    group = session.scalars(select(StaffGroup).where(StaffGroup.ref == "psychological-wellbeing-practitioners")).one()
    assert group.also_called == "PWP"
    lesson = session.scalars(select(KeyPoint).where(KeyPoint.ref == "lesson-process-01")).one()
    assert (lesson.point_kind, lesson.aspect, lesson.site) == ("lesson", "process step", "Tees")
    own = session.scalars(select(PrioritySet).where(PrioritySet.ref == "t4mh-focus")).one()
    assert own.source_id
    assert own.plan_id is None
    welsh = session.scalars(select(SourceName.name).where(SourceName.language == "cy"))
    assert set(welsh) == {"Matrics Cymru", "Matrics Plant"}
    plan = session.scalars(select(Plan).where(Plan.ref == "pilot-programme-joint-plan")).one()
    assert session.scalars(select(Source.ref).where(Source.id == plan.source_id)).all() == ["wppp-report-2006"]


def test_the_counts_are_those_of_the_documents(session: Session) -> None:
    counted = stats.count(session)
    assert {name: counted[name] for name in COUNTS} == COUNTS
    assert sum(number for name, number in counted.items() if name.startswith("figure_")) == counted["figure"]
    kinds = ("point", "commitment", "recommendation", "lesson")
    assert sum(counted[name] for name in kinds) == counted["key_point"]
