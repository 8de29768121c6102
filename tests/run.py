"""All tests, on SQLite, on PostgreSQL and in a real browser, side by side: `make test`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# The runs wait for their databases and for the browser more than they compute.
SIDE_BY_SIDE = 3
# Coverage makes the tests half as slow again, so it is measured where it is held to its floors: in the gate.
IS_GATE = bool(os.environ.get("CI"))
# Where a container says not to, each of a hundred processes would compile the same modules anew.
KEEPS_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True)
class Run:
    """One run of the suite."""

    name: str
    options: tuple[str, ...]
    is_covered: bool = True


ON_POSTGRESQL = "not browser and not anywhere and not page"
# The one run on SQLite would take as long as the other two together, so it goes in two.
SHARED = "tests/kb"
# The longest first, so that none is left to the end with a core idle beside it.
RUNS = (
    Run("on PostgreSQL", ("--database", "postgresql", "-m", ON_POSTGRESQL), is_covered=False),
    Run("on SQLite, what plans share", ("-m", "not browser", SHARED)),
    Run("in Chromium", ("-m", "browser", "tests/browser"), is_covered=False),
    Run("on SQLite, the rest", ("-m", "not browser", "--ignore", SHARED)),
)


def run(one: Run, folder: Path, arguments: list[str]) -> tuple[int, str]:
    """Run the suite once; returns its exit code and what it printed."""
    started = time.monotonic()
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    cover = ["--cov", "--cov-report="] if one.is_covered and IS_GATE else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *one.options, *cover, *arguments],
        env={
            **os.environ,
            **KEEPS_BYTECODE,
            "COVERAGE_FILE": str(folder / f".coverage.{RUNS.index(one)}"),
            "KB_TEST_TEMPLATES": str(templates),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"Tests {one.name}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return done.returncode, done.stdout


def main() -> int:
    """Run everything, print what each run said; in the gate hold the coverage to its floors. Returns the exit code."""
    print("Running all tests, on SQLite, on PostgreSQL and in Chromium; this takes some minutes ...", flush=True)
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        folder = Path(name)
        results = list(pool.map(lambda one: run(one, folder, sys.argv[1:]), RUNS))
        for one, (code, printed) in zip(RUNS, results, strict=True):
            lines = printed.rstrip().splitlines()
            print(f"\n== {one.name}", *(lines if code else lines[-1:]), sep="\n", flush=True)
        if any(code for code, _ in results):
            return 1
        if not IS_GATE:
            return 0
        return subprocess.run([sys.executable, "-m", "tests.coverage_floor", name], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
