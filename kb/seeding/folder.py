"""Reading the whole seed folder."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from kb.seeding import checking
from kb.seeding import entries as e
from kb.seeding.reading import Malformed, entries, entry, read_file

if TYPE_CHECKING:
    from pathlib import Path

# The parts that a file of the catalogue may have, any of them; the names are also those of e.Catalogue.
CATALOGUE: dict[str, type[Any]] = {
    "sources": e.SourceEntry,
    "key_points": e.KeyPointEntry,
    "figures": e.FigureEntry,
    "comparisons": e.ComparisonEntry,
    "sets": e.SourceSetEntry,
    "priorities": e.PriorityEntry,
    "relations": e.RelationEntry,
}
# The parts of each file of a plan's folder; all files but plan.yaml may be missing, as a new plan's are.
PLAN: dict[str, dict[str, type[Any]]] = {
    "plan.yaml": {"posts": e.PostEntry},
    "priorities.yaml": {"sets": e.PrioritySetEntry, "priorities": e.PriorityEntry},
    "actions.yaml": {"actions": e.ActionEntry},
    "indicators.yaml": {"indicators": e.IndicatorEntry},
    "demonstration.yaml": {"actions": e.DemonstrationEntry, "reviews": e.ReviewEntry, "readings": e.ReadingsEntry},
}
# What a file says once, beside its lists of entries.
ABOUT = {"plan.yaml": {"plan"}, "demonstration.yaml": {"demonstration"}}


def read(folder: Path) -> e.Seed:
    """Everything in the seed folder. Raises Malformed at the first thing that is wrong."""
    vocabulary = folder / "vocabulary"
    posts = folder / "posts.yaml"
    seed = e.Seed(
        themes=_file(vocabulary / "themes.yaml", folder, e.ThemeEntry, "themes"),
        staff_groups=_file(vocabulary / "staff_groups.yaml", folder, e.StaffGroupEntry, "staff_groups"),
        terms=_file(vocabulary / "glossary.yaml", folder, e.TermEntry, "terms"),
        organisations=_file(folder / "organisations.yaml", folder, e.OrganisationEntry, "organisations"),
        posts=_file(posts, folder, e.PostEntry, "posts") if posts.exists() else (),
        catalogue=_catalogue(folder),
        plans=tuple(_plan(path, folder) for path in sorted((folder / "plans").iterdir()) if path.is_dir()),
    )
    checking.check(seed)
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


def _catalogue(folder: Path) -> e.Catalogue:
    parts: dict[str, list[Any]] = {part.name: [] for part in fields(e.Catalogue)}
    for path in sorted((folder / "catalogue").glob("*.yaml")):
        data, file = _data(path, folder)
        _only(data, {"document", *CATALOGUE}, file)
        for name, kind in CATALOGUE.items():
            parts[name] += entries(kind, data, name, file)
    return e.Catalogue(**{name: tuple(listed) for name, listed in parts.items()})


def _plan(path: Path, folder: Path) -> e.PlanFolder:
    for other in sorted(path.glob("*.yaml")):
        if other.name not in PLAN:
            name = str(other.relative_to(folder))
            raise Malformed(name, "", "", f"a plan has no such file; known are {', '.join(sorted(PLAN))}")
    parts: dict[str, Any] = {}
    for file_name, known in PLAN.items():
        if file_name != "plan.yaml" and not (path / file_name).exists():
            continue
        data, file = _data(path / file_name, folder)
        _only(data, {"document", *known, *ABOUT.get(file_name, ())}, file)
        if file_name == "plan.yaml":
            parts["plan"] = entry(
                e.PlanEntry, data.get("plan"), file, "plan", default_document=data.get("document", "")
            )
        for name, kind in known.items():
            place = "demonstration" if kind is e.DemonstrationEntry else name
            parts[place] = entries(kind, data, name, file)
    rows = tuple(_row(file, folder) for file in sorted((path / "mapping").glob("*.yaml")))
    return e.PlanFolder(**parts, rows=rows)


def _row(path: Path, folder: Path) -> e.RowEntry:
    data, file = _data(path, folder)
    document = data["from"].get("document", "") if isinstance(data.get("from"), dict) else ""
    return entry(e.RowEntry, data, file, f"row {data.get('row', '')}".strip(), default_document=document)
