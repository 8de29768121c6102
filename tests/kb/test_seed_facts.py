"""Every entry of the seed carries the facts of the founding documents, as the inventory lists them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from kb import paths
from kb.models.figure import FigureKind
from kb.models.source import Category, KeyPointKind
from kb.seeding.folder import read
from tests.kb.founding import SHARED, documents, inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.seeding.entries import Entry, FigureEntry, KeyPointEntry, PlanFolder, Seed, SourceEntry

pytestmark = documents
NATIONS = {"UK": {"wales", "england", "scotland", "northern-ireland"}, "International": set(), None: set()}
# Kinds of figure whose date is part of the claim.
DATED = {FigureKind.TARGET, FigureKind.TRAJECTORY, FigureKind.BASELINE, FigureKind.FORECAST}
MONTHS = {name: number for number, name in enumerate(
    ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"), 1)}  # fmt: skip


@pytest.fixture(scope="module")
def seed() -> Seed:
    return read(paths.SEED_DATA)


@pytest.fixture(scope="module")
def wales(seed: Seed) -> PlanFolder:
    return next(plan for plan in seed.plans if plan.plan.ref == "mental-health-workforce-wales")


def key_points(seed: Seed) -> list[KeyPointEntry]:
    return [*(point for row in seed.rows for point in row.key_points), *seed.catalogue.key_points]


def place(fact: dict[str, Any]) -> tuple[str, int]:
    """Document and line of something in the inventory."""
    return fact["source"]["seed"], fact["source"]["line"]


def stands(entry: Entry) -> tuple[str, int | None]:
    return entry.document, entry.line


def nations(place: str | None) -> set[str]:
    if place in NATIONS:
        return NATIONS[place]
    return {name.lower().replace(" ", "-") for name in str(place).split(" and ")}


def years(text: object) -> set[str]:
    """The years that a text names, both of a financial year written short."""
    found = set(re.findall(r"(?:19|20)\d\d", str(text)))
    for first, second in re.findall(r"((?:19|20)\d\d)/(\d\d)\b", str(text)):
        found.add(first[:2] + second)
    return found


def test_each_row_has_the_sources_and_as_many_key_points_as_the_document(wales: PlanFolder) -> None:
    for row, counted in zip(wales.rows, inventory("drivers")["rows_001"], strict=True):
        assert [source.ref for source in row.sources] == counted["drivers"]
        assert len(row.key_points) == counted["key_points"]["count"], f"row {row.row}"
        assert {point.line for point in row.key_points} == set(counted["key_points"]["lines"]), f"row {row.row}"


def test_each_source_carries_the_inventory_s_facts(seed: Seed) -> None:
    listed = [*inventory("drivers")["drivers_001"], *inventory("drivers")["drivers_named_elsewhere"]]
    facts = {fact["id"]: fact for fact in listed}
    assert {source.ref for source in seed.sources} == set(facts)
    for source in seed.sources:
        fact = facts[source.ref]
        assert set(source.themes) == set(fact["themes"]), source.ref
        assert source.kind == fact["kind"].replace(" ", "-"), source.ref
        assert (source.category == Category.DRIVER) == (fact["section"] == "policy"), source.ref
        assert set(source.nations) == nations(fact.get("jurisdiction")), source.ref
        assert stands(source) == place(fact), source.ref
        stated = stated_years(source)
        assert {str(fact[field]) for field in ("year", "start", "end") if fact.get(field)} <= stated, source.ref


def stated_years(source: SourceEntry) -> set[str]:
    dates = (source.starts, source.ends, source.published)
    return (
        years(source.title) | {str(date.day.year) for date in dates if date.day} | years([str(date) for date in dates])
    )


def test_every_place_that_names_a_source_is_a_mention_or_its_own(seed: Seed) -> None:
    facts = [*inventory("drivers")["drivers_001"], *inventory("drivers")["drivers_named_elsewhere"]]
    sources = {source.ref: source for source in seed.sources}
    for fact in facts:
        source = sources[fact["id"]]
        named = {(mention.document, mention.line) for mention in source.mentions} | {(source.document, source.line)}
        also = {(found["seed"], found["line"]) for found in fact.get("also_named_in", [])}
        assert named == {place(fact)} | also, source.ref


def test_a_mention_has_the_words_of_its_line(seed: Seed) -> None:
    lines = {file.name[:3]: file.read_text(errors="replace").split("\n") for file in (SHARED / "seeds").glob("*.txt")}
    mentions = [(source.ref, mention) for source in seed.sources for mention in source.mentions]
    assert len(mentions) > 250
    for ref, mention in mentions:
        # A name may begin on the line before and run over two more.
        printed = " ".join(lines[mention.document][max(mention.line - 2, 0) : mention.line + 3])
        assert plain(mention.as_) in plain(printed), (ref, mention)


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", "")))


def test_organisations_groups_and_posts_are_those_of_the_inventory(seed: Seed) -> None:
    listed = inventory("organisations")["organisations"]
    bodies = {body.ref: body for body in seed.organisations}
    assert set(bodies) == {fact["id"] for fact in listed}
    for fact in listed:
        body = bodies[fact["id"]]
        assert (body.name, stands(body)) == (fact["name"], place(fact))
        assert body.abbreviation in {fact.get("abbreviation", ""), ""}
        if fact.get("jurisdiction") not in {None, "International", "Australia", "United States"}:
            assert set(body.nations) == nations(fact["jurisdiction"]), body.ref
    roles = inventory("people_roles")["roles"]
    others = [role for role in roles if role["kind"] not in {"care role", "named person and role"}]
    assert Counter(map(stands, seed.posts)) == Counter(map(place, others))


def test_each_care_role_is_a_staff_group_or_another_word_for_one(seed: Seed) -> None:
    roles = [role for role in inventory("people_roles")["roles"] if role["kind"] == "care role"]
    assert len(roles) == 50
    groups = [" ".join((group.title, *group.also_called)).lower() for group in seed.staff_groups]
    for role in roles:
        wanted = re.findall(r"[a-z]{3,}", re.sub(r"\(.*\)", "", role["role"]).lower())
        # A plural or a little word may differ, so the beginnings of the long words have to stand together.
        stems = [word[:5] for word in wanted if word not in {"and", "for"}]
        assert any(all(stem in group for stem in stems) for group in groups), role["role"]


def test_the_glossary_has_every_expansion_that_differs(seed: Seed) -> None:
    terms = {term.acronym: term for term in seed.terms}
    entries = inventory("glossary")["entries"]
    assert set(terms) == {fact["acronym"] for fact in entries}
    assert {term.acronym for term in seed.terms if term.ambiguous} == {
        fact["acronym"] for fact in inventory("glossary")["ambiguous"]
    }
    for fact in entries:
        said = " ".join(f"{meaning.expansion} {meaning.note}" for meaning in terms[fact["acronym"]].meanings)
        # Without a bracket at the end, which comments.
        printed = re.sub(r" ?\([^)]*\)$", "", fact.get("normalised") or fact["expansion"]).replace("'", "’").strip()
        assert printed.lower() in said.lower(), fact


def ref_of(id: str) -> str:
    """The ref for an id of the inventory: dots and capitals are no part of an address."""
    return id.replace("annexA", "annex-a").replace(".", "-").lower()


def test_each_figure_carries_value_unit_period_and_place(seed: Seed) -> None:
    facts = {ref_of(fact["id"]): fact for fact in inventory("numbers")["numbers"]}
    figures = {figure.ref: figure for figure in seed.catalogue.figures}
    assert set(figures) == set(facts)
    for ref, fact in facts.items():
        figure = figures[ref]
        assert (figure.kind, stands(figure)) == (fact["kind"], place(fact)), ref
        assert figure.source == fact.get("driver", figure.source), ref
        check_value(figure, fact)
        check_unit(figure, fact["unit"])
        said = years(fact.get("date"))
        assert years(figure.period) <= said, ref
        if figure.kind in DATED:
            assert said <= years(f"{figure.period} {figure.value}"), ref


def check_value(figure: FigureEntry, fact: dict[str, Any]) -> None:
    stated = fact.get("value")
    if isinstance(stated, int | float):
        assert figure.low == figure.high == stated, figure.ref
        assert number_in(figure.value) in {abs(stated), None}, figure.ref
    elif "low" in fact:
        assert (figure.low, figure.high) == (fact["low"], fact["high"]), figure.ref
    else:
        assert numbers(str(stated)) <= numbers(figure.value), figure.ref
    if isinstance(stated, int | float) and fact.get("qualifier"):
        assert figure.qualifier, figure.ref


def number_in(value: str) -> float | None:
    """The one number that a value writes, with its million; None where it is written in words."""
    found = re.findall(r"\d+(?:\.\d+)?", value.replace(",", ""))
    if len(found) != 1:
        return None
    return round(float(found[0]) * (1_000_000 if "million" in value else 1), 1)


def numbers(text: str) -> set[int]:
    """The whole numbers of a text; of a date its parts, the month also where it is a word."""
    text = re.sub(r"\b(20)?(\d\d)/(\d\d)\b", r"20\2 \3", re.sub(r"(20\d\d)/20(\d\d)", r"\1/\2", text))
    return {int(found) for found in re.findall(r"\d+", text)} | {MONTHS[name] for name in MONTHS if name in text}


def check_unit(figure: FigureEntry, unit: str) -> None:
    if figure.low is None:
        return
    if unit.startswith("percent"):
        assert "%" in figure.value + figure.unit or figure.value in {"a quarter", "all"}, figure.ref
    elif unit.startswith("GBP"):
        assert "£" in figure.value + figure.unit, figure.ref
        assert ("year" in unit) == ("year" in figure.unit), figure.ref
    else:
        assert figure.unit or any(word in figure.value for word in unit.split()), figure.ref


def test_each_commitment_action_and_question_stands_once(seed: Seed) -> None:
    listed = inventory("actions")["actions"]
    actions = {action.ref: action for plan in seed.plans for action in plan.actions}
    points = {point.ref: point for point in key_points(seed)}
    covers = Counter(id for point in points.values() for id in point.covers)
    said = {fact["id"]: (fact["id"] in actions) + (fact["id"] in points) + covers[fact["id"]] for fact in listed}
    assert [id for id, times in said.items() if times != 1] == []
    assert set(covers) <= set(said)
    in_plans = [fact for fact in listed if fact["id"] in actions]
    questions = [fact for fact in listed if fact["kind"] == "question"]
    assert (len(in_plans), len(questions), len(listed) - len(in_plans) - len(questions)) == (123, 5, 187)
    for fact in listed:
        entry = actions.get(fact["id"]) or points.get(fact["id"])
        assert entry is None or stands(entry) == place(fact), fact["id"]


def test_what_stands_for_a_commitment_is_one_or_a_recommendation(seed: Seed) -> None:
    promised = {KeyPointKind.COMMITMENT, KeyPointKind.RECOMMENDATION}
    ids = {fact["id"] for fact in inventory("actions")["actions"] if fact["kind"] != "question"}
    standing = [point for point in key_points(seed) if point.covers or point.ref in ids]
    assert len(standing) > 100
    assert [point.ref for point in standing if point.kind not in promised] == []


def test_each_lesson_has_its_sort_its_site_and_its_line(seed: Seed) -> None:
    listed = inventory("lessons")["lessons"]
    ours = [point for point in seed.catalogue.key_points if point.kind == KeyPointKind.LESSON]
    assert [(stands(point), point.aspect) for point in ours] == [(place(fact), fact["kind"]) for fact in listed]
    for point, fact in zip(ours, listed, strict=True):
        site = re.sub(r"\(.*\)", "", str(fact.get("site") or ""))
        assert all(name in point.site for name in re.findall(r"[A-Z][a-z]+", site)), point.ref


def test_each_priority_stands_in_its_set_in_order(seed: Seed) -> None:
    listed = inventory("priorities")
    sets = {group.ref: group for group in (*(g for plan in seed.plans for g in plan.sets), *seed.catalogue.sets)}
    priorities = {p.ref: p for p in (*(p for plan in seed.plans for p in plan.priorities), *seed.catalogue.priorities)}
    assert set(sets) == {fact["id"] for fact in listed["sets"]}
    assert set(priorities) == {fact["id"] for fact in listed["priorities"]}
    for fact in listed["priorities"]:
        priority = priorities[fact["id"]]
        assert (priority.set, stands(priority)) == (fact["set"], place(fact)), priority.ref
        assert set(priority.themes) == set(fact.get("themes") or []), priority.ref
    for counted in listed["sets"]:
        orders = [priority.order for priority in priorities.values() if priority.set == counted["id"]]
        assert sorted(orders) == list(range(1, counted["count"] + 1)), counted["id"]


def test_each_candidate_number_is_in_one_indicator(seed: Seed) -> None:
    wanted = {ref_of(fact["id"]) for fact in inventory("numbers")["numbers"] if fact.get("candidate_indicator")}
    held = Counter(ref for plan in seed.plans for indicator in plan.indicators for ref in indicator.figures)
    assert held == Counter(wanted)


def test_each_conflict_of_numbers_is_a_comparison(seed: Seed) -> None:
    conflicts = inventory("numbers")["conflicts"]
    assert len(seed.catalogue.comparisons) == len(conflicts)
    values = " | ".join(value for conflict in conflicts for value in conflict["values"])
    lines = {figure.ref: figure.line for figure in seed.catalogue.figures}
    for comparison in seed.catalogue.comparisons:
        assert any(f"L{lines[ref]}" in values for ref in comparison.figures), comparison.ref


def test_every_place_is_a_line_that_says_something(seed: Seed) -> None:
    lines = {file.name[:3]: file.read_text(errors="replace").split("\n") for file in (SHARED / "seeds").glob("*.txt")}
    blank = [
        entry.ref
        for entry in entries(seed)
        if entry.line is not None and not lines[entry.document][entry.line - 1].strip()
    ]
    assert blank == []


def entries(seed: Seed) -> Iterator[Entry]:
    """All entries that come from a line."""
    catalogue = seed.catalogue
    yield from (*seed.organisations, *seed.posts, *seed.staff_groups, *seed.sources, *key_points(seed))
    yield from (*catalogue.figures, *catalogue.comparisons, *catalogue.sets, *catalogue.priorities)
    for plan in seed.plans:
        yield from (plan.plan, *plan.posts, *plan.sets, *plan.priorities, *plan.actions, *plan.indicators)
        for row in plan.rows:
            yield from row.implications
            if row.response.text:  # the place of an empty cell is empty
                yield row.response
