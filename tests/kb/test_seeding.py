"""Loading the seed: all or nothing, once, and what people edited is left alone."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml
from sqlalchemy import func, select

from actions.models import Action, Update
from kb import paths
from kb.models.history import Change, Channel
from kb.models.record import Record
from kb.models.source import Source
from kb.models.user import User
from kb.seeding import service
from kb.seeding.folder import read
from kb.seeding.reading import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

    from tests.factories import Make

DAY = date(2026, 11, 23)
ROW_1 = "plans/mental-health-workforce-wales/mapping/01-together-for-mental-health.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seed folder that a test may spoil."""
    return shutil.copytree(paths.SEED_DATA, tmp_path / "seed")


def load(session: Session, folder: Path = paths.SEED_DATA, *, today: date = DAY, demo: bool = True) -> service.Report:
    session.info["channel"] = Channel.SEED
    return service.load(session, folder, today=today, is_demonstration=demo)


def test_a_second_loading_changes_nothing_not_even_demonstration_dates(session: Session) -> None:
    load(session)
    before = {row.ref: (row.due_on, row.version) for row in session.scalars(select(Action))}
    report = load(session, today=DAY + timedelta(days=40))
    assert sum(report.made.values()) == 0
    assert before == {row.ref: (row.due_on, row.version) for row in session.scalars(select(Action))}


def test_a_record_that_a_person_edited_is_left_alone_and_listed(session: Session, make: Make) -> None:
    load(session)
    source = session.scalars(select(Source).where(Source.ref == "t4mh-strategy")).one()
    source.title = "Renamed by a person"
    person = make.lead()
    session.add(Change(record_id=source.id, person_id=person.id, channel=Channel.WEB, field="title", new=source.title))
    session.flush()
    report = load(session)
    assert report.left_alone == ["source:t4mh-strategy"]
    assert source.title == "Renamed by a person"


def test_every_loaded_record_has_the_first_line_of_its_history(session: Session) -> None:
    load(session)
    without = select(Record.ref).where(~select(Change.id).where(Change.record_id == Record.id).exists())
    assert session.scalars(without).all() == []


def test_outside_the_demonstration_there_are_no_made_up_dates_updates_or_accounts(session: Session) -> None:
    load(session, demo=False)
    assert session.scalar(select(func.count()).select_from(Action).where(Action.due_on.is_not(None))) == 0
    assert session.scalar(select(func.count()).select_from(Update)) == 0
    assert session.scalar(select(func.count()).select_from(User)) == 0


def test_demonstration_dates_count_from_the_day_of_the_first_loading(session: Session) -> None:
    load(session)
    action = session.scalars(select(Action).where(Action.ref == "t4mh-18")).one()
    assert action.due_on == DAY - timedelta(days=24)
    assert action.is_demonstration_dated


def edit(folder: Path, change: Callable[[dict], None], name: str = ROW_1) -> None:
    file = folder / name
    if not file.exists():
        file = sorted(file.parent.glob(file.name[:3] + "*"))[0]
    data = yaml.safe_load(file.read_text())
    change(data)
    file.write_text(yaml.safe_dump(data, allow_unicode=True))


@pytest.mark.parametrize(
    ("change", "entry", "field"),
    [
        (lambda row: row["sources"][0].pop("title"), "t4mh-strategy", "title"),
        (lambda row: row["sources"][0].update(colour="red"), "t4mh-strategy", "colour"),
        (lambda row: row["sources"][0].update(status="asleep"), "t4mh-strategy", "status"),
        (lambda row: row["sources"][0].update(published="yesterday"), "t4mh-strategy", "published"),
        (lambda row: row["sources"][0].update(themes="prevention"), "t4mh-strategy", "themes"),
        (lambda row: row["sources"][0].update(themes=["astrology"]), "t4mh-strategy", "themes"),
        (lambda row: row["sources"][0].update(statutory="perhaps"), "t4mh-strategy", "statutory"),
        (lambda row: row["sources"][0].update(line="seven"), "t4mh-strategy", "line"),
        (lambda row: row["key_points"][1].update(ref=row["key_points"][0]["ref"]), None, "ref"),
        (lambda row: row["response"]["answered_by"][0].update(action="nobody-01"), "wales-row-01", "answered_by"),
        (lambda row: row.update(sources="none"), None, "sources"),
        (lambda row: row["key_points"].append("text"), None, None),
    ],
)
def test_a_malformed_entry_is_refused_with_entry_and_field(
    session: Session, folder: Path, change: Callable[[dict], None], entry: str | None, field: str | None
) -> None:
    edit(folder, change)
    with pytest.raises(Malformed) as refused:
        load(session, folder)
    assert entry is None or refused.value.entry.startswith(entry)
    assert field is None or refused.value.field == field
    assert session.scalar(select(func.count()).select_from(Record)) == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("themes: [", "flow node"),
        ("themes:\n- ref: a\n  ref: b\n", "stands twice"),
        ("- a list\n", "a mapping"),
        ("themes: []\ncolours: []\n", "no such part"),
    ],
)
def test_a_file_that_is_no_yaml_of_ours_is_refused_by_name(folder: Path, text: str, told: str) -> None:
    (folder / "vocabulary/themes.yaml").write_text(text)
    with pytest.raises(Malformed, match=told) as refused:
        read(folder)
    assert refused.value.file == "vocabulary/themes.yaml"


def test_a_file_that_is_not_text_or_is_missing_is_refused_by_name(folder: Path) -> None:
    (folder / "organisations.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Malformed, match="not UTF-8"):
        read(folder)
    (folder / "organisations.yaml").unlink()
    with pytest.raises(Malformed, match="missing"):
        read(folder)


def test_progress_is_told_for_every_row(session: Session) -> None:
    told: list[tuple[int, int]] = []
    session.info["channel"] = Channel.SEED
    service.load(
        session,
        paths.SEED_DATA,
        today=DAY,
        is_demonstration=False,
        progress=lambda _what, done, total: told.append((done, total)),
    )
    assert told[0] == (1, 55)
    assert told[-1] == (55, 55)
