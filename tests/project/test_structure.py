"""Promises about the project itself: modules import alone, nothing names an index, a wheel is whole."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import grimp
import networkx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kb", "actions", "search", "graph")
# Whoever imports one of these first must not stumble over what it needs in turn.
FIRST = ("actions.models", "graph.models", "kb", "kb.app", "kb.cli", "kb.jobs", "search.models")


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_modules_import_each_other_in_a_circle() -> None:
    """So each can be imported first; imports that only types need are left out, those inside functions are not."""
    found = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    imports = networkx.DiGraph(
        (one, other) for one in found.modules for other in found.find_modules_directly_imported_by(one)
    )
    assert len(imports) > 100
    assert [circle for circle in networkx.strongly_connected_components(imports) if len(circle) > 1] == []


def test_what_others_start_from_can_be_imported_alone() -> None:
    """In one process that forgets our modules before each, as what they are made with takes longest to import."""
    script = f"""
import importlib, sys, typing
for name in {FIRST}:
    for known in [known for known in sys.modules if known.partition(".")[0] in {PACKAGES}]:
        del sys.modules[known]
    for forget in typing._cleanups:  # a generic class of ours made for another keeps both
        forget()
    print(name, flush=True)
    importlib.import_module(name)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, list(FIRST)), done.stderr


def test_no_committed_file_names_a_package_index_or_a_path_of_a_machine() -> None:
    hosts = ("python" + "hosted", "registry." + "npm" + "js", "py" + "pi.org/simple")
    places = re.compile("(^|[^a-z])/(" + "wo" + "rk|ro" + "ot)/")
    found = []
    for file in committed_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if any(host in text for host in hosts) or places.search(text):
            found.append(str(file.relative_to(ROOT)))
    assert found == []


def test_modules_are_short_enough_to_have_one_subject() -> None:
    longest = {
        str(file.relative_to(ROOT)): lines
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 320
    }
    assert longest == {}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), "."]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_a_wheel_carries_pages_style_seed_and_migrations(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "kb/templates/base.html",
        "kb/static/vendor/app.css",
        "kb/static/vendor/cytoscape.min.js",
        "kb/static/vendor/manifest.json",
        "kb/seed_data/organisations.yaml",
        "kb/migrations/env.py",
        "actions/schedule.py",
        "graph/network.py",
        "search/language/query.py",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith(("tests/", "templates/", "static/", "kb/static/source"))]


def test_an_installed_wheel_runs_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    script = (
        "import kb.paths, kb.cli, sys; assert 'site' in kb.__file__, kb.__file__; "
        "from click.testing import CliRunner; run = CliRunner().invoke; "
        "[sys.exit(f'{c}: {r.output} {r.exception!r}') for c in (['init'], ['seed'], ['stats', '--json'])"
        " if (r := run(kb.cli.kb, c)).exit_code]; "
        "from kb.app import build_app; page = build_app().test_client().get('/'); sys.exit(page.status_code != 200)"
    )
    # -P and a bare path: neither this folder nor the editable install may serve instead of the wheel.
    blocked = (
        f"import sys; sys.path[:] = [p for p in sys.path if p != {str(ROOT)!r}]; sys.path.insert(0, {str(target)!r}); "
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", blocked + script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "KB_DEMO": "1", "KB_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
