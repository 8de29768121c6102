"""Reading the whole seed folder and checking that every ref leads somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.seeding import entries as e
from kb.seeding.reading import Malformed, entries, entry, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def read(folder: Path) -> e.Seed:
    """Everything in the seed folder. Raises Malformed at the first thing that is wrong."""
    vocabulary = folder / "vocabulary"
    seed = e.Seed(
        themes=_file(vocabulary / "themes.yaml", folder, e.ThemeEntry, "themes"),
        staff_groups=_file(vocabulary / "staff_groups.yaml", folder, e.StaffGroupEntry, "staff_groups"),
        terms=_file(vocabulary / "glossary.yaml", folder, e.TermEntry, "terms"),
        organisations=_file(folder / "organisations.yaml", folder, e.OrganisationEntry, "organisations"),
        plans=tuple(_plan(path, folder) for path in sorted((folder / "plans").iterdir()) if path.is_dir()),
    )
    _check_refs(seed)
    return seed


def _data(path: Path, folder: Path) -> tuple[dict[str, Any], str]:
    name = str(path.relative_to(folder))
    if not path.exists():
        raise Malformed(name, "", "", "the file is missing")
    return read_file(path, name), name


def _file(path: Path, folder: Path, kind: type[Any], name: str) -> tuple[Any, ...]:
    data, file = _data(path, folder)
    _only(data, {"document", name}, file)
    return entries(kind, data, name, file)


def _only(data: dict[str, Any], known: set[str], file: str) -> None:
    for name in data:
        if name not in known:
            raise Malformed(file, "", str(name), f"there is no such part; known are {', '.join(sorted(known))}")


def _plan(path: Path, folder: Path) -> e.PlanFolder:
    about, about_name = _data(path / "plan.yaml", folder)
    _only(about, {"document", "plan", "posts"}, about_name)
    order, order_name = _data(path / "priorities.yaml", folder)
    _only(order, {"document", "sets", "priorities"}, order_name)
    made_up: dict[str, Any] = {}
    made_up_name = ""
    if (path / "demonstration.yaml").exists():
        made_up, made_up_name = _data(path / "demonstration.yaml", folder)
        _only(made_up, {"demonstration", "actions", "reviews"}, made_up_name)
    return e.PlanFolder(
        plan=entry(e.PlanEntry, about.get("plan"), about_name, "plan", default_document=about.get("document", "")),
        posts=entries(e.PostEntry, about, "posts", about_name),
        sets=entries(e.PrioritySetEntry, order, "sets", order_name),
        priorities=entries(e.PriorityEntry, order, "priorities", order_name),
        actions=_file(path / "actions.yaml", folder, e.ActionEntry, "actions"),
        rows=tuple(_row(file, folder) for file in sorted((path / "mapping").glob("*.yaml"))),
        demonstration=entries(e.DemonstrationEntry, made_up, "actions", made_up_name),
        reviews=entries(e.ReviewEntry, made_up, "reviews", made_up_name),
    )


def _row(path: Path, folder: Path) -> e.RowEntry:
    data, file = _data(path, folder)
    document = data["from"].get("document", "") if isinstance(data.get("from"), dict) else ""
    return entry(e.RowEntry, data, file, "row", default_document=document)


def _check_refs(seed: e.Seed) -> None:
    themes = _unique("themes", seed.themes)
    groups = _unique("staff groups", seed.staff_groups)
    organisations = _unique("organisations", seed.organisations)
    _unique("terms", seed.terms)
    for plan in seed.plans:
        _check_plan(plan, themes=themes, groups=groups, organisations=organisations)


def _check_plan(plan: e.PlanFolder, *, themes: set[str], groups: set[str], organisations: set[str]) -> None:
    name = plan.plan.ref
    posts = _unique(f"posts of {name}", plan.posts)
    sets = _unique(f"priority sets of {name}", plan.sets)
    priorities = _unique(f"priorities of {name}", plan.priorities)
    actions = _unique(f"actions of {name}", plan.actions)
    sources = _unique(f"sources of {name}", [source for row in plan.rows for source in row.sources])
    responses = _unique(f"responses of {name}", [row.response for row in plan.rows])
    _known(name, plan.plan.ref, "organisations", plan.plan.organisations, organisations)
    for post in plan.posts:
        _known(name, post.ref, "organisation", [post.organisation], organisations)
    for priority in plan.priorities:
        _known(name, priority.ref, "set", [priority.set], sets)
        _known(name, priority.ref, "themes", priority.themes, themes)
    for action in plan.actions:
        _known(name, action.ref, "owner", [action.owner] if action.owner else [], posts)
        _known(name, action.ref, "contributing", action.contributing, organisations)
        _known(name, action.ref, "themes", action.themes, themes)
        _known(name, action.ref, "priorities", [link.priority for link in action.priorities], priorities)
        _known(name, action.ref, "depends_on", action.depends_on, actions)
        _known(name, action.ref, "same_as", action.same_as, actions)
    for row in plan.rows:
        _check_row(row, name, themes=themes, groups=groups, organisations=organisations, sources=sources,
                   priorities=priorities, actions=actions)  # fmt: skip
    for made_up in plan.demonstration:
        _known(name, made_up.action, "action", [made_up.action], actions)
        _known(name, made_up.action, "sponsor", [made_up.sponsor] if made_up.sponsor else [], posts)
    for review in plan.reviews:
        _known(name, review.response, "response", [review.response], responses)


def _check_row(row: e.RowEntry, plan: str, *, themes: set[str], groups: set[str], organisations: set[str],
               sources: set[str], priorities: set[str], actions: set[str]) -> None:  # fmt: skip
    name = f"{plan}, row {row.row}"
    own = {source.ref for source in row.sources}
    points = _unique(f"key points of {name}", row.key_points)
    _unique(f"implications of {name}", row.implications)
    for source in row.sources:
        _known(name, source.ref, "themes", source.themes, themes)
        _known(name, source.ref, "publishers", source.publishers, organisations)
    for point in row.key_points:
        _known(name, point.ref, "source", [point.source], own)
    for implication in row.implications:
        _known(name, implication.ref, "source", [implication.source], own)
        _known(name, implication.ref, "key_points", implication.key_points, points)
        _known(name, implication.ref, "staff_groups", implication.staff_groups, groups)
        _known(name, implication.ref, "calls_for", [link.priority for link in implication.calls_for], priorities)
    response = row.response
    _known(name, response.ref, "calls_for", [link.priority for link in response.calls_for], priorities)
    _known(name, response.ref, "answered_by", [link.action for link in response.answered_by], actions)
    for relation in row.relations:
        _known(name, relation.from_, "relations", [relation.from_, relation.to], sources)


def _unique(what: str, listed: Iterable[e.Entry]) -> set[str]:
    seen: set[str] = set()
    for item in listed:
        if item.ref in seen:
            raise Malformed(what, item.ref, "ref", "this ref stands twice")
        seen.add(item.ref)
    return seen


def _known(place: str, ref: str, field: str, wanted: Iterable[str], known: set[str]) -> None:
    for name in wanted:
        if name not in known:
            raise Malformed(place, ref, field, f"nothing is called “{name}”")
