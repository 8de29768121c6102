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
from tests.kb.founding import SHARED, documents, inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.seeding.entries import PlanFolder, Seed

RUN = 9
EMPTY_ROWS = {23, 24, 40}
# What is taken over as it stands: names, addresses, the letters of acronyms, and refs.
NAMES = {"also_called", "also_called_in_welsh", "as", "expansion", "link", "name", "ref", "source"}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return read(paths.SEED_DATA)


@pytest.fixture(scope="module")
def wales(seed: Seed) -> PlanFolder:
    return next(plan for plan in seed.plans if plan.plan.ref == "mental-health-workforce-wales")


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
    assert {term.acronym for term in seed.terms if term.ambiguous} == {"A", "ESR", "LTP", "NWP", "RCP"}
    assert all(len(term.meanings) > 1 for term in seed.terms if term.ambiguous)
    assert len(seed.organisations) == 165
    assert len(seed.posts) == 24
    assert len(seed.staff_groups) == 27 + 31


def test_the_catalogue_is_whole(seed: Seed) -> None:
    catalogue = seed.catalogue
    assert len(seed.sources) == 206
    assert len(catalogue.sources) == 144
    assert all(source.mentions for source in catalogue.sources)
    assert len(catalogue.figures) == 236
    assert len(catalogue.comparisons) == 7
    assert all(comparison.outcome is None for comparison in catalogue.comparisons)
    assert sum(point.kind == KeyPointKind.LESSON for point in catalogue.key_points) == 102
    assert len([group for plan in seed.plans for group in plan.sets]) + len(catalogue.sets) == 31
    assert sum(len(plan.priorities) for plan in seed.plans) + len(catalogue.priorities) == 186


def test_the_five_plans_have_their_actions_and_the_empty_one_has_none(seed: Seed) -> None:
    assert {plan.plan.ref: len(plan.actions) for plan in seed.plans} == {
        "cyp-whole-system": 0,
        "mental-health-workforce-wales": 68,
        "national-skills-unit": 17,
        "north-iapt-plan": 19,
        "pilot-programme-joint-plan": 19,
    }
    without_owner = [action.ref for plan in seed.plans for action in plan.actions if not action.owner]
    assert without_owner, "a document that names nobody leaves an action without a post"


def test_indicators_hold_each_candidate_number_and_both_trajectories(seed: Seed) -> None:
    indicators = [indicator for plan in seed.plans for indicator in plan.indicators]
    assert len(indicators) <= 57
    figures = [figure for indicator in indicators for figure in indicator.figures]
    assert len(figures) == len(set(figures)) == 65
    trajectories = {i.ref: [(p.period, p.value) for p in i.trajectory] for i in indicators if i.trajectory}
    years = ("2016/17", "2017/18", "2018/19", "2019/20", "2020/21")
    assert trajectories == {
        "additional-pwp": list(zip(years, (210, 350, 338, 408, 408), strict=True)),
        "additional-hit": list(zip(years, (390, 650, 630, 760, 760), strict=True)),
    }
    assert sum(len(plan.readings) for plan in seed.plans) == 6


def test_a_kind_of_source_is_a_word_of_the_list(seed: Seed) -> None:
    listed = (paths.SEED_DATA / "README.md").read_text().split("Source kinds:")[1].split("\n\n")[0]
    known = set(re.findall(r"[a-z-]+", listed))
    assert {source.kind for source in seed.sources} <= known


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


def texts(data: Any, field: str = "") -> Iterator[str]:
    """Every sentence of a seed file; names and titles are not sentences."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from texts(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from texts(value, field)
    elif isinstance(data, str) and field not in NAMES:
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
    titled = [name for source in seed.sources for name in (source.title, *source.also_called)]
    titled += [name for source in seed.sources for name in source.also_called_in_welsh]
    titled += [body.name for body in seed.organisations]
    names = " | ".join(" ".join(words(name)) for name in titled)
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
    named = [role["person"] for role in inventory("people_roles")["roles"] if role.get("person")]
    people = {person for names in named for person in names.split(" and ")}
    assert len(people) > 30
    ours = "\n".join(file.read_text() for file in Path(paths.SEED_DATA).rglob("*") if file.is_file())
    assert [name for name in people if name in ours] == []
    surnames = {name.rsplit(" ", 1)[1] for name in people}
    assert {name for name in surnames if re.search(rf"\b{re.escape(name)}\b", ours)} == set()
