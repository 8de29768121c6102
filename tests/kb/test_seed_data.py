"""The seed folder says what the documents say, in our own words. The documents lie beside the project, if anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kb import paths
from kb.models.plan import ResponseType
from kb.models.source import KeyPointKind
from kb.seeding.folder import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.seeding.entries import PlanFolder, Seed

SHARED = paths.SEED_DATA.parent.parent / "shared"
RUN = 9
EMPTY_ROWS = {23, 24, 40}
documents = pytest.mark.skipif(not SHARED.is_dir(), reason="the founding documents are not beside the project")


@pytest.fixture(scope="module")
def seed() -> Seed:
    return read(paths.SEED_DATA)


@pytest.fixture(scope="module")
def wales(seed: Seed) -> PlanFolder:
    return next(plan for plan in seed.plans if plan.plan.ref == "mental-health-workforce-wales")


@pytest.fixture(scope="module")
def inventory() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SHARED / "inventory/drivers.yaml").read_text())
    return found


def test_the_wales_plan_has_its_rows_sources_key_points_and_responses(wales: PlanFolder) -> None:
    assert len(wales.rows) == 55
    assert sum(len(row.sources) for row in wales.rows) == 62
    assert sum(len(row.key_points) for row in wales.rows) == 274
    assert sum(len(row.implications) for row in wales.rows) >= 140
    assert len(wales.actions) == 68
    assert len(wales.priorities) == 8


def test_exactly_three_responses_are_empty(wales: PlanFolder) -> None:
    empty = {row.row for row in wales.rows if row.response.type is None and not row.response.text}
    assert empty == EMPTY_ROWS


def test_commitments_are_marked(wales: PlanFolder) -> None:
    commitments = [p for row in wales.rows for p in row.key_points if p.kind == KeyPointKind.COMMITMENT]
    assert len(commitments) > 20
    assert any(point.who for point in commitments)


def test_the_vocabulary_is_whole(seed: Seed) -> None:
    assert len(seed.themes) == 44
    assert len(seed.terms) == 153
    assert {term.acronym for term in seed.terms if len(term.meanings) > 1} >= {"A", "LTP", "NWP"}


def test_every_plan_response_action_answers_a_row(wales: PlanFolder) -> None:
    answered = {link.action for row in wales.rows for link in row.response.answered_by}
    assert answered == {action.ref for action in wales.actions}


def test_every_link_says_why(wales: PlanFolder) -> None:
    links = [link for row in wales.rows for link in (*row.response.calls_for, *row.response.answered_by)]
    links += [link for row in wales.rows for implication in row.implications for link in implication.calls_for]
    links += [link for action in wales.actions for link in action.priorities]
    assert len(links) > 100
    assert all(len(link.reason.split()) >= 4 for link in links)


def test_a_response_with_a_type_has_words(wales: PlanFolder) -> None:
    typed = [row.response for row in wales.rows if row.response.type]
    assert {response.type for response in typed} <= set(ResponseType)
    assert all(response.text for response in typed)


@documents
def test_each_row_has_the_sources_and_as_many_key_points_as_the_document(
    wales: PlanFolder, inventory: dict[str, Any]
) -> None:
    for row, counted in zip(wales.rows, inventory["rows_001"], strict=True):
        assert [source.ref for source in row.sources] == counted["drivers"]
        assert len(row.key_points) == counted["key_points"]["count"], f"row {row.row}"
        assert {point.line for point in row.key_points} == set(counted["key_points"]["lines"]), f"row {row.row}"


@documents
def test_each_source_carries_the_inventory_s_facts(wales: PlanFolder, inventory: dict[str, Any]) -> None:
    nations = {"UK": {"wales", "england", "scotland", "northern-ireland"}, "International": set()}
    facts = {driver["id"]: driver for driver in inventory["drivers_001"]}
    for row in wales.rows:
        for source in row.sources:
            fact = facts[source.ref]
            assert set(source.themes) == set(fact["themes"]), source.ref
            assert source.kind == fact["kind"].replace(" ", "-"), source.ref
            assert (source.category == "driver") == (fact["section"] == "policy"), source.ref
            place = fact["jurisdiction"]
            expected = nations.get(place) or {name.lower().replace(" ", "-") for name in place.split(" and ")}
            assert set(source.nations) == (set() if place == "International" else expected), source.ref
            for year in (fact["start"], fact["end"]):
                dates = (source.starts, source.ends, source.published)
                stated = f"{source.title} {[date.day and date.day.year for date in dates]}"
                assert year is None or str(year) in stated, source.ref


def texts(data: Any, field: str = "") -> Iterator[str]:
    """Every sentence of a seed file; names and titles are not sentences."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from texts(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from texts(value, field)
    elif isinstance(data, str) and field not in {"title", "also_called", "ref", "link", "name", "expansion", "source"}:
        yield data


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))


def runs(text: str) -> Iterator[tuple[str, ...]]:
    listed = words(text)
    return (tuple(listed[at : at + RUN]) for at in range(len(listed) - RUN + 1))


@documents
def test_no_run_of_nine_words_is_taken_from_a_document(seed: Seed) -> None:
    theirs = {run for file in (SHARED / "seeds").glob("*.txt") for run in runs(file.read_text(errors="replace"))}
    assert theirs
    names = " | ".join(
        " ".join(words(name))
        for plan in seed.plans
        for row in plan.rows
        for source in row.sources
        for name in (source.title, *source.also_called)
    )
    taken = [
        f"{file.name}: {' '.join(run)}"
        for file in sorted(Path(paths.SEED_DATA).rglob("*.yaml"))
        for text in texts(yaml.safe_load(file.read_text()))
        for run in runs(text)
        if run in theirs and " ".join(run) not in names
    ]
    assert taken == []


@documents
def test_no_person_of_the_documents_is_named() -> None:
    roles = yaml.safe_load((SHARED / "inventory/people_roles.yaml").read_text())["roles"]
    people = {role["person"] for role in roles if role.get("person")}
    assert people
    ours = " ".join(file.read_text() for file in Path(paths.SEED_DATA).rglob("*.yaml"))
    assert [name for name in people if name in ours] == []
