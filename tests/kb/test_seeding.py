"""Loading the seed: all or nothing, once, and what people edited is left alone."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from actions.indicator_models import Indicator, Reading
from actions.models import Action, Update
from kb import paths
from kb.models.history import Channel
from kb.models.plan import Plan
from kb.models.record import Record
from kb.models.user import User
from kb.seeding import service
from kb.seeding.folder import read
from kb.seeding.reading import Malformed
from tests.kb.loading import DAY, edit, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session


DEMONSTRATION = "plans/north-iapt-plan/demonstration.yaml"
WALES = "plans/mental-health-workforce-wales/demonstration.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seed folder that a test may spoil."""
    return shutil.copytree(paths.SEED_DATA, tmp_path / "seed")


def test_outside_the_demonstration_nothing_is_made_up_and_progress_is_told_for_every_row(session: Session) -> None:
    told: list[tuple[int, int]] = []
    session.info["channel"] = Channel.SEED
    service.load(
        session,
        paths.SEED_DATA,
        today=DAY,
        is_demonstration=False,
        progress=lambda _what, done, total: told.append((done, total)),
    )
    assert told[0] == (1, 55), "progress begins with the first row"
    assert told[-1] == (55, 55), "progress ends with the last"
    made_up = {
        "dates of actions": select(func.count()).select_from(Action).where(Action.due_on.is_not(None)),
        "updates": select(func.count()).select_from(Update),
        "readings": select(func.count()).select_from(Reading),
        "accounts": select(func.count()).select_from(User),
        "plans marked as demonstrations": select(func.count()).select_from(Plan).where(Plan.is_demonstration),
    }
    assert {what: session.scalar(query) for what, query in made_up.items()} == dict.fromkeys(made_up, 0)


def test_readings_follow_the_rule_of_their_file_and_what_is_stopped_has_its_day(session: Session, folder: Path) -> None:
    rule = {"indicator": "iapt-recovery-rate", "start": 10, "step": 0.5, "wave": [0, 1, -1.25], "months": 4}
    edit(folder, lambda data: data.update(readings=[rule]), DEMONSTRATION)
    stopped = {"action": "t4mh-17", "due_in_days": 40, "closure": "stopped", "closed_days_ago": 9}
    edit(folder, lambda data: data.update(actions=[stopped]), WALES)
    load(session, folder)
    query = select(Reading.value).join(Indicator, Indicator.id == Reading.indicator_id).order_by(Reading.ends_on)
    values = session.scalars(query.where(Indicator.ref == "iapt-recovery-rate")).all()
    assert values == [10.0, 11.5, 9.75, 11.5], "readings follow the rule"
    action = session.scalars(select(Action).where(Action.ref == "t4mh-17")).one()
    told = (action.closure, action.done_on, action.verified_on)
    assert told == ("stopped", DAY - timedelta(days=9), None), "it is stopped on its day, and not verified"


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
    folder: Path, change: Callable[[dict], None], entry: str | None, field: str | None
) -> None:
    edit(folder, change)
    with pytest.raises(Malformed) as refused:
        read(folder)
    assert entry is None or refused.value.entry.startswith(entry)
    assert field is None or refused.value.field == field


def test_of_a_folder_with_one_malformed_entry_nothing_is_loaded(session: Session, folder: Path) -> None:
    edit(folder, lambda row: row["response"]["answered_by"][0].update(action="nobody-01"))
    with pytest.raises(Malformed):
        load(session, folder)
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
