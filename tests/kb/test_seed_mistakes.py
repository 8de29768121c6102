"""What is wrong in a seed folder is told with its file, entry and field, and nothing is read."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kb.seeding.folder import read
from kb.seeding.reading import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACT = {
    "title": "Act",
    "category": "driver",
    "kind": "legislation",
    "status": "in-force",
    "nations": [],
    "themes": ["t"],
}
CATALOGUE = "catalogue/all.yaml"
PLAN = "plans/north/plan.yaml"
INDICATORS = "plans/north/indicators.yaml"
DEMONSTRATION = "plans/north/demonstration.yaml"
# A whole seed folder with one or two entries of each sort.
FOLDER: dict[str, dict[str, Any]] = {
    "vocabulary/themes.yaml": {"themes": [{"ref": "t", "title": "Theme"}]},
    "vocabulary/staff_groups.yaml": {"staff_groups": [{"ref": "nurses", "title": "Nurses", "also_called": ["RN"]}]},
    "vocabulary/glossary.yaml": {"terms": [{"ref": "rn", "acronym": "RN", "meanings": [{"expansion": "nurse"}]}]},
    "organisations.yaml": {"organisations": [{"ref": "board", "name": "Board", "kind": "body"}]},
    "posts.yaml": {"posts": [{"ref": "head", "title": "Head", "organisation": "board"}]},
    CATALOGUE: {
        "document": "001",
        "sources": [
            {"ref": "act", **ACT, "publishers": ["board"], "mentions": [{"line": 3, "as": "the Act"}]},
            {"ref": "code", **ACT},
        ],
        "key_points": [{"ref": "lesson", "source": "act", "text": "Ask.", "kind": "lesson", "themes": ["t"]}],
        "figures": [
            {"ref": "many", "source": "act", "title": "Staff", "value": "10", "low": 10, "high": 10, "kind": "target"},
            {"ref": "few", "source": "act", "title": "Staff", "value": "some", "kind": "fact"},
        ],
        "comparisons": [{"ref": "both", "title": "Staff", "figures": ["many", "few"]}],
        "sets": [{"ref": "aims", "title": "Aims", "source": "act"}],
        "priorities": [
            {"ref": "aim-1", "set": "aims", "order": 1, "title": "One", "themes": ["t"]},
            {"ref": "aim-2", "set": "aims", "order": 2, "title": "Two"},
        ],
        "relations": [{"from": "code", "type": "implements", "to": "act", "reason": "It says how."}],
    },
    PLAN: {
        "plan": {
            "ref": "north",
            "title": "North",
            "summary": "A plan.",
            "nation": "england",
            "stale_after_days": 28,
            "source": "act",
            "organisations": ["board"],
        },
        "posts": [{"ref": "lead", "title": "Lead", "organisation": "board"}],
    },
    "plans/north/priorities.yaml": {
        "sets": [{"ref": "firsts", "title": "First"}],
        "priorities": [{"ref": "first-1", "set": "firsts", "order": 1, "title": "Staff"}],
    },
    "plans/north/actions.yaml": {"actions": [{"ref": "hire", "title": "Hire", "owner": "head"}]},
    INDICATORS: {
        "indicators": [
            {
                "ref": "staff",
                "title": "Staff",
                "direction": "higher",
                "owner": "lead",
                "baseline": {"value": 4.2, "period": "2016"},
                "target": {"value": 10, "by": "2021-03-31"},
                "trajectory": [{"period": "2016/17", "ends": "2017-03-31", "value": 6, "organisation": "board"}],
                "figures": ["many"],
                "measures": [
                    {"priority": "aim-1", "reason": "It is the aim."},
                    {"action": "hire", "reason": "It counts who came."},
                ],
            }
        ]
    },
    DEMONSTRATION: {
        "demonstration": True,
        "actions": [{"action": "hire", "due_in_days": 3, "sponsor": "lead"}],
        "readings": [{"indicator": "staff", "start": 4, "step": 0.5, "wave": [0, 1], "months": 3}],
    },
}


def write(folder: Path, files: dict[str, dict[str, Any]]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    return folder


def test_the_folder_without_a_mistake_is_read(tmp_path: Path) -> None:
    seed = read(write(tmp_path, FOLDER))
    assert seed.catalogue.figures[0].low == 10.0
    assert seed.catalogue.figures[1].low is None
    assert seed.catalogue.sources[0].mentions[0].document == "001"
    assert seed.plans[0].indicators[0].trajectory[0].ends.year == 2017
    assert seed.plans[0].readings[0].wave == (0.0, 1.0)


def in_first(part: str, **values: object) -> Callable[[dict[str, Any]], None]:
    """Spoil the first entry of a part; None takes a field away."""

    def spoil(data: dict[str, Any]) -> None:
        entry = data[part][0] if isinstance(data[part], list) else data[part]
        for name, value in values.items():
            if value is None:
                del entry[name.rstrip("_")]
            else:
                entry[name.rstrip("_")] = value

    return spoil


@pytest.mark.parametrize(
    ("file", "spoil", "entry", "field"),
    [
        ("vocabulary/staff_groups.yaml", in_first("staff_groups", also_called="RN"), "nurses", "also_called"),
        ("posts.yaml", in_first("posts", organisation="nobody"), "head", "organisation"),
        (PLAN, in_first("posts", organisation="nobody"), "lead", "organisation"),
        (PLAN, in_first("posts", ref="head"), "head", "ref"),
        (CATALOGUE, in_first("sources", publishers=["nobody"]), "act", "publishers"),
        (CATALOGUE, in_first("sources", themes=["astrology"]), "act", "themes"),
        (CATALOGUE, in_first("sources", status="asleep"), "act", "status"),
        (CATALOGUE, in_first("sources", language="fr"), "act", "language"),
        (CATALOGUE, in_first("sources", mentions=[{"as": "the Act"}]), "act, mentions", "line"),
        (CATALOGUE, lambda data: data["sources"][1].update(ref="act"), "act", "ref"),
        (CATALOGUE, in_first("relations", from_="nothing"), "nothing implements act", "from"),
        (CATALOGUE, in_first("relations", to="nothing"), "code implements nothing", "to"),
        (CATALOGUE, in_first("relations", to="code"), "code implements code", "to"),
        (CATALOGUE, in_first("relations", type="measured-by"), "code measured-by act", "type"),
        (CATALOGUE, in_first("key_points", source="nothing"), "lesson", "source"),
        (CATALOGUE, in_first("key_points", themes=["astrology"]), "lesson", "themes"),
        (CATALOGUE, in_first("key_points", kind="rumour"), "lesson", "kind"),
        (CATALOGUE, in_first("figures", source="nothing"), "many", "source"),
        (CATALOGUE, in_first("figures", kind="guess"), "many", "kind"),
        (CATALOGUE, in_first("figures", low=11), "many", "low"),
        (CATALOGUE, in_first("figures", high=None), "many", "high"),
        (CATALOGUE, in_first("figures", low=None), "many", "low"),
        (CATALOGUE, in_first("figures", low="many"), "many", "low"),
        (CATALOGUE, in_first("figures", low=True), "many", "low"),
        (CATALOGUE, in_first("figures", low=float("nan")), "many", "low"),
        (CATALOGUE, in_first("figures", high=float("inf")), "many", "high"),
        (CATALOGUE, in_first("figures", value=10), "many", "value"),
        (CATALOGUE, in_first("figures", ref="few"), "few", "ref"),
        (CATALOGUE, in_first("comparisons", figures=["many", "none"]), "both", "figures"),
        (CATALOGUE, in_first("comparisons", figures=[]), "both", "figures"),
        (CATALOGUE, in_first("comparisons", outcome="odd"), "both", "outcome"),
        (CATALOGUE, in_first("sets", source="nothing"), "aims", "source"),
        (CATALOGUE, in_first("sets", source=None), "aims", "source"),
        (CATALOGUE, in_first("sets", ref="firsts"), "firsts", "ref"),
        (CATALOGUE, in_first("priorities", set="firsts"), "aim-1", "set"),
        (CATALOGUE, in_first("priorities", order=2), "aim-2", "order"),
        (CATALOGUE, in_first("priorities", ref="first-1"), "first-1", "ref"),
        (PLAN, in_first("plan", source="nothing"), "north", "source"),
        (PLAN, in_first("plan", organisations=["nobody"]), "north", "organisations"),
        ("plans/north/actions.yaml", in_first("actions", owner="nobody"), "hire", "owner"),
        (INDICATORS, in_first("indicators", figures=["none"]), "staff", "figures"),
        (INDICATORS, in_first("indicators", owner="nobody"), "staff", "owner"),
        (INDICATORS, in_first("indicators", direction="up"), "staff", "direction"),
        (INDICATORS, in_first("indicators", frequency="often"), "staff", "frequency"),
        (INDICATORS, in_first("indicators", baseline={"value": "x"}), "staff, baseline", "value"),
        (INDICATORS, in_first("indicators", target={"value": 1, "by": "soon"}), "staff, target", "by"),
        (INDICATORS, in_first("indicators", trajectory=[{"period": "x", "value": 1}]), "staff, trajectory", "ends"),
        (
            INDICATORS,
            in_first("indicators", trajectory=[{"period": "x", "ends": "2017-03-31", "value": 1, "organisation": "y"}]),
            "staff",
            "trajectory",
        ),
        (INDICATORS, in_first("indicators", measures=[{"priority": "none", "reason": "It is."}]), "staff", "measures"),
        (INDICATORS, in_first("indicators", measures=[{"action": "none", "reason": "It is."}]), "staff", "measures"),
        (INDICATORS, in_first("indicators", measures=[{"reason": "It measures nothing."}]), "staff", "measures"),
        (DEMONSTRATION, in_first("actions", action="none"), "none", "action"),
        (DEMONSTRATION, in_first("actions", sponsor="nobody"), "hire", "sponsor"),
        (DEMONSTRATION, in_first("readings", indicator="none"), "none", "indicator"),
        (DEMONSTRATION, in_first("readings", months=0), "staff", "months"),
        (DEMONSTRATION, in_first("readings", wave="up and down"), "staff", "wave"),
    ],
)
def test_a_mistake_is_told_with_file_entry_and_field(
    tmp_path: Path, file: str, spoil: Callable[[dict[str, Any]], None], entry: str, field: str
) -> None:
    files = copy.deepcopy(FOLDER)
    spoil(files[file])
    with pytest.raises(Malformed) as refused:
        read(write(tmp_path, files))
    assert (refused.value.entry, refused.value.field) == (entry, field)
    # Of a ref in two files it is the later one that is told, with the first.
    assert file in str(refused.value)
    assert f"{entry}, field “{field}”: " in str(refused.value)


def test_a_ref_that_stands_twice_is_told_with_both_files(tmp_path: Path) -> None:
    files = copy.deepcopy(FOLDER)
    files["catalogue/more.yaml"] = {"sources": [{"ref": "act", **ACT}]}
    with pytest.raises(Malformed, match=r"catalogue/more.yaml, act.*the first is in catalogue/all.yaml"):
        read(write(tmp_path, files))


def test_a_part_that_the_catalogue_does_not_have_is_refused(tmp_path: Path) -> None:
    files = copy.deepcopy(FOLDER)
    files[CATALOGUE]["indicators"] = []
    with pytest.raises(Malformed, match=r"field “indicators”.*no such part"):
        read(write(tmp_path, files))


def test_a_plan_needs_no_file_but_its_own_and_has_no_others(tmp_path: Path) -> None:
    files = copy.deepcopy(FOLDER)
    files["plans/new/plan.yaml"] = {"plan": {**files[PLAN]["plan"], "ref": "new"}}
    write(tmp_path, files)
    assert [plan.plan.ref for plan in read(tmp_path).plans] == ["new", "north"]
    (tmp_path / "plans/new/action.yaml").write_text("actions: []\n")
    with pytest.raises(Malformed, match=r"plans/new/action.yaml: a plan has no such file"):
        read(tmp_path)


def test_a_folder_without_catalogue_and_posts_is_enough(tmp_path: Path) -> None:
    files = {
        name: data for name, data in FOLDER.items() if name.startswith("vocabulary") or name == "organisations.yaml"
    }
    write(tmp_path, files)
    (tmp_path / "plans").mkdir()
    seed = read(tmp_path)
    assert (seed.posts, seed.sources, seed.plans) == ((), (), ())
